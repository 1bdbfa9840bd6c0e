import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { claim, claimant } from "../../src/daemon/claim.ts"

let folder = ""
beforeEach(() => {
  folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-claim-"))
})
afterEach(() => Fs.rmSync(folder, { recursive: true }))

const claims = () => Fs.readdirSync(Path.join(folder, "claims"))

const script = `
  const { claim } = await import(${JSON.stringify(new URL("../../src/daemon/claim.ts", import.meta.url).href)})
  console.log(claim(process.argv[1]) === undefined ? "left" : "holds")
  setInterval(() => {}, 1000)
`

/** A process that claims the folder and stays. */
function start(): { child: ChildProcess.ChildProcess; said: Promise<string> } {
  const child = ChildProcess.spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  return { child, said: once(child.stdout!, "data").then(([text]) => String(text).trim()) }
}

async function kill(child: ChildProcess.ChildProcess) {
  child.kill("SIGKILL")
  await once(child, "exit")
}

describe("claim", () => {
  it("is held by one living process", async () => {
    const first = start()
    assert.strictEqual(await first.said, "holds")
    assert.isUndefined(claim(folder))
    assert.strictEqual(claimant(folder), first.child.pid)
    await kill(first.child)
    assert.isUndefined(claimant(folder))
    const release = claim(folder)
    assert.isDefined(release)
    assert.strictEqual(claims().length, 1, "that of the dead process has been removed")
    release!()
    assert.deepStrictEqual(claims(), [])
  })

  it("of a pid that now belongs to another process is nobody's", () => {
    Fs.mkdirSync(Path.join(folder, "claims"))
    Fs.writeFileSync(Path.join(folder, "claims", `${process.ppid}-1`), "")
    assert.isUndefined(claimant(folder))
    claim(folder)!()
    assert.deepStrictEqual(claims(), [])
  })

  it("of many that start at once is never held by two", async () => {
    const all = Array.from({ length: 6 }, start)
    const said = await Promise.all(all.map(({ said }) => said))
    assert.isAtMost(said.filter((word) => word === "holds").length, 1)
    await Promise.all(all.map(({ child }) => kill(child)))
  })

  it("ignores what is no claim", () => {
    Fs.mkdirSync(Path.join(folder, "claims"))
    Fs.writeFileSync(Path.join(folder, "claims", "something"), "")
    assert.isDefined(claim(folder))
  })
})
