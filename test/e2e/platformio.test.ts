import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { blink, debianCore, environment, fbuild, filesBelow, workspace, write } from "../support/project.ts"

/** A board as PlatformIO's atmelavr describes it, which Arduino's core does not have by this name. */
const board = JSON.stringify(
  {
    build: {
      core: "arduino",
      extra_flags: "-DARDUINO_AVR_CLONE -DCLONE=2",
      f_cpu: "12000000L",
      mcu: "atmega328p",
      variant: "standard"
    },
    name: "A clone",
    upload: { maximum_ram_size: 2048, maximum_size: 30720, protocol: "arduino" }
  },
  null,
  2
)

describe("what PlatformIO has installed", () => {
  const space = workspace()
  const home = Path.join(space, "home")
  Fs.cpSync(debianCore, Path.join(home, ".platformio/packages/framework-arduino-avr"), {
    recursive: true,
    dereference: true
  })
  write(home, {
    ".platformio/platforms/atmelavr@5.2.0/boards/clone.json": board,
    ".platformio/platforms/atmelavr@5.2.0/platform.json": "{}"
  })
  const dir = write(Path.join(space, "p"), {
    "platformio.ini": "[env:x]\nplatform = platformio/atmelavr @ ^5\nframework = arduino\nboard = clone\n",
    "src/main.cpp": blink
  })
  const variables = { ...environment(dir), HOME: home }

  it("is used before the system's, and only read", async () => {
    const before = filesBelow(home)
    const run = await fbuild(dir, ["build"], variables)
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    assert.match(run.stdout, /of 30720 bytes/)
    const argv = (await fbuild(dir, ["build", "--dry-run"], variables)).stdout
    assert.match(argv, /-DF_CPU=12000000L .*-DARDUINO_AVR_CLONE .*-DCLONE=2/)
    assert.include(argv, `${home}/.platformio/packages/framework-arduino-avr/cores/arduino/main.cpp`)
    assert.deepStrictEqual(filesBelow(home), before)
  })

  it("is told of by board, boards and doctor", async () => {
    const text = (await fbuild(dir, ["board", "clone"], variables)).stdout
    assert.match(text, /^core: .*\.platformio\/packages\/framework-arduino-avr \(platformio\)$/m)
    assert.match(text, /^ {2}also {2}system +\/usr\/share\/arduino\/hardware\/arduino\/avr$/m)
    assert.match(text, /^build\.f_cpu +12000000L +\(.*atmelavr@5\.2\.0\/boards\/clone\.json:5\)$/m)
    assert.match((await fbuild(dir, ["boards", "clone"], variables)).stdout, /^clone .*A clone/m)
    const doctor = (await fbuild(dir, ["doctor"], variables)).stdout
    assert.match(doctor, /framework-arduino-avr \(platformio\).*after it comes \/usr\/share\/arduino/)
  })

  it("PLATFORMIO_CORE_DIR moves it, and ARDUINO_DIRECTORIES_USER what goes before it", async () => {
    const user = Path.join(space, "sketchbook")
    Fs.cpSync(debianCore, Path.join(user, "hardware/arduino/avr"), { recursive: true, dereference: true })
    const moved = { ...variables, HOME: "/nowhere", PLATFORMIO_CORE_DIR: Path.join(home, ".platformio") }
    const core = async (more: Record<string, string>) =>
      /^core: (.*)$/m.exec((await fbuild(dir, ["board", "clone"], { ...moved, ...more })).stdout)?.[1]
    assert.strictEqual(await core({}), `${home}/.platformio/packages/framework-arduino-avr (platformio)`)
    assert.strictEqual(await core({ ARDUINO_DIRECTORIES_USER: user }), `${user}/hardware/arduino/avr (arduino)`)
  })
})
