import { afterAll, assert, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fuzz } from "../../scripts/fuzz/run.ts"

const root = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-fuzz-")))
afterAll(() => Fs.rmSync(root, { recursive: true, force: true }))

it("whatever happens between builds, each gives what a clean one gives, and runs no more than it has to", async () => {
  const told: Array<string> = []
  const failed = await fuzz({
    root,
    seed: 1,
    steps: 30,
    length: 15,
    stride: 1,
    verbose: false,
    shrinkMs: 0,
    tell: (text) => told.push(text)
  })
  assert.strictEqual(failed, 0, told.join("\n"))
})
