import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Path from "node:path"
import { isAlive, until } from "../support/daemon.ts"

const root = Path.resolve(import.meta.dirname, "../..")

/** Starts two groups and watches them, the second after what watches has been killed; then dies without a word. */
const program = `
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { makeWatchdog } from "${root}/src/process/Watchdog.ts"
const watchdog = makeWatchdog()
const group = () => {
  const child = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" })
  child.unref()
  watchdog.add(child.pid)
  return child.pid
}
const shell = () => readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").trim().split(" ")
  .find((pid) => readFileSync("/proc/" + pid + "/cmdline", "utf8").includes("groups="))
const first = group()
if (process.argv[1] === "killed") {
  process.kill(Number(shell()), "SIGKILL")
  await setTimeout(200)
}
const second = group()
console.log(first + " " + second)
setImmediate(() => process.kill(process.pid, "SIGKILL"))
`

describe("Watchdog", () => {
  for (const what of ["left alone", "killed"]) {
    it(`ends every group of a process that is killed, when itself it was ${what}`, async () => {
      const run = ChildProcess.spawnSync(process.execPath, ["--input-type=module", "-e", program, what], {
        encoding: "utf8"
      })
      const pids = run.stdout.trim().split(" ")
      assert.strictEqual(pids.length, 2, run.stderr)
      await until(() => !pids.some(isAlive), "all gone", 5000)
    })
  }
})
