// @effect-diagnostics nodeBuiltinImport:off -- the files that come with the program
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import * as DiskNode from "./disk/DiskNode.ts"
import * as syncFileSystem from "./disk/syncFileSystem.ts"
import * as BuiltinSteps from "./orchestrator/builtinSteps.ts"
import { SketchParser } from "./sources/ino/SketchParser.ts"
import { type Tls, Transport } from "./telemetry/Transport.ts"

const besideThis = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const nodeHttp = (tls: Tls) =>
  Effect.map(
    Effect.promise(() => import("@effect/platform-node/NodeHttpClient")),
    ({ layerNodeHttpOptions }) => layerNodeHttpOptions({ ...tls, keepAlive: true })
  )

/** What commands need of Node and of this program's own files, but for `Subprocess`. */
export const layer = Layer.provideMerge(
  BuiltinSteps.layer,
  Layer.mergeAll(
    Layer.provideMerge(syncFileSystem.layer, NodeServices.layer),
    DiskNode.layer,
    Layer.succeed(Transport, nodeHttp),
    SketchParser.layer({ wasm: besideThis("tree-sitter-cpp.wasm"), runtime: besideThis("web-tree-sitter.wasm") })
  )
)
