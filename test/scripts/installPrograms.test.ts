import { afterAll, assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = Path.resolve(fileURLToPath(import.meta.url), "../../..")
const space = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-pack-"))
afterAll(() => Fs.rmSync(space, { recursive: true }))

const node = (script: string, dist: string, env: Readonly<Record<string, string>> = {}) =>
  ChildProcess.spawnSync(process.execPath, [Path.join(root, script), dist], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    encoding: "utf8"
  })

const version = (dist: string) =>
  ChildProcess.spawnSync(Path.join(dist, "fbuild"), ["--version"], {
    env: { FBUILD_NODE: process.execPath, FBUILD_DAEMON: "off", PATH: "/usr/bin:/bin" },
    encoding: "utf8"
  }).stdout

const isScript = (dist: string) => Fs.readFileSync(Path.join(dist, "fbuild"), "latin1").startsWith("#!/bin/sh\n")

describe("the package", () => {
  const dist = Path.join(space, "dist")

  it("is published with nothing in it that was made for one machine", () => {
    assert.strictEqual(node("scripts/bundle.mjs", dist, { npm_command: "pack" }).status, 0)
    assert.isTrue(isScript(dist))
    assert.match(version(dist), /^fbuild \d/)
    for (const name of Fs.readdirSync(dist)) {
      if (name === ".v8-cache") continue
      assert.notStrictEqual(Fs.readFileSync(Path.join(dist, name), "latin1").slice(0, 4), "\x7fELF", name)
    }
    const { files } = JSON.parse(Fs.readFileSync(Path.join(root, "package.json"), "utf8")) as { files: Array<string> }
    assert.includeMembers(files, ["!dist/.v8-cache", "scripts/support/installPrograms.mjs", "src/launcher/fbuild.c"])
  })

  it("gets its launcher when it is installed", () => {
    assert.strictEqual(node("scripts/support/installPrograms.mjs", dist).status, 0)
    assert.isFalse(isScript(dist))
    assert.match(version(dist), /^fbuild \d/)
  })

  it("does without where there is no compiler", () => {
    const { status, stderr } = node("scripts/support/installPrograms.mjs", dist, { CC: "/nonexistent/cc" })
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.isTrue(isScript(dist))
    assert.match(version(dist), /^fbuild \d/)
  })

  it("that is not there yet is left alone", () => {
    assert.strictEqual(node("scripts/support/installPrograms.mjs", Path.join(space, "other")).status, 0)
    assert.isFalse(Fs.existsSync(Path.join(space, "other")))
  })
})
