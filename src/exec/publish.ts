import * as Effect from "effect/Effect"
import { linkedFiles, namedFiles } from "../cache/commandInputs.ts"
import { parseDepfile, renderDepfile } from "../cache/depfile.ts"
import { Disk } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import { OutputNotWritten } from "./ActionError.ts"
import type { Stage } from "./Stage.ts"

/** What a command has read besides its declared inputs, as far as it tells: by its depfile, its map, its own words. */
export const discoveredBy = Effect.fnUntraced(function*(
  action: Action,
  stage: Stage,
  absolute: (path: string) => string
) {
  const disk = yield* Disk
  const discovered: Array<string> = []
  const candidates = [...namedFiles(action.argv)]
  for (const [path, staged] of stage.files) {
    if (path === action.depfile) {
      const text = yield* disk.readText(absolute(staged))
      discovered.push(...parseDepfile(text ?? ""))
    } else if (action.mnemonic === "Link" && path.endsWith(".map")) {
      candidates.push(...linkedFiles((yield* disk.readText(absolute(staged))) ?? "", stage.dir))
    }
  }
  for (const path of candidates) {
    if ((yield* disk.signature(absolute(path))) !== undefined) discovered.push(path)
  }
  const declared = new Set<string>(action.inputs)
  return [...new Set(discovered)].filter((path) => !declared.has(path))
})

/**
 * Moves the outputs of an action from its stage to their final names, and writes its depfile. Not to be interrupted: all
 * of an action's outputs appear, or none.
 */
export const publish = Effect.fnUntraced(function*(
  action: Action,
  stage: Stage,
  discovered: ReadonlyArray<string>,
  absolute: (path: string) => string
) {
  const disk = yield* Disk
  // The compiler names its target by the place in the stage, so the depfile is written anew.
  const staged = action.depfile === undefined ? undefined : stage.files.get(action.depfile)
  if (staged !== undefined) {
    const text = renderDepfile(action.outputs[0], [...action.inputs, ...discovered])
    yield* disk.writeNew(absolute(staged), new TextEncoder().encode(text))
  }
  for (const [output, staged] of stage.files) {
    if ((yield* disk.signature(absolute(staged))) === undefined) {
      const { id, inputs, mnemonic } = action
      return yield* new OutputNotWritten({ id, mnemonic, path: inputs[0] ?? id, output })
    }
  }
  for (const [output, staged] of stage.files) yield* disk.rename(absolute(staged), absolute(output))
}, Effect.uninterruptible)
