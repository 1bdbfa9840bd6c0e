import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { program, workspace, write } from "../support/project.ts"

const source = `
"use strict"
module.exports = { main: (keepCode) => { used(); if (process.argv[2] === "keep") keepCode() } }
function used() { console.log("runs at", $$url, typeof require("node:fs").readFileSync) }
`

const space = workspace()
let installations = 0

/** Of the loader as it is bundled, with a program of the test. */
const installation = () => {
  const folder = write(Path.join(space, `load #${installations++}`), { "dist/program.cjs": source })
  const dist = Path.join(folder, "dist")
  for (const name of ["load.cjs", "start.cjs"]) {
    Fs.copyFileSync(Path.join(Path.dirname(program), name), Path.join(dist, name))
  }
  return { dist, home: Path.join(folder, "home") }
}

/** Whether it ran, and whether V8 had to compile `used`. */
const run = (dist: string, home: string, ...args: ReadonlyArray<string>) => {
  const log = Path.join(Path.dirname(dist), "log")
  const { status, stderr, stdout } = ChildProcess.spawnSync(
    process.execPath,
    ["--log-function-events", "--no-logfile-per-isolate", `--logfile=${log}`, Path.join(dist, "start.cjs"), ...args],
    { encoding: "utf8", env: { FBUILD_HOME: home } }
  )
  assert.deepStrictEqual([status, stderr], [0, ""])
  assert.match(stdout, /^runs at file:\/\/\/.*load%20%23\d\/dist\/program\.cjs function$/m)
  return { compiles: /^function,full-parse,.*,used$/m.test(Fs.readFileSync(log, "utf8")) }
}

const codeOf = (dist: string) => {
  const folder = Path.join(dist, ".v8-cache")
  return Fs.readdirSync(folder).map((name) => Path.join(folder, name))
}

describe("load", () => {
  it("keeps what has been compiled when it is told to, with the functions that were called", () => {
    const { dist, home } = installation()
    assert.isTrue(run(dist, home).compiles)
    assert.deepStrictEqual(codeOf(dist), [])
    assert.isTrue(run(dist, home, "keep").compiles)
    assert.lengthOf(codeOf(dist), 1)
    const [stat] = codeOf(dist).map((path) => Fs.statSync(path, { bigint: true }))
    assert.isFalse(run(dist, home, "keep").compiles)
    assert.strictEqual(Fs.statSync(codeOf(dist)[0]!, { bigint: true }).mtimeNs, stat!.mtimeNs)
    assert.isFalse(Fs.existsSync(home))
  })

  it("believes nothing that is damaged, and writes it anew", () => {
    const { dist, home } = installation()
    run(dist, home, "keep")
    const [path] = codeOf(dist)
    const whole = Fs.readFileSync(path!)
    const flipped = Buffer.from(whole)
    flipped[whole.length >> 1]! ^= 0xff
    const zeros = Buffer.from(whole).fill(0, whole.length >> 1)
    for (const damaged of [flipped, zeros, whole.subarray(0, whole.length >> 1), Buffer.alloc(3), Buffer.alloc(0)]) {
      Fs.writeFileSync(path!, damaged)
      assert.isTrue(run(dist, home).compiles)
      assert.isTrue(run(dist, home, "keep").compiles)
      assert.isFalse(run(dist, home).compiles)
    }
  })

  it("does not take a program for the one that was compiled because it is as long", () => {
    const { dist, home } = installation()
    run(dist, home, "keep")
    Fs.writeFileSync(Path.join(dist, "program.cjs"), source.replace("function used", "function  sed"))
    const { status, stderr } = ChildProcess.spawnSync(process.execPath, [Path.join(dist, "start.cjs")], {
      encoding: "utf8",
      env: { FBUILD_HOME: home }
    })
    assert.strictEqual(status, 1)
    assert.match(stderr, /ReferenceError: used is not defined/)
  })

  it("believes nothing that somebody else has written", () => {
    const { dist, home } = installation()
    run(dist, home, "keep")
    const [path] = codeOf(dist)
    Fs.chownSync(path!, 1, 1)
    assert.isTrue(run(dist, home, "keep").compiles)
    assert.isFalse(run(dist, home).compiles)
    assert.strictEqual(Fs.statSync(path!).uid, process.getuid!())
  })

  it("keeps nothing for ever that nobody uses", () => {
    const { dist, home } = installation()
    const folder = Path.join(dist, ".v8-cache")
    Fs.mkdirSync(Path.join(folder, "old folder/of Node"), { recursive: true })
    for (const name of ["old", "new"]) Fs.writeFileSync(Path.join(folder, name), "")
    const monthAgo = new Date(Date.now() - 31 * 24 * 3_600_000)
    for (const name of ["old", "old folder"]) Fs.utimesSync(Path.join(folder, name), monthAgo, monthAgo)
    run(dist, home, "keep")
    assert.lengthOf(codeOf(dist), 2)
    assert.include(codeOf(dist), Path.join(folder, "new"))
  })

  it("uses the home where nothing can be written beside it, and goes without where that cannot be either", () => {
    const { dist, home } = installation()
    Fs.writeFileSync(Path.join(dist, ".v8-cache"), "a file, so that no folder can be made here")
    run(dist, home, "keep")
    assert.lengthOf(Fs.readdirSync(Path.join(home, "code")), 1)
    assert.isFalse(run(dist, home).compiles)
    Fs.rmSync(home, { recursive: true })
    Fs.writeFileSync(home, "")
    assert.isTrue(run(dist, home, "keep").compiles)
  })
})
