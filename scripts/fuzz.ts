// Model fuzzer: random projects, random changes of everything that a build depends on or leaves behind, and after each one a
// build, which must give the bytes of a clean build without cache, and run only what has not yet run on the same inputs.
//
//   node scripts/fuzz.ts [--seed N] [--steps N] [--length N] [--stride N] [--home DIR] [--shrink SECONDS]
//                        [--replay FILE] [--verbose]
//
// Every world has `--length` steps; world k of a run has seed N + k * stride, and a seed always gives the same script, but
// for moments in time. Worlds of odd seeds are built by a daemon, those of even ones each time by a new process. A failing
// script is shortened and written to DIR as JSON that `--replay` plays. Needs avr-gcc, cc and dist/fbuild.
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { parseArgs } from "node:util"
import { fuzz } from "./fuzz/run.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "200" },
    length: { type: "string", default: "60" },
    stride: { type: "string", default: "1" },
    shrink: { type: "string", default: "120" },
    home: { type: "string" },
    replay: { type: "string" },
    verbose: { type: "boolean", default: false }
  }
})

const root = values.home ?? Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-fuzz-"))
Fs.mkdirSync(root, { recursive: true })
const failed = await fuzz({
  root: Fs.realpathSync(root),
  seed: Number(values.seed),
  steps: Number(values.steps),
  length: Number(values.length),
  stride: Number(values.stride),
  replay: values.replay,
  shrinkMs: Number(values.shrink) * 1000,
  verbose: values.verbose,
  tell: (text) => console.log(text)
})
if (values.home === undefined && failed === 0) Fs.rmSync(root, { recursive: true })
process.exitCode = failed === 0 ? 0 : 1
