import * as Effect from "effect/Effect"
import { loadProject } from "../config/loadProject.ts"
import type { PackageSearch } from "../packages/findCore.ts"

/** The platforms that the environments of a project folder name, each once; none where there is no project, or one that cannot be read. */
export const projectPlatforms = Effect.fnUntraced(function*(folder: PackageSearch) {
  const project = yield* Effect.option(loadProject(folder.projectDir, folder.variables))
  if (project._tag === "None") return []
  const { dirs, environments } = project.value
  const platforms = environments.flatMap(({ board, platform, platformPackages }) =>
    platform === undefined
      ? []
      : [{ platform, search: { ...folder, platformPackages }, boardsDir: dirs.boards, boardId: board }]
  )
  return [...new Map(platforms.map((one) => [one.platform, one])).values()]
})
