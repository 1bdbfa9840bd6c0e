import * as Result from "effect/Result"
import { ConfigError, type Place } from "./ConfigError.ts"
import { defaultDebugFlags } from "./defaultOptions.ts"
import type { Interpolator } from "./interpolate.ts"
import { splitList, splitNames } from "./lists.ts"
import { splitFlags } from "./parseFlags.ts"
import type { IniDocument, IniSection } from "./parseIni.ts"
import { environmentVariableOptions } from "./processVariables.ts"
import type { EnvironmentConfig } from "./ProjectConfig.ts"
import { chainEntries, sectionChain } from "./sectionChain.ts"
import { substituteVariables } from "./substituteVariables.ts"

/** What all environments of a project share. */
export interface ResolveContext {
  readonly document: IniDocument
  readonly interpolator: Interpolator
  /** The process environment. */
  readonly variables: Readonly<Record<string, string>>
  /** `$PROJECT_DIR` and the other built-in variables that are the same for every environment. */
  readonly projectVariables: Readonly<Record<string, string>> & { readonly PROJECT_BUILD_DIR: string }
}

/** One `[env:NAME]` section, inheritance and references resolved. Fails at the first option that makes no sense. */
export const resolveEnvironment = (
  context: ResolveContext,
  section: IniSection
): Result.Result<EnvironmentConfig, ConfigError> =>
  Result.gen(function*() {
    const name = section.name.slice("env:".length).trim()
    const place: Place = { path: section.path, line: section.line }
    if (!isFolderName(name)) return yield* Result.fail(ConfigError.at(place, { _tag: "BadEnvironmentName", name }))

    const written = yield* writtenOptions(context, section)
    const variables = {
      ...context.projectVariables,
      BUILD_DIR: `${context.projectVariables.PROJECT_BUILD_DIR}/${name}`,
      PIOENV: name,
      PIOPLATFORM: written.get("platform")?.text ?? "",
      PIOFRAMEWORK: splitNames(written.get("framework")?.text ?? "").join(",")
    }
    const options = new Map<string, string>()
    for (const [key, { text, place }] of written) {
      options.set(key, yield* substituteVariables(text, variables, { ...place, key }))
    }

    const option = (key: string, olderKey?: string) => {
      const value = options.get(key) ?? (olderKey !== undefined ? options.get(olderKey) : undefined)
      return value === "" ? undefined : value
    }
    const flags = (key: string, fallback: string, olderKey = key) =>
      Result.gen(function*() {
        const used = written.has(key) ? key : olderKey
        const { text, place } = written.get(used) ?? { text: fallback, place: section }
        const origin = { ...place, key: used }
        const tokens: Array<string> = []
        for (const token of yield* splitFlags(text, origin)) {
          tokens.push(yield* substituteVariables(token, variables, origin))
        }
        return tokens
      })
    const choice = <const Value extends string>(key: string, fallback: Value, expected: ReadonlyArray<Value>) => {
      const value = option(key) ?? fallback
      const found = expected.find((candidate) => candidate === value.toLowerCase())
      return found !== undefined
        ? Result.succeed(found)
        : Result.fail(ConfigError.at(written.get(key)?.place ?? place, { _tag: "BadValue", key, value, expected }))
    }

    return {
      name,
      place,
      platform: option("platform"),
      board: option("board"),
      framework: splitNames(option("framework") ?? ""),
      buildFlags: yield* flags("build_flags", ""),
      buildSrcFlags: yield* flags("build_src_flags", "", "src_build_flags"),
      buildUnflags: yield* flags("build_unflags", ""),
      srcFilter: option("build_src_filter", "src_filter"),
      buildType: yield* choice("build_type", "release", ["release", "debug"]),
      debugBuildFlags: yield* flags("debug_build_flags", defaultDebugFlags),
      libDeps: splitList(option("lib_deps") ?? ""),
      libExtraDirs: splitList(option("lib_extra_dirs") ?? ""),
      libIgnore: splitNames(option("lib_ignore") ?? ""),
      libLdfMode: yield* choice("lib_ldf_mode", "chain", ["off", "chain", "deep", "chain+", "deep+"]),
      libCompatMode: yield* choice("lib_compat_mode", "soft", ["off", "soft", "strict"]),
      libArchive: isYes(yield* choice("lib_archive", "yes", [...yes, "no", "false", "off", "0"])),
      platformPackages: splitList(option("platform_packages") ?? ""),
      boardOptions: Object.fromEntries(
        Array.from(options, ([key, value]) => [/^board_(.+\..+)$/.exec(key)?.[1], value] as const)
          .filter((pair): pair is readonly [string, string] => pair[0] !== undefined)
      ),
      options: Object.fromEntries(options),
      where: Object.fromEntries(Array.from(written, ([key, { place }]) => [key, place]))
    }
  })

interface WrittenOption {
  /** `${section.key}` replaced, built-in variables not yet. */
  readonly text: string
  readonly place: Place
}

const writtenOptions = (
  { document, interpolator, variables }: ResolveContext,
  section: IniSection
): Result.Result<ReadonlyMap<string, WrittenOption>, ConfigError> =>
  Result.gen(function*() {
    const options = new Map<string, WrittenOption>()
    for (const entry of chainEntries(yield* sectionChain(document, section.name)).values()) {
      const { path, line, column } = entry
      options.set(entry.key, { text: yield* interpolator.expand(section.name, entry), place: { path, line, column } })
    }
    for (const { key, value, variable, mode } of environmentVariableOptions(variables)) {
      const before = mode === "append" ? options.get(key) : undefined
      options.set(
        key,
        before === undefined
          ? { text: value, place: { path: variable, line: 0 } }
          : { ...before, text: `${before.text}\n${value}` }
      )
    }
    return options
  })

/** Environments have folders of their own, so their names must not lead elsewhere. */
const isFolderName = (name: string) =>
  name !== "" && name !== "." && name !== ".." && !/[/\\\u0000-\u001f,:]/.test(name)

const yes = ["yes", "true", "on", "1"] as const
const isYes = (value: string) => yes.some((word) => word === value)
