import { assert, describe, it } from "@effect/vitest"
import * as Path from "node:path"
import { blink, environment, execute, ini, program, workspace, write } from "../support/project.ts"

/** Runs fbuild on a terminal of its own, and returns all bytes that it wrote there. */
async function onTerminal(dir: string, args: string, variables: Readonly<Record<string, string>> = {}) {
  const env = { ...environment(dir), TERM: "xterm", SHELL: "/bin/sh", ...variables }
  const command = `stty cols 80 rows 24; '${program}' ${args}`
  const run = await execute("/usr/bin/script", ["-qec", command, "/dev/null"], dir, env)
  return { ...run, screen: screenOf(run.stdout) }
}

/** What stays on the screen: enough of a terminal for a block that is redrawn. */
function screenOf(bytes: string): ReadonlyArray<string> {
  const lines: Array<string> = [""]
  let [row, column] = [0, 0]
  for (const [token, control, parameter = "", final] of bytes.matchAll(/\x1b(\[)([0-9;?]*)([A-Za-z])|[^]/g)) {
    if (control !== undefined) {
      const count = Number(parameter) || 1
      if (final === "A") row = Math.max(0, row - count)
      else if (final === "G") column = count - 1
      else if (final === "J") {
        lines.splice(row + 1)
        lines[row] = lines[row]!.slice(0, column)
      } else if (final === "K") lines[row] = lines[row]!.slice(0, column)
      else assert.include(["m", "h", "l"], final, `escape ${JSON.stringify(token)}`)
    } else if (token === "\n") {
      row++
      lines[row] ??= ""
    } else if (token === "\r") column = 0
    else {
      lines[row] = lines[row]!.padEnd(column).slice(0, column) + token + lines[row]!.slice(column + 1)
      column++
    }
  }
  return lines
}

describe("on a terminal", () => {
  const space = workspace()
  const project = { "platformio.ini": ini("uno"), "src/main.cpp": blink }

  it("a live block is shown and leaves nothing behind", async () => {
    const dir = write(Path.join(space, "live"), { ...project, "src/warn.cpp": "#warning \"here\"\n" })
    const run = await onTerminal(dir, "build -j1")
    assert.strictEqual(run.status, 0, run.stdout)
    assert.match(run.stdout, /\[\d+\/\d+\] \d+\.\d s/)
    assert.match(run.stdout, /\x1b\[\d+A/)
    const text = run.screen.join("\n")
    assert.notMatch(text, /\[\d+\/\d+\]/)
    assert.match(text, /^src\/warn\.cpp:1:2: warning: #warning "here"/m)
    assert.match(text, /^flash +\d+ of 32256 bytes/m)
    assert.match(text, /✓ uno {2}\d+ actions: \d+ run {2}[\d.]+ s\n?$/)
    assert.strictEqual(text.match(/#warning "here" \[/g)?.length ?? 0, 1)
    const again = await onTerminal(dir, "build")
    assert.isAtMost(again.screen.filter((line) => line !== "").length, 4)
  })

  it("errors stay whole", async () => {
    const dir = write(Path.join(space, "error"), { ...project, "src/bad.cpp": "int f() { return nowhere; }\n" })
    const run = await onTerminal(dir, "build")
    assert.strictEqual(run.status, 1)
    const text = run.screen.join("\n")
    assert.match(text, /^src\/bad\.cpp:1:18: error: 'nowhere' was not declared/m)
    assert.match(text, /^error: compiling src\/bad\.cpp failed/m)
    assert.notMatch(text, /\[\d+\/\d+\]/)
    assert.include(run.stdout, "\x1b[")
  })

  it("CI and NO_COLOR are obeyed", async () => {
    const dir = write(Path.join(space, "ci"), project)
    const ci = await onTerminal(dir, "build", { CI: "1" })
    assert.strictEqual(ci.status, 0)
    assert.notMatch(ci.stdout, /\x1b\[\d+A/)
    assert.match(ci.stdout, /^\[\d+\/\d+\] Link /m)
    const plain = await onTerminal(dir, "build --clean", { NO_COLOR: "1" })
    assert.notMatch(plain.stdout, /\x1b\[[0-9;]*m/)
  })
})
