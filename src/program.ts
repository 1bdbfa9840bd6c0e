import * as Layer from "effect/Layer"
import packageJson from "../package.json" with { type: "json" }
import { run } from "./cli/run.ts"
import * as Daemon from "./daemon/main.ts"
import type { Program } from "./launcher/load.ts"
import * as nodeServices from "./nodeServices.ts"
import * as SubprocessNode from "./process/SubprocessNode.ts"

const { version } = packageJson

/** Runs the command line of this process, to its end. */
export const main: Program["main"] = (keepCode) =>
  run(process.argv.slice(2), version, Layer.merge(nodeServices.layer, SubprocessNode.layer), keepCode)

/** Serves requests for a home, to its end. */
export const daemon: Program["daemon"] = (keepCode) => Daemon.daemon(version, keepCode)
