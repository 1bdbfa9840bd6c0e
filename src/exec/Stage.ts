import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"

/**
 * A folder of its own for everything that one action writes, temporary files of the compiler included. Outputs leave it
 * by rename when the action has succeeded; whatever else is in it goes with it, however the action ends.
 */
export interface Stage {
  /** Absolute. */
  readonly dir: string
  /** The command with every output path replaced by its place in the stage. */
  readonly argv: ReadonlyArray<string>
  /** Final path → staged path, both relative to the project or absolute. */
  readonly files: ReadonlyMap<string, string>
}

/** Replaces output paths in a command, wherever they end an argument or a part of it (`-Wl,-Map=x.map,--cref`). */
export const stageArgv = (
  argv: ReadonlyArray<string>,
  files: ReadonlyMap<string, string>
): ReadonlyArray<string> =>
  argv.map((arg) => {
    for (const [path, staged] of files) {
      const start = arg.indexOf(path)
      if (start < 0) continue
      const before = arg[start - 1]
      const after = arg[start + path.length]
      if ((before === undefined || "=,".includes(before)) && (after === undefined || after === ",")) {
        return arg.slice(0, start) + staged + arg.slice(start + path.length)
      }
    }
    return arg
  })

/** Makes the stage of an action; it is removed with the scope. `root` is relative to `cwd` or absolute. */
export const openStage = Effect.fnUntraced(function*(action: Action, cwd: string, root: string, name: string) {
  const disk = yield* Disk
  const folder = `${root}/${name}`
  const dir = folder.startsWith("/") ? folder : `${cwd}/${folder}`
  yield* Effect.acquireRelease(disk.makeDirectory(dir), () => Effect.ignore(disk.remove(dir)))
  const written = action.depfile === undefined ? action.outputs : [...action.outputs, action.depfile]
  const files = new Map(written.map((path) => [path as string, `${folder}/${path.slice(path.lastIndexOf("/") + 1)}`]))
  const stage: Stage = { dir, argv: stageArgv(action.argv, files), files }
  return stage
})
