import { replacePaths } from "../cache/replacePaths.ts"
import { baseName, pathFrom } from "../domain/paths.ts"
import { type Action, isCompile } from "../plan/Action.ts"

/** The folders of a build that its commands write into, absolute or relative to where they run; both end with the build. */
export interface StageFolders {
  /** Where outputs come into being, on the file system of their final places. */
  readonly root: string
  /** Absolute: where GCC puts what it hands from one of its programs to the next, if not there. See `disk/memoryFolder.ts`. */
  readonly memory?: string | undefined
}

/**
 * Where one action writes: names of its own in the stage folder of the build. Outputs leave it by rename when the action
 * has succeeded; the folder goes with whatever else is in it when the build ends.
 */
export interface Stage {
  /** The stage folder of the build, absolute. */
  readonly dir: string
  /** The folder for temporary files of the command, absolute. */
  readonly temporary: string
  /** The command with every output path replaced by its place in the stage. */
  readonly argv: ReadonlyArray<string>
  /** Final path → staged path, both relative to the project or absolute. */
  readonly files: ReadonlyMap<string, string>
}

/** The stage of an action; `prefix` is unique in the build. */
export const makeStage = (action: Action, cwd: string, { memory, root }: StageFolders, prefix: string): Stage => {
  const written = action.depfile === undefined ? action.outputs : [...action.outputs, action.depfile]
  const files = new Map(
    written.map((path) => [path as string, `${root}/${prefix}-${baseName(path)}`])
  )
  const dir = pathFrom(cwd, root)
  // Other programs may unpack themselves there and run what they find, which containers forbid in memory.
  const isOfGcc = isCompile(action) || action.mnemonic === "Link"
  const temporary = isOfGcc ? memory ?? dir : dir
  return { dir, temporary, argv: replacePaths(action.argv, files), files }
}
