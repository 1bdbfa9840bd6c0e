import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { ConfigError } from "./ConfigError.ts"
import { splitNames } from "./lists.ts"
import type { IniDocument, IniEntry, IniSection } from "./parseIni.ts"

/**
 * The sections that `name` takes its options from, the most important first: itself, the parents named by `extends`
 * (the last one first, each followed by its own parents), and for an environment the common `[env]`. A section that is
 * reached twice counts where it was reached first. Parents may be named `env:x` or plainly `x`.
 *
 * Source: PlatformIO documentation, "extends" and "Section [env]".
 */
export const sectionChain = (
  document: IniDocument,
  name: string
): Result.Result<ReadonlyArray<IniSection>, ConfigError> => {
  const chain = new Map<string, IniSection>()

  const visit = (section: IniSection, descent: ReadonlyArray<string>): ConfigError | undefined => {
    chain.set(section.name, section)
    const extend = section.entries.get("extends")
    if (extend === undefined) return undefined
    for (const parentName of splitNames(extend.value).toReversed()) {
      const parent = document.sections.get(parentName) ?? document.sections.get(`env:${parentName}`)
      if (parent === undefined) {
        const others = Array.from(document.sections.keys()).filter((other) => other !== section.name)
        return ConfigError.at(extend, {
          _tag: "UnknownParent",
          section: section.name,
          parent: parentName,
          nearest: nearest(parentName, others, 3)
        })
      }
      if (descent.includes(parent.name)) {
        const circle = [...descent.slice(descent.indexOf(parent.name)), parent.name]
        return ConfigError.at(extend, { _tag: "ExtendsCycle", chain: circle })
      }
      if (descent.length > maxDepth) {
        return ConfigError.at(extend, { _tag: "TooLarge", what: `"extends"`, limit: `${maxDepth} levels` })
      }
      if (chain.has(parent.name)) continue
      const failure = visit(parent, [...descent, parent.name])
      if (failure !== undefined) return failure
    }
    return undefined
  }

  const root = document.sections.get(name)
  if (root !== undefined) {
    const failure = visit(root, [name])
    if (failure !== undefined) return Result.fail(failure)
  }
  const common = document.sections.get("env")
  if (name.startsWith("env:") && common !== undefined && !chain.has("env")) {
    const failure = visit(common, ["env"])
    if (failure !== undefined) return Result.fail(failure)
  }
  return Result.succeed(Array.from(chain.values()))
}

/** The options of a chain: of each key, the entry of the most important section. `extends` itself is not inherited. */
export const chainEntries = (chain: ReadonlyArray<IniSection>): ReadonlyMap<string, IniEntry> => {
  const entries = new Map<string, IniEntry>()
  for (const section of chain) {
    for (const entry of section.entries.values()) {
      if (entry.key !== "extends" && !entries.has(entry.key)) entries.set(entry.key, entry)
    }
  }
  return entries
}

const maxDepth = 100
