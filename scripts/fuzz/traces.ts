// Traces beside real preprocessors: random folders of headers, search paths and changes. A trace must never stand where the
// compiler would give something else.
//
//   node scripts/fuzz/traces.ts [--compiler NAME]... [--seed N] [--cases N]
//
// Case k has seed N + k; a seed gives the same case each time. Prints what failed, and how often a change made a difference.
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { parseArgs } from "node:util"
import { playTrace } from "./traces/play.ts"

const { values } = parseArgs({
  options: {
    compiler: { type: "string", multiple: true, default: ["avr-gcc", "arm-none-eabi-gcc"] },
    seed: { type: "string", default: "1" },
    cases: { type: "string", default: "200" }
  }
})

const root = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-traces-")))
const sum = { changes: 0, different: 0, vain: 0, untraced: 0, stale: 0 }
for (let index = 0; index < Number(values.cases); index++) {
  const seed = Number(values.seed) + index
  const compiler = values.compiler[index % values.compiler.length]!
  const played = await playTrace(Path.join(root, String(seed)), `/usr/bin/${compiler}`, seed)
  for (const key of ["changes", "different", "vain", "untraced"] as const) sum[key] += played[key]
  if (played.stale === undefined) continue
  sum.stale++
  console.log(`seed ${seed}, ${compiler}: stale, ${played.stale}`)
}
console.log(JSON.stringify(sum))
if (sum.stale === 0) Fs.rmSync(root, { recursive: true })
process.exitCode = sum.stale === 0 ? 0 : 1
