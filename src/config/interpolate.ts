import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { ConfigError } from "./ConfigError.ts"
import type { IniDocument, IniEntry } from "./parseIni.ts"
import { chainEntries, sectionChain } from "./sectionChain.ts"

/** Replaces the references in values of one document. */
export interface Interpolator {
  /**
   * The value of `entry` with every `${section.key}` replaced, as seen from `section`; `this` is that section.
   * References without a dot (`${PROJECT_DIR}`) stay: `substituteVariables` knows them.
   */
  readonly expand: (section: string, entry: IniEntry) => Result.Result<string, ConfigError>
}

/**
 * `${section.key}` finds what `section` has or inherits, then `defaults` (section, then key; those of `env` for every environment). `${sysenv.NAME}` is the
 * process environment, empty for a variable that is not set. `${this.__env__}` is the name of the environment.
 * Always terminates: references in a circle, nested over 100 deep, or giving more than 1 MiB of text are errors.
 *
 * Source: PlatformIO documentation, "Interpolation of Values".
 */
export const makeInterpolator = (options: {
  readonly document: IniDocument
  readonly variables: Readonly<Record<string, string>>
  readonly defaults: ReadonlyMap<string, ReadonlyMap<string, string>>
}): Interpolator => {
  const { document, variables, defaults } = options
  const entriesOf = new Map<string, ReadonlyMap<string, IniEntry>>()
  const expanded = new Map<string, string>()

  const inherited = (section: string) => {
    const known = entriesOf.get(section)
    return known !== undefined ? Result.succeed(known) : sectionChain(document, section).pipe(
      Result.map((chain) => {
        const entries = chainEntries(chain)
        entriesOf.set(section, entries)
        return entries
      })
    )
  }

  const exists = (section: string) => document.sections.has(section) || defaults.has(section)

  const expandValue = (
    section: string,
    entry: IniEntry,
    stack: ReadonlyArray<string>
  ): Result.Result<string, ConfigError> =>
    Result.gen(function*() {
      const id = `${section}\n${entry.key}`
      const known = expanded.get(id)
      if (known !== undefined) return known
      if (stack.includes(id)) {
        const chain = [...stack.slice(stack.indexOf(id)), id].map((link) => link.replace("\n", "."))
        return yield* Result.fail(ConfigError.at(entry, { _tag: "ReferenceCycle", chain }))
      }
      if (stack.length > maxDepth) {
        const what = `nesting of references in "${entry.key}"`
        return yield* Result.fail(ConfigError.at(entry, { _tag: "TooLarge", what, limit: `${maxDepth} levels` }))
      }
      let text = ""
      let end = 0
      for (const match of entry.value.matchAll(/\$\{([^{}]*\.[^{}]*)\}/g)) {
        text += entry.value.slice(end, match.index)
        text += yield* lookUp(section, match[1]!.trim(), entry, [...stack, id])
        end = match.index + match[0].length
        if (text.length > maxLength) {
          const what = `"${entry.key}", references replaced,`
          return yield* Result.fail(ConfigError.at(entry, { _tag: "TooLarge", what, limit: "1 MiB" }))
        }
      }
      text += entry.value.slice(end)
      expanded.set(id, text)
      return text
    })

  const lookUp = (
    from: string,
    reference: string,
    entry: IniEntry,
    stack: ReadonlyArray<string>
  ): Result.Result<string, ConfigError> =>
    Result.gen(function*() {
      if (reference.startsWith("sysenv.")) return variables[reference.slice("sysenv.".length)] ?? ""
      if (reference === "this.__env__" && from.startsWith("env:")) return from.slice("env:".length)
      for (const [written, name] of splits(reference)) {
        const section = written === "this" ? from : written
        if (!exists(section)) continue
        const key = name.toLowerCase()
        const found = (yield* inherited(section)).get(key)
        if (found !== undefined) return yield* expandValue(section, found, stack)
        const fallback = defaults.get(section.startsWith("env:") ? "env" : section)?.get(key)
        if (fallback !== undefined) return fallback
      }
      return yield* Result.fail(ConfigError.at(entry, {
        _tag: "UnresolvedReference",
        reference,
        key: entry.key,
        nearest: nearest(reference, references(), 1)
      }))
    })

  /** Everything that could have been meant. */
  const references = () =>
    Array.from(document.sections.values()).flatMap((section) =>
      Array.from(section.entries.keys(), (key) => `${section.name}.${key}`)
    )

  return { expand: (section, entry) => expandValue(section, entry, []) }
}

/** Section and key of a reference. Both may contain dots (`env:uno.v2`, `board_build.f_cpu`): every split, first dot first. */
const splits = function*(reference: string): Iterable<readonly [section: string, key: string]> {
  for (let dot = reference.indexOf("."); dot >= 0; dot = reference.indexOf(".", dot + 1)) {
    yield [reference.slice(0, dot), reference.slice(dot + 1)]
  }
}

const maxDepth = 100
const maxLength = 2 ** 20
