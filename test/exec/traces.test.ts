import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { playTrace } from "../../scripts/fuzz/traces/play.ts"

const root = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-traces-")))
afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

describe("a trace never stands where a preprocessor would see something else", () => {
  // 1355: a header that was passed by because the same had been read was the reason of a failure.
  for (const [compiler, ...seeds] of [["avr-gcc", 1, 2, 3, 4], ["xtensa-lx106-elf-gcc", 5, 6, 1355]] as const) {
    it(compiler, async () => {
      for (const seed of seeds) {
        const { stale } = await playTrace(Path.join(root, String(seed)), `/usr/bin/${compiler}`, seed)
        assert.isUndefined(stale, `seed ${seed}`)
      }
    })
  }
})
