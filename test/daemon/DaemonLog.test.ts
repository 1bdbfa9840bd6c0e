import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { makeLog, readLog } from "../../src/daemon/DaemonLog.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-log-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

describe("log", () => {
  it("becomes log.1 when it is long, and is read on from there", () => {
    const log = makeLog(folder, 100)
    assert.deepStrictEqual(readLog(folder, 0), { text: "", end: 0 })
    log("one")
    const first = readLog(folder, 0)
    assert.match(first.text, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${process.pid} one\n$`))
    log("two")
    const second = readLog(folder, first.end)
    assert.match(second.text, / two\n$/)
    assert.notInclude(second.text, "one")
    log("x".repeat(100))
    log("new")
    assert.match(readLog(folder, second.end).text, / new\n$/)
    assert.deepStrictEqual(Fs.readdirSync(folder).sort(), ["log", "log.1"])
    assert.match(Fs.readFileSync(`${folder}/log.1`, "utf8"), / one\n.* two\n.* x+\n$/)
  })

  it("that cannot be written is no failure", () => makeLog(`${folder}/none`)("lost"))
})
