import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { joinPath } from "../../src/domain/paths.ts"

export const layer = NodeFileSystem.layer

/** A new temporary folder (path without links) with these files, removed at the end of the scope. */
export const projectFolder = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>, prefix = "sources-") {
  const fs = yield* FileSystem.FileSystem
  const root = yield* Effect.flatMap(fs.makeTempDirectoryScoped({ prefix }), (path) => fs.realPath(path))
  for (const [name, text] of Object.entries(files)) {
    const path = joinPath(root, name)
    yield* fs.makeDirectory(path.slice(0, path.lastIndexOf("/")), { recursive: true })
    yield* fs.writeFileString(path, text)
  }
  return root
})
