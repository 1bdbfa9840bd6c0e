import * as Effect from "effect/Effect"
import { parseDepfile } from "../cache/depfile.ts"
import { linkedFiles } from "../cache/linkedFiles.ts"
import { linkArguments, linkFolders } from "../cache/linkFolders.ts"
import { namedFiles } from "../cache/namedFiles.ts"
import { expandResponses } from "../cache/responseFile.ts"
import { Disk } from "../disk/Disk.ts"
import { baseName, dirName } from "../domain/paths.ts"
import { type Action, subjectOf } from "../plan/Action.ts"
import { OutputNotWritten } from "./ActionError.ts"
import { readScript } from "./readScript.ts"
import { keepsTemporaries } from "./refuseFlags.ts"
import { expandedWords, readResponses } from "./responses.ts"
import type { Stage } from "./Stage.ts"

/**
 * What a command has read besides its declared inputs, as far as it tells: by its depfile, its map, its own words.
 * `undefined`: a compiler has left no depfile.
 */
export const discoveredBy = Effect.fnUntraced(function*(
  action: Action,
  stage: Stage,
  absolute: (path: string) => string
) {
  const disk = yield* Disk
  const discovered: Array<string> = []
  const responses = yield* readResponses(action.argv, absolute)
  const candidates = [...namedFiles(action, responses)]
  if (action.tentative !== undefined) {
    for (const word of action.argv.slice(1)) {
      const isOutput = action.outputs.some((path) => word.endsWith(path))
      if (!isOutput && (yield* disk.listing(absolute(word))) === undefined) candidates.push(word)
    }
  }
  for (const [path, staged] of stage.files) {
    if (path === action.depfile) {
      const text = yield* disk.readText(absolute(staged))
      if (text === undefined && !isPlainAssembly(action)) return undefined
      discovered.push(...parseDepfile(text ?? ""))
    } else if (action.mnemonic === "Link" && path.endsWith(".map")) {
      candidates.push(...linkedFiles((yield* disk.readText(absolute(staged))) ?? "", [stage.dir, stage.temporary]))
    }
  }
  const folders = action.mnemonic === "Link"
    ? [...linkFolders(linkArguments(expandResponses(action.argv, responses)))]
    : []
  const seen = new Set<string>(action.inputs)
  for (const path of candidates) {
    if (seen.has(path)) continue
    seen.add(path)
    if ((yield* disk.signature(absolute(path)))?.isFolder !== false) continue
    discovered.push(path)
    if (action.mnemonic !== "Link") continue
    const script = yield* readScript(absolute(path))
    folders.push(...script?.folders ?? [])
    for (const name of script?.scripts ?? []) {
      candidates.push(name, ...(name.startsWith("/") ? [] : folders.map((folder) => `${folder}/${name}`)))
    }
  }
  const declared = new Set<string>(action.inputs)
  return [...new Set(discovered)].filter((path) => !declared.has(path))
})

/**
 * Moves the outputs of an action from its stage to their final names. The depfile does not come along: what it says is in
 * the action's trace. Not to be interrupted: all of an action's outputs appear, or none.
 */
export const publish = Effect.fnUntraced(function*(action: Action, stage: Stage, absolute: (path: string) => string) {
  const disk = yield* Disk
  const left = new Set<string>()
  for (const [output, staged] of stage.files) {
    if (output === action.depfile) continue
    if ((yield* disk.signature(absolute(staged))) === undefined) {
      left.add(output)
      if (action.tentative?.some((path) => path === output)) continue
      const { id, mnemonic } = action
      return yield* new OutputNotWritten({ id, mnemonic, path: subjectOf(action), output })
    }
  }
  for (const [output, staged] of stage.files) {
    // What an earlier build has written in place of it is gone, too.
    if (left.has(output)) yield* disk.remove(absolute(output))
    else if (output === action.depfile) {
      // What comes from a cache has none, and asking takes less time than being refused.
      if ((yield* disk.signature(absolute(staged))) !== undefined) yield* disk.remove(absolute(staged))
    } else yield* disk.rename(absolute(staged), absolute(output), { gap: true })
  }
  yield* publishTemporaries(action, stage, absolute)
}, Effect.uninterruptible)

/** Moves what a compiler was asked to leave beside its object, and nobody named, to where the object is now. */
const publishTemporaries = Effect.fnUntraced(function*(
  action: Action,
  stage: Stage,
  absolute: (path: string) => string
) {
  const [output] = action.outputs
  const staged = stage.files.get(output)
  if (staged === undefined || !keepsTemporaries(yield* expandedWords(action.argv, absolute))) return
  const disk = yield* Disk
  const prefix = baseName(staged).slice(0, -baseName(output).length)
  for (const name of yield* disk.list(stage.dir)) {
    if (!name.startsWith(prefix)) continue
    yield* disk.rename(`${stage.dir}/${name}`, absolute(`${dirName(output)}/${name.slice(prefix.length)}`))
  }
})

/** A map names the outputs and the temporary files of its link by where they were; that would differ from link to link. */
export const settleMap = Effect.fnUntraced(function*(
  action: Action,
  stage: Stage,
  absolute: (path: string) => string
) {
  const disk = yield* Disk
  for (const [output, file] of stage.files) {
    if (action.mnemonic !== "Link" || !output.endsWith(".map")) continue
    const map = yield* disk.readText(absolute(file))
    if (map === undefined) continue
    let text = map
    for (const [path, staged] of stage.files) text = text.replaceAll(staged, path)
    const settled = text.split(`${stage.temporary}/`).map((part, index) =>
      index === 0 ? part : part.replace(/^cc\w{6}/, "cc")
    )
      .join("")
    if (settled !== map) yield* disk.overwrite(absolute(file), settled)
  }
})

/** Whether a source goes to the assembler as it is, which leaves no depfile. Source: GCC manual, "Overall Options", `-x`. */
const isPlainAssembly = ({ argv, inputs, mnemonic }: Action): boolean => {
  const language = argv.findLast((_, index) => argv[index - 1] === "-x") ??
    argv.findLast((word) => /^-x./.test(word))?.slice(2)
  return mnemonic === "Assemble" &&
    (language === undefined ? !/\.(?:S|sx)$/.test(inputs[0] ?? "") : language === "assembler")
}
