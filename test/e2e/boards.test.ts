import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { boards as platformioBoards } from "../../platforms/avr/boards.ts"
import { build, debianCore, execute, fbuild, workspace, write } from "../support/project.ts"

/** Every board of Debian's `boards.txt` with every combination of its menu options, in fbuild's words. */
const allBoards = (): ReadonlyArray<string> => {
  const lines = Fs.readFileSync(Path.join(debianCore, "boards.txt"), "utf8").split("\n")
  const menus = lines.flatMap((line) => /^menu\.(\w+)=/.exec(line)?.[1] ?? [])
  return lines.flatMap((line) => /^(\w+)\.name=/.exec(line)?.[1] ?? []).flatMap((id) =>
    menus.reduce<ReadonlyArray<ReadonlyArray<string>>>((combinations, menu) => {
      const options = lines.flatMap((line) => new RegExp(`^${id}\\.menu\\.${menu}\\.(\\w+)=`).exec(line)?.[1] ?? [])
      return options.length === 0
        ? combinations
        : combinations.flatMap((chosen) => options.map((option) => [...chosen, `${menu}=${option}`]))
    }, [[]]).map((chosen) => chosen.length === 0 ? id : `${id}:${chosen.join(",")}`)
  )
}

const all = allBoards()

const project = (boards: ReadonlyArray<string>) => ({
  "platformio.ini": boards.map((board, index) =>
    `[env:e${index}]\nplatform = atmelavr\nframework = arduino\nboard = ${board}\n`
  ).join(""),
  // Some have no serial port and no LED.
  "src/main.cpp":
    "#include <Arduino.h>\nvoid setup() { pinMode(1, OUTPUT); }\nvoid loop() { digitalWrite(1, millis() & 64); delay(5); }\n"
})

interface Graph {
  readonly environments: ReadonlyArray<
    { readonly actions: ReadonlyArray<{ readonly mnemonic: string; readonly argv: ReadonlyArray<string> }> }
  >
}

const linkOf = (environment: Graph["environments"][number]) =>
  environment.actions.find(({ mnemonic }) => mnemonic === "Link")!.argv

const mcuOf = (environment: Graph["environments"][number]) =>
  linkOf(environment).find((arg) => arg.startsWith("-mmcu="))!.slice("-mmcu=".length)

/** Whether Debian's avr-gcc and avr-libc can make a program for an MCU at all. */
const isSupported = (mcu: string): boolean =>
  ChildProcess.spawnSync("/usr/bin/avr-gcc", [`-mmcu=${mcu}`, "-x", "c", "-", "-o", "/dev/null"], {
    input: "#include <avr/io.h>\nint main(void) { return 0; }\n"
  }).status === 0

describe("every board of Debian's core", () => {
  const space = workspace()

  it("with every option plans", async () => {
    assert.isAtLeast(all.length, 38)
    const dir = write(Path.join(space, "plan"), project(all))
    const run = await fbuild(dir, ["graph", "--json"])
    assert.strictEqual(run.status, 0, run.stderr)
    const { environments }: Graph = JSON.parse(run.stdout)
    assert.strictEqual(environments.length, all.length)
    environments.forEach((environment, index) => {
      const kinds = new Set(environment.actions.map(({ mnemonic }) => mnemonic))
      for (const kind of ["CCompile", "CxxCompile", "Archive", "Link", "Objcopy", "Size"]) {
        assert.isTrue(kinds.has(kind), `${all[index]} ${kind}`)
      }
      for (const { argv } of environment.actions) assert.notMatch(argv.join(" "), /[{}]/, all[index])
    })
  })

  it("links blink, one board for each MCU and variant that avr-libc knows", { timeout: 180_000 }, async () => {
    const dir = write(Path.join(space, "link"), project(all))
    const { environments }: Graph = JSON.parse((await fbuild(dir, ["graph", "--json"])).stdout)
    const different = new Map(environments.map((environment, index) => {
      const core = environment.actions.find(({ mnemonic }) => mnemonic === "CCompile")!.argv
      const key = core.filter((arg) => /^-mmcu=|variants\/|^-DF_CPU/.test(arg)).join(" ")
      return [key, { board: all[index]!, mcu: mcuOf(environment) }]
    }))
    const known = [...different.values()].filter(({ mcu }) => isSupported(mcu))
    assert.isAbove(known.length, 10)
    write(dir, project(known.map(({ board }) => board)))
    const run = await build(dir, ["-k"])
    const failed = run.finished.environments.filter(({ ok }) => !ok).map(({ board, errors }) =>
      `${board}: ${errors[0]?.message}`
    )
    assert.deepStrictEqual(failed, [])
    for (const { images, size } of run.finished.environments) {
      assert.include(images.map(({ kind }) => kind), "hex")
      assert.isAbove(size.flash!.used, 200)
    }
  })

  it("has its PlatformIO name, too", async () => {
    const ids = Object.keys(platformioBoards)
    const dir = write(Path.join(space, "ids"), project(ids))
    const ours: Graph = JSON.parse((await fbuild(dir, ["graph", "--json"])).stdout)
    write(dir, project(Object.values(platformioBoards)))
    const vendors: Graph = JSON.parse((await fbuild(dir, ["graph", "--json"])).stdout)
    ids.forEach((id, index) => assert.deepStrictEqual(ours.environments[index], vendors.environments[index], id))
  })

  it("is listed, and described with the source of every property", async () => {
    const list = await fbuild(space, ["boards", "--json"])
    assert.strictEqual(list.status, 0, list.stderr)
    for (const id of ["uno", "megaatmega2560", "leonardo"]) assert.include(list.stdout, `"${id}"`)
    const found = await fbuild(space, ["boards", "atmega2560"])
    assert.match(found.stdout, /megaatmega2560/)
    assert.notMatch(found.stdout, /leonardo/)
    const board = await fbuild(space, ["board", "nanoatmega328"])
    assert.strictEqual(board.status, 0, board.stderr)
    assert.match(board.stdout, /build\.mcu.*atmega328p/)
    assert.match(board.stdout, /boards\.txt:\d+/)
  })

  it("is not looked for in vain: what names the core that is missing wins over similar ids of other cores", async () => {
    const dir = write(Path.join(space, "missing"), {
      "platformio.ini": "[env:p4]\nplatform = espressif32\nboard = my-p4-board\nframework = arduino\n"
    })
    const variables = { FBUILD_HOME: Path.join(dir, "home"), HOME: dir }
    for (const [id, core] of [["my-p4-board", "arduinoespressif32"], ["pico", "arduinopico"]] as const) {
      const run = await fbuild(dir, ["board", id], variables)
      assert.strictEqual(run.status, 3, run.stderr)
      assert.include(run.stderr, `framework-${core} is not installed`)
    }
    const unknown = await fbuild(dir, ["board", "unno"], variables)
    assert.strictEqual(unknown.status, 2)
    assert.include(unknown.stderr, "did you mean uno")
  })
})

describe("the programs of the system", () => {
  it("are those that the tests were written for", async () => {
    const run = await execute("/usr/bin/avr-gcc", ["-dumpversion"], "/")
    assert.strictEqual(run.stdout.trim(), "5.4.0")
    assert.match(Fs.readFileSync(Path.join(debianCore, "platform.txt"), "utf8"), /^version=1\.8\.7$/m)
  })
})
