import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Path from "node:path"
import { environment, fbuild, ini, program, workspace, write } from "../support/project.ts"

const sketch = `#include <Arduino.h>
void setup() { Serial.begin(9600); Serial.println("ready"); }
void loop() {
  static int n;
  Serial.print("count "); Serial.println(++n);
  if (n == 3) Serial.println("FAIL: three");
  delay(200);
}
`

for (const emulator of ["avr8js", "simavr"]) {
  describe(emulator, () => {
    const space = workspace()
    const dir = write(Path.join(space, "p"), { "platformio.ini": ini("uno"), "src/main.cpp": sketch })
    const test = (...args: ReadonlyArray<string>) => fbuild(dir, ["test-emu", "--emulator", emulator, ...args])

    it("--expect", async () => {
      const run = await test("--expect", "^ready$", "--expect", "count \\d", "--timeout", "20s")
      assert.strictEqual(run.status, 0, run.stderr)
      assert.match(run.stdout, /^ready\r?$/m)
      assert.include(run.stderr, emulator)
      const missed = await test("--expect", "never", "--timeout", "1s")
      assert.include([1, 124], missed.status)
      assert.include(missed.stderr, "never")
    })

    it("--halt-on-success, --halt-on-error", async () => {
      assert.strictEqual((await test("--halt-on-success", "count 2", "--timeout", "20s")).status, 0)
      const bad = await test("--halt-on-error", "FAIL", "--halt-on-success", "count 9", "--timeout", "20s")
      assert.strictEqual(bad.status, 1)
      assert.include(bad.stderr, "FAIL: three")
    })

    it("--timeout", async () => {
      const run = await test("--halt-on-success", "never", "--timeout", "700ms")
      assert.strictEqual(run.status, 124, run.stderr)
    })

    it("prints while it runs", async () => {
      const child = ChildProcess.spawn(program, [
        "test-emu",
        "--emulator",
        emulator,
        "--timeout",
        "3s",
        "--halt-on-success",
        "never"
      ], {
        cwd: dir,
        env: environment(dir),
        stdio: ["ignore", "pipe", "ignore"]
      })
      const seen = await new Promise<boolean>((resolve) => {
        let text = ""
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
          if (text.includes("count 1")) resolve(child.exitCode === null)
        })
        child.once("close", () => resolve(false))
      })
      assert.isTrue(seen)
      const exit = new Promise<number | null>((resolve) => child.once("exit", resolve))
      child.kill("SIGINT")
      assert.strictEqual(await exit, 130)
    })
  })
}

describe("test-emu", () => {
  const space = workspace()

  it("runs other AVRs than the Uno's in simavr", async () => {
    const dir = write(Path.join(space, "mega"), { "platformio.ini": ini("megaatmega2560"), "src/main.cpp": sketch })
    const run = await fbuild(dir, ["test-emu", "--expect", "^ready$", "--expect", "count 2", "--timeout", "20s"])
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    assert.include(run.stderr, "simavr")
  })

  it("refuses before it builds", async () => {
    const dir = write(Path.join(space, "p"), { "platformio.ini": ini("uno"), "src/main.cpp": "#error not built\n" })
    for (
      const [args, named] of [[["--expect", "("], "("], [["--emulator", "bochs"], "bochs"], [[
        "--halt-on-error",
        "[z-a]"
      ], "[z-a]"]] as const
    ) {
      const run = await fbuild(dir, ["test-emu", ...args])
      assert.strictEqual(run.status, 2, run.stderr)
      assert.include(run.stderr, named)
      assert.notInclude(run.stderr, "not built")
      assert.notMatch(run.stderr, /^\s+at /m)
    }
  })

  it("fails as the build does", async () => {
    const dir = write(Path.join(space, "q"), { "platformio.ini": ini("uno"), "src/main.cpp": "#error broken\n" })
    const run = await fbuild(dir, ["test-emu", "--expect", "x"])
    assert.strictEqual(run.status, 1)
    assert.include(run.stderr, "broken")
  })

  it("with --json keeps stdout to events", async () => {
    const dir = write(Path.join(space, "json"), { "platformio.ini": ini("uno"), "src/main.cpp": sketch })
    const run = await fbuild(dir, ["test-emu", "--json", "--halt-on-success", "ready", "--timeout", "20s"])
    assert.strictEqual(run.status, 0, run.stderr)
    for (const line of run.stdout.trimEnd().split("\n")) assert.isString(JSON.parse(line)._tag)
    assert.include(run.stderr, "ready")
  })
})
