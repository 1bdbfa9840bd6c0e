import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { BuildReporter } from "../../src/exec/BuildReporter.ts"
import { planProject } from "../../src/orchestrator/planProject.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { projectFolder } from "../sources/projectFolder.ts"

export const layer = Layer.mergeAll(
  NodeFileSystem.layer,
  DiskNode.layer,
  SubprocessNode.layer,
  Layer.succeed(BuildReporter, BuildReporter.of({ emit: () => Effect.void }))
)

/**
 * Plans the environments of a new project with these files, with Debian's core and a compiler that calls itself
 * avr-gcc 7.3.0, whatever is installed.
 */
export const planned = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>, prefix = "plan-") {
  const fs = yield* FileSystem.FileSystem
  const root = yield* projectFolder({
    "tools/bin/avr-gcc": "#!/bin/sh\necho 7.3.0\n",
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`my project/${path}`, text]))
  }, prefix)
  yield* fs.chmod(`${root}/tools/bin/avr-gcc`, 0o755)
  const projectDir = `${root}/my project`
  const variables = { PATH: `${root}/tools/bin` }
  const environments = yield* planProject({ projectDir, environments: [], home: `${root}/home`, variables })
  return { root, projectDir, environments }
})

export const ini = (more = "") => `[env:uno]\nplatform = atmelavr\nboard = uno\nframework = arduino\n${more}\n`
