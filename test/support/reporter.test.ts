import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../..", import.meta.url))

describe("closing line", () => {
  const cases: Record<
    string,
    readonly [files: Record<string, string>, line: string, status: number, args?: ReadonlyArray<string>]
  > = {
    "all pass": [{ a: `it("1", () => {}); it("2", () => {})`, b: `it("3", () => {})` }, "3 passed, 0 failed", 0],
    "one fails": [{ a: `it("1", () => {}); it("2", () => { throw new Error("no") })` }, "1 passed, 1 failed", 1],
    "a file that cannot be loaded": [{ a: `it("1", () => {})`, b: `import "./absent.ts"` }, "1 passed, 1 failed", 1],
    "a failing hook": [
      {
        a: `describe("d", () => { beforeAll(() => { throw new Error("no") }); it("1", () => {}) }); it("2", () => {})`
      },
      "1 passed, 1 failed",
      1
    ],
    "an error outside of a test": [
      {
        a: `it("1", () => { setTimeout(() => { throw new Error("no") }); return new Promise((r) => setTimeout(r, 50)) })`
      },
      "1 passed, 1 failed",
      1
    ],
    "nothing selected": [{ a: `it("1", () => {})` }, "0 passed, 0 failed", 1, ["-t", "other"]],
    "no files": [{}, "0 passed, 0 failed", 1]
  }
  for (const [name, [files, line, status, args = []]] of Object.entries(cases)) {
    it.concurrent(name, async () => {
      const run = await vitest(files, args)
      assert.strictEqual(run.output.trimEnd().split("\n").at(-1), line, run.output)
      assert.isTrue(run.output.endsWith(`\n${line}\n`), run.output)
      assert.strictEqual(run.status, status)
    })
  }
})

/** Runs this repository's configuration on the files, in a folder of their own. */
function vitest(
  files: Record<string, string>,
  args: ReadonlyArray<string>
): Promise<{ status: number | null; output: string }> {
  const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild reporter "))
  Fs.mkdirSync(Path.join(root, "test"))
  for (const [name, text] of Object.entries(files)) Fs.writeFileSync(Path.join(root, "test", `${name}.test.ts`), text)
  const config = Path.join(repository, "vitest.config.ts")
  const program = Path.join(repository, "node_modules/vitest/vitest.mjs")
  const argv = [program, "run", "--globals", "--root", root, "--config", config, ...args]
  return new Promise((resolve) => {
    const { VITEST: _, ...env } = process.env
    ChildProcess.execFile(process.execPath, argv, { cwd: root, env }, (error, stdout, stderr) => {
      Fs.rmSync(root, { recursive: true })
      resolve({ status: error === null ? 0 : Number(error.code), output: stderr + stdout })
    })
  })
}
