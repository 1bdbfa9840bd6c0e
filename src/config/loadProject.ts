import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { inTurns } from "../domain/inTurns.ts"
import { Span } from "../telemetry/names.ts"
import { absolutePath } from "./absolutePath.ts"
import { ConfigError } from "./ConfigError.ts"
import { decodeUtf8 } from "./decodeUtf8.ts"
import { splitList } from "./lists.ts"
import { mergeDocuments, parseIni } from "./parseIni.ts"
import type { ProjectConfig } from "./ProjectConfig.ts"
import { resolveProject } from "./resolveProject.ts"

/**
 * Reads `<projectDir>/platformio.ini` and the files that its `extra_configs` names (relative to the project, with
 * wildcards; files that do not exist are left out). `projectDir` is absolute; `variables` is the process environment.
 *
 * Source: PlatformIO documentation, "extra_configs".
 */
export const loadProject = Effect.fn(Span.loadProject)(
  function*(projectDir: string, variables: Readonly<Record<string, string>>): Effect.fn.Return<
    ProjectConfig,
    ConfigError,
    FileSystem.FileSystem
  > {
    const fs = yield* FileSystem.FileSystem
    let document = yield* readIni(`${projectDir}/platformio.ini`)
    const extra = document.sections.get("platformio")?.entries.get("extra_configs")
    for (const pattern of splitList(extra?.value ?? "")) {
      const files = yield* fs.glob(pattern, { root: projectDir }).pipe(
        Effect.mapError((cause) => ConfigError.at(extra!, { _tag: "FileUnreadable", cause }))
      )
      for (const file of files) {
        document = mergeDocuments(document, yield* readIni(absolutePath(projectDir, file)))
      }
    }
    return yield* inTurns(() => resolveProject({ document, projectDir, variables }))
  }
)

const readIni = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* fs.readFile(path).pipe(
    Effect.mapError((cause) =>
      ConfigError.at(
        { path, line: 0 },
        cause.reason._tag === "NotFound" ? { _tag: "FileMissing" } : { _tag: "FileUnreadable", cause }
      )
    )
  )
  return yield* Effect.fromResult(decodeUtf8(path, bytes).pipe(Result.flatMap((text) => parseIni(path, text))))
})
