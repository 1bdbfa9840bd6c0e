import * as Effect from "effect/Effect"
import { splitList } from "../config/lists.ts"
import type { EnvironmentConfig } from "../config/ProjectConfig.ts"
import { Disk } from "../disk/Disk.ts"
import { FilePath } from "../domain/FilePath.ts"
import { joinPath } from "../domain/paths.ts"
import type { EmbeddedFile } from "../plan/steps/planEmbed.ts"
import { ProjectFileMissing } from "./OrchestratorError.ts"

/** The files of `board_build.embed_files` and `embed_txtfiles`, which name them from the project's folder. Fails for one that is not there. */
export const embeddedFiles = Effect.fnUntraced(function*(projectDir: string, environment: EnvironmentConfig) {
  const disk = yield* Disk
  const found: Array<EmbeddedFile> = []
  for (const [option, content] of [["build.embed_files", "Bytes"], ["build.embed_txtfiles", "Text"]] as const) {
    for (const name of splitList(environment.boardOptions[option] ?? "")) {
      if (!(yield* disk.isFile(joinPath(projectDir, name)))) {
        const { line, path } = environment.where[`board_${option}`] ?? environment.place
        return yield* new ProjectFileMissing({ path, line, option: `board_${option}`, file: name })
      }
      found.push({ name, path: FilePath.make(name), content })
    }
  }
  return found
})
