import { afterEach, assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { watchAnswer } from "../../src/launcher/hanging.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-hanging-"))
const children: Array<ChildProcess.ChildProcess> = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL")
    await once(child, "exit")
  }
  Fs.rmSync(folder, { recursive: true, force: true })
})

/** A process of Node that does something, in the place of a daemon. */
const daemon = async (script: string): Promise<number> => {
  const child = ChildProcess.spawn(process.execPath, ["-e", `console.log("!"); ${script}`], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  children.push(child)
  await once(child.stdout!, "data")
  // It may still be busy with its start.
  await sleep(300)
  Fs.mkdirSync(Path.join(folder, "claims"), { recursive: true })
  Fs.writeFileSync(Path.join(folder, "claims", `${child.pid}-1`), "")
  return child.pid!
}
/** What is said at each look. */
const looks = async (count: number, wait: number) => {
  const hangs = watchAnswer(folder)
  const said: Array<boolean> = []
  for (let look = 0; look < count; look++) {
    await sleep(wait)
    said.push(hangs())
  }
  return said
}

describe("a daemon that does not answer", () => {
  it("hangs when it stands still", async () => {
    const pid = await daemon("setTimeout(() => {}, 60000)")
    assert.deepStrictEqual(await looks(3, 50), [false, false, true])
    process.kill(pid, "SIGSTOP")
    assert.deepStrictEqual(await looks(3, 50), [false, false, true])
  })

  it("is slow while it does something, or waits for a processor, unless that takes a second", async () => {
    const pid = await daemon("for (;;);")
    assert.deepStrictEqual(await looks(8, 50), Array.from({ length: 8 }, () => false))
    const hangs = watchAnswer(folder)
    hangs()
    const ticks = () => {
      const stat = Fs.readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "").split(" ")
      return Number(stat[11]) + Number(stat[12])
    }
    for (const before = ticks(); ticks() - before <= 105;) await sleep(20)
    assert.isTrue(hangs())
  })

  it("is waited for where it cannot be looked at, but not for ever", async () => {
    const said = await looks(20, 0)
    assert.deepStrictEqual(said.indexOf(true), 19)
  })
})
