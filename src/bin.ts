import * as Layer from "effect/Layer"
import packageJson from "../package.json" with { type: "json" }
import { run } from "./cli/run.ts"
import * as nodeServices from "./nodeServices.ts"
import * as SubprocessNode from "./process/SubprocessNode.ts"

run(process.argv.slice(2), packageJson.version, Layer.merge(nodeServices.layer, SubprocessNode.layer))
