import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { isOurs } from "../exec/buildFolder.ts"
import { commandDigest } from "../exec/commandDigest.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"

/** The files beside the ELF that no action names, by their signature. `undefined`: there are no hooks that could make any, and were none. */
export type Unnamed = ReadonlyMap<string, string> | undefined

/** Looks before a build at what is beside the ELF. `dir` is the build folder, absolute; `buildDir` as the graph has it. */
export const unnamedFiles = Effect.fnUntraced(function*(dir: string, buildDir: string, graph: ActionGraph) {
  const disk = yield* Disk
  const mayMake = graph.actions.some(({ always, mnemonic }) => mnemonic === "Hook" && always !== undefined)
  if (!mayMake && (yield* disk.signature(`${dir}/${recordName}`)) === undefined) return undefined
  const named = new Set<string>(graph.actions.flatMap(({ depfile, outputs }) => [...outputs, depfile ?? ""]))
  const found = new Map<string, string>()
  for (const name of yield* disk.list(dir)) {
    const path = `${dir}/${name}`
    if (isOurs(dir, path) || ours.has(name) || named.has(`${buildDir}/${name}`)) continue
    const signature = yield* disk.signature(path)
    if (signature?.isFolder === false) found.set(name, signature.text)
  }
  return found
})

/**
 * The names of the files beside the ELF that hooks have made: those that have come or changed since `before`, and those of earlier builds with the same
 * hooks that are still there, because a hook may see that nothing is to do. What hooks made that are others now is removed, if it has not been made again:
 * a clean build would not have it.
 */
export const hookOutputs = Effect.fnUntraced(
  function*(dir: string, buildDir: string, graph: ActionGraph, before: Unnamed) {
    const disk = yield* Disk
    const record = `${dir}/${recordName}`
    const [commands = "", ...earlier] = ((yield* disk.readText(record)) ?? "").split("\n").filter((line) => line !== "")
    const after = before === undefined
      ? new Map<string, string>()
      : (yield* unnamedFiles(dir, buildDir, graph)) ?? new Map()
    const written = [...after].filter(([name, signature]) => before?.get(name) !== signature).map(([name]) => name)
    const now = graph.actions.filter(({ mnemonic }) => mnemonic === "Hook").map(commandDigest).join(" ")
    const left = earlier.filter((name) => after.has(name) && !written.includes(name))
    const kept = commands === now ? left : []
    for (const name of commands === now ? [] : left) yield* disk.remove(`${dir}/${name}`)
    const made = [...new Set([...written, ...kept])].toSorted()
    const text = made.length === 0 ? "" : [now, ...made, ""].join("\n")
    if (text !== [commands, ...earlier, ""].join("\n") && (text !== "" || commands !== "")) {
      yield* disk.write(record, text)
    }
    return made
  }
)

/** Its first line are the commands of the hooks, then a line for each file. */
const recordName = "hook-outputs"

/** What builds write there besides what is theirs alone. */
const ours = new Set([recordName, "build_info.json"])
