// @effect-diagnostics nodeBuiltinImport:off -- the entry point of the process
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import packageJson from "../package.json" with { type: "json" }
import { run } from "./cli/run.ts"
import * as DiskNode from "./disk/DiskNode.ts"
import * as syncFileSystem from "./disk/syncFileSystem.ts"
import * as BuiltinSteps from "./orchestrator/builtinSteps.ts"
import * as SubprocessNode from "./process/SubprocessNode.ts"
import { SketchParser } from "./sources/ino/SketchParser.ts"
import { Transport } from "./telemetry/Transport.ts"

const besideThis = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const nodeHttp = Effect.map(
  Effect.promise(() => import("@effect/platform-node/NodeHttpClient")),
  ({ layerNodeHttp }) => layerNodeHttp
)

const layer = Layer.provideMerge(
  BuiltinSteps.layer,
  Layer.mergeAll(
    Layer.provideMerge(syncFileSystem.layer, NodeServices.layer),
    DiskNode.layer,
    Layer.succeed(Transport, nodeHttp),
    SubprocessNode.layer,
    SketchParser.layer({ wasm: besideThis("tree-sitter-cpp.wasm"), runtime: besideThis("web-tree-sitter.wasm") })
  )
)

run(process.argv.slice(2), packageJson.version, layer)
