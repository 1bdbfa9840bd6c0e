import { replacePaths } from "../cache/replacePaths.ts"
import { baseName, pathFrom } from "../domain/paths.ts"
import type { Action } from "../plan/Action.ts"

/**
 * Where one action writes: names of its own in the stage folder of the build. Outputs leave it by rename when the action
 * has succeeded; the folder goes with whatever else is in it, temporary files of the compiler included, when the build ends.
 */
export interface Stage {
  /** The stage folder of the build, absolute. */
  readonly dir: string
  /** The command with every output path replaced by its place in the stage. */
  readonly argv: ReadonlyArray<string>
  /** Final path → staged path, both relative to the project or absolute. */
  readonly files: ReadonlyMap<string, string>
}

/** The stage of an action in the folder `root` (absolute, or relative to `cwd`); `prefix` is unique in the build. */
export const makeStage = (action: Action, cwd: string, root: string, prefix: string): Stage => {
  const written = action.depfile === undefined ? action.outputs : [...action.outputs, action.depfile]
  const files = new Map(
    written.map((path) => [path as string, `${root}/${prefix}-${baseName(path)}`])
  )
  return { dir: pathFrom(cwd, root), argv: replacePaths(action.argv, files), files }
}
