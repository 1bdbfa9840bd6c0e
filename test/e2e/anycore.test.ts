import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { build, built, environment, fbuild, said, workspace, write } from "../support/project.ts"

const cores = fileURLToPath(new URL("../fixtures/cores", import.meta.url))

const iniOf = (platform: string, board: string, ...lines: ReadonlyArray<string>) =>
  ["[env:x]", `platform = ${platform}`, "framework = arduino", `board = ${board}`, ...lines, ""].join("\n")

const sketch = `#include <Arduino.h>
#include <Shout.h>
#ifndef LOUD_TEXT
#define LOUD_TEXT nothing
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
void setup() {
  shout();
  say(TEXT(LOUD_TEXT));
  say(wrapped() == 2 && ledOfVariant == 13 ? "wrapped on " VARIANT : "no");
}
void loop() { say("done"); finish(); }
`

const testEmu = async (dir: string, variables?: Record<string, string>) => {
  const run = await fbuild(dir, ["test-emu", "--halt-on-success", "^done", "--timeout", "20s"], variables)
  assert.strictEqual(run.status, 0, run.stdout + run.stderr)
  return run.stdout.split("\n").filter((line) => /^(?:soft|LOUD|nothing|so loud|wrapped|no$|hi$|on )/.test(line))
}

describe("a core that fbuild has never heard of, for Cortex-M", () => {
  const space = workspace()
  const bolt = Path.join(space, "my cores", "bolt", "cm")
  Fs.cpSync(Path.join(cores, "bolt", "cm"), bolt, { recursive: true })

  it("builds with its own recipes and menus, and runs under QEMU", async () => {
    const dir = write(Path.join(space, "p"), {
      "platformio.ini": iniOf(`symlink://${bolt}`, "boltm3"),
      "src/main.cpp": sketch
    })
    const { finished } = await built(dir)
    const [environment] = finished.environments
    assert.strictEqual(environment!.platform, "cm")
    assert.strictEqual(environment!.size.ram!.max, 65_536)
    const out = Path.join(dir, ".fbuild/build/x")
    // Written by hooks, by image recipes that name no `firmware.…`, and under the name for users.
    for (const name of ["flash.ld", "vectors.bin", "copies/plain.bin", "merged.img", "firmware.m3.bin"]) {
      assert.isTrue(Fs.existsSync(Path.join(out, name)), name)
    }
    const read = (name: string) => Fs.readFileSync(Path.join(out, name))
    assert.deepStrictEqual(read("merged.img"), Buffer.concat([Buffer.from("BOLT"), read("firmware.bin")]))
    assert.deepStrictEqual(read("firmware.m3.bin"), read("firmware.bin"))
    assert.deepStrictEqual(environment!.images.map(({ path }) => Path.basename(path)).toSorted(), [
      "firmware.bin",
      "firmware.hex",
      "firmware.m3.bin",
      "merged.img"
    ])
    // `2` before `10`; a backslash and two spaces come through as they are.
    assert.strictEqual(read("order.txt").toString(), "one\ntwo\\n a  b\nten\n".replace("\\n", shEchoes("\\n")))
    assert.deepStrictEqual(await testEmu(dir), ["soft BOLT_M3", "nothing", "wrapped on m3"])

    write(dir, { "platformio.ini": iniOf(`symlink://${bolt}`, "boltm3:ram=small,voice=loud") })
    assert.deepStrictEqual(await testEmu(dir), ["LOUD BOLT_M3", "so loud", "wrapped on m3"])
    assert.include(Fs.readFileSync(Path.join(out, "flash.ld"), "utf8"), "LENGTH = 16K")
  })

  it("runs again only the hooks of which nobody knows what they do, and says why", async () => {
    const dir = write(Path.join(space, "hooks"), {
      "platformio.ini": iniOf(bolt, "boltm3"),
      "src/main.cpp": sketch
    })
    await built(dir)
    const again = await built(dir)
    assert.deepStrictEqual(again.executed.map((id) => id.replace(".fbuild/build/x/", "")), [
      "hooks/prebuild.1.pattern",
      "hooks/prebuild.10.pattern",
      "hooks/prebuild.2.pattern"
    ])
    const why = (await fbuild(dir, ["why"])).stdout
    assert.match(why, /runs in every build: sh may read and write any file\n.*\n?\s+Hook .*prebuild\.1\.pattern/)
    assert.match(why, /a hook of the core whose command names all that it reads and writes/)
    write(dir, { "src/main.cpp": sketch.replace("done", "done now") })
    const changed = await built(dir)
    for (const name of ["copies/plain.bin", "vectors.bin", "hooks/postbuild.1.pattern"]) {
      assert.include(changed.executed, `.fbuild/build/x/${name}`)
    }
  })

  it("has images that hooks made and nobody names, until there are other hooks", async () => {
    const core = Path.join(space, "looked", "cm")
    Fs.cpSync(bolt, core, { recursive: true })
    const local = Path.join(core, "platform.local.txt")
    const hooks = (...scripts: ReadonlyArray<string>) =>
      Fs.writeFileSync(
        local,
        scripts.map((script, index) => `recipe.hooks.postbuild.${index + 2}.pattern=/bin/sh -c '${script}'\n`).join("")
      )
    const dir = write(Path.join(space, "looked-p"), { "platformio.ini": iniOf(core, "boltm3"), "src/main.cpp": sketch })
    const ofHooks = async () => {
      const { finished } = await built(dir)
      return finished.environments[0]!.images.map(({ path }) => Path.basename(path)).filter((name) =>
        /^all|^once/.test(name)
      )
    }
    // The second is one that sees that nothing is to do.
    hooks(
      "cd \"{build.path}\" && cat firmware.bin vectors.bin > all.img && echo x > all.txt",
      "cd \"{build.path}\" && test -e once.zip || cp firmware.bin once.zip"
    )
    assert.deepStrictEqual(await ofHooks(), ["all.img", "once.zip"])
    assert.deepStrictEqual(await ofHooks(), ["all.img", "once.zip"])
    const info = Fs.readFileSync(Path.join(dir, ".fbuild/build/x/build_info.json"), "utf8")
    const [, ...recorded] = Fs.readFileSync(Path.join(dir, ".fbuild/build/x/hook-outputs"), "utf8").trimEnd().split(
      "\n"
    )
    // The other two are of the core's own hooks.
    assert.deepStrictEqual(recorded, ["all.img", "all.txt", "flash.ld", "once.zip", "order.txt"])
    assert.match(info, /"kind": "img",\s+"path": "\.fbuild\/build\/x\/all\.img"/)
    hooks("cd \"{build.path}\" && cp firmware.bin all.bin")
    assert.deepStrictEqual(await ofHooks(), ["all.bin"])
    for (const name of ["all.img", "all.txt", "once.zip"]) {
      assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/x", name)), name)
    }
    // What the user put there is the user's.
    write(dir, { ".fbuild/build/x/mine.bin": "" })
    hooks()
    assert.deepStrictEqual(await ofHooks(), [])
    assert.isTrue(Fs.existsSync(Path.join(dir, ".fbuild/build/x/mine.bin")))
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/x/all.bin")))
  })

  it("is the same core however the project names it", async () => {
    const home = Path.join(space, "home")
    Fs.cpSync(bolt, Path.join(home, "Arduino/hardware/bolt/cm"), { recursive: true })
    for (const version of ["1.9.0", "1.10.0"]) {
      Fs.cpSync(bolt, Path.join(home, `.arduino15/packages/volt/hardware/cm/${version}`), { recursive: true })
    }
    const dir = write(Path.join(space, "named"), { "src/main.cpp": sketch })
    Fs.cpSync(bolt, Path.join(dir, "vendor/cm"), { recursive: true })
    Fs.cpSync(bolt, Path.join(dir, "hardware/watt/cm"), { recursive: true })
    const variables = { ...environment(dir), HOME: home }
    const places: Readonly<Record<string, string>> = {
      "file://../my cores/bolt/cm": bolt,
      "../my cores/bolt/cm": bolt,
      "vendor/cm": Path.join(dir, "vendor/cm"),
      "~/Arduino/hardware/bolt/cm": Path.join(home, "Arduino/hardware/bolt/cm"),
      "bolt:cm": Path.join(home, "Arduino/hardware/bolt/cm"),
      "volt:cm": Path.join(home, ".arduino15/packages/volt/hardware/cm/1.10.0"),
      "watt:cm": Path.join(dir, "hardware/watt/cm")
    }
    for (const [platform, core] of Object.entries(places)) {
      write(dir, { "platformio.ini": iniOf(platform, "boltm3") })
      const run = await fbuild(dir, ["build", "--dry-run"], variables)
      assert.strictEqual(run.status, 0, run.stderr)
      assert.include(
        run.stdout,
        `${core.startsWith(dir) ? Path.relative(dir, core) : core}/cores/bolt/main.cpp`,
        platform
      )
    }
    const board = await fbuild(dir, ["board", "volt:cm:boltm3:ram=small"], variables)
    assert.match(board.stdout, /^core: .*\/1\.10\.0 \(arduino\)$/m)
    assert.match(board.stdout, /^ {2}none {2}project .*hardware\/volt\/cm$/m)
    assert.match(board.stdout, /^build\.ram_length +16K +\(.*\/1\.10\.0\/boards\.txt:\d+\)$/m)
    assert.match(
      (await fbuild(dir, ["boards", "bolt m3"], variables)).stdout,
      /^boltm3 +cortex-m3 +Bolt M3 +\(watt:cm /m
    )
    assert.match(
      (await fbuild(dir, ["doctor"], variables)).stdout,
      /volt:cm compiler: \/usr\/bin\/arm-none-eabi-gcc 12/
    )
  })

  const failures: Readonly<Record<string, readonly [status: number, platform: string, board: string, text: RegExp]>> = {
    "an option that the board does not have": [2, bolt, "boltm3:ram=none", /use one of ram=full, ram=small/],
    "a menu that it does not have": [2, bolt, "boltm3:cpu=x", /use one of ram=full, ram=small, voice=soft, voice=loud/],
    "an unknown board": [2, bolt, "boltm4", /unknown board "boltm4".*\n.*did you mean boltm3/],
    "a folder that is no core": [3, "./src", "boltm3", /no folder with platform\.txt and boards\.txt/],
    "a PlatformIO platform": [3, "./pio", "boltm3", /is a platform of PlatformIO \(platform\.json\)/],
    "a core that is nowhere": [3, "bolt:z80", "boltm3", /bolt:z80 is not installed: looked in /]
  }
  for (const [name, [status, platform, board, text]] of Object.entries(failures)) {
    it(`${name} is a typed error`, async () => {
      const dir = write(Path.join(space, name), {
        "platformio.ini": iniOf(platform, board),
        "src/main.cpp": sketch,
        "pio/platform.json": "{}"
      })
      const run = await fbuild(dir, ["build"])
      assert.strictEqual(run.status, status, run.stderr)
      assert.match(run.stderr, text)
    })
  }

  it("a tool that is nowhere is missing, with where it was looked for", async () => {
    const dir = write(Path.join(space, "no tools"), { "platformio.ini": iniOf(bolt, "boltm3"), "src/main.cpp": sketch })
    const run = await build(dir, [], { PATH: "/nowhere" })
    assert.strictEqual(run.status, 3, said(run))
    const [error] = run.finished.errors
    assert.strictEqual(error!._tag, "ToolMissing")
    assert.match(error!.message, /arm-none-eabi-gcc not found in .*\/packages\/bolt-gcc\/bin, .*\/nowhere/)
    assert.match(error!.hint ?? "", /apt-get install gcc-arm-none-eabi/)
  })
})

describe("an AVR core of another vendor", () => {
  const space = workspace()
  const acme = Path.join(space, "hardware", "acme", "avr")
  Fs.cpSync(Path.join(cores, "acme", "avr"), acme, { recursive: true })
  const program = `#include <Arduino.h>\nvoid setup() { say("hi"); say("on " VARIANT); say("done"); }\nvoid loop() {}\n`

  it("is built as one of the family, and runs", async () => {
    const dir = write(Path.join(space, "p"), { "platformio.ini": iniOf(acme, "acmeone"), "src/main.cpp": program })
    assert.deepStrictEqual(await testEmu(dir), ["hi", "on one"])
    const argv = (await fbuild(dir, ["build", "--dry-run"])).stdout
    assert.include(argv, "-DDECIMAL_DIG=__DECIMAL_DIG__")
  })

  it("boards of the project's own folder lie over the vendor's", async () => {
    const dir = write(Path.join(space, "own"), {
      "platformio.ini": iniOf(acme, "mine"),
      "src/main.cpp": program,
      "boards/mine.json": JSON.stringify(
        {
          build: { mcu: "atmega328p", f_cpu: "8000000L", variant: "one", extra_flags: "-DARDUINO_MINE -DEXTRA=1" },
          name: "My board",
          upload: { maximum_size: 30000 }
        },
        null,
        2
      )
    })
    const argv = (await fbuild(dir, ["build", "--dry-run"])).stdout
    assert.match(argv, /-DF_CPU=8000000L .*-DEXTRA=1/)
    const { finished } = await built(dir)
    assert.strictEqual(finished.environments[0]!.size.flash!.max, 30_000)
    const board = (await fbuild(dir, ["board", "mine"])).stdout
    assert.match(board, /^described by .*\/boards\/mine\.json$/m)
    assert.match(board, /^build\.f_cpu +8000000L +\(.*\/boards\/mine\.json:4\)$/m)
    assert.match(board, /^build\.core +acme +\(.*\/boards\.txt:5\)$/m)
    write(dir, { "boards/mine.json": "{" })
    const broken = await fbuild(dir, ["build"])
    assert.strictEqual(broken.status, 2)
    assert.match(broken.stderr, /boards\/mine\.json is no board file/)
  })

  it("a board may use the core and the variant of another vendor", async () => {
    const other = Path.join(space, "hardware", "borrower", "avr")
    // Its hooks are those of the other core, in the folder of this one: so the specification says.
    Fs.cpSync(Path.join(acme, "hooks"), Path.join(other, "hooks"), { recursive: true })
    write(other, {
      "boards.txt": [
        "lent.name=Lent",
        "lent.build.core=acme:acme",
        "lent.build.variant=acme:one",
        "lent.build.mcu=atmega328p",
        "lent.build.f_cpu=16000000L",
        "lent.build.board_name=\"Lent\"",
        ""
      ].join("\n")
    })
    const dir = write(Path.join(space, "lent"), { "platformio.ini": iniOf(other, "lent"), "src/main.cpp": program })
    assert.deepStrictEqual(await testEmu(dir), ["hi", "on one"])
  })
})

/** What `echo` of this machine's sh makes of a backslash: dash interprets it, bash does not. */
const shEchoes = (text: string): string => Fs.realpathSync("/bin/sh").endsWith("dash") && text === "\\n" ? "\n" : text

describe("an image recipe that starts a script", () => {
  const space = workspace()

  it("runs again when a file that it names changes, and may write nothing", async () => {
    const core = Path.join(space, "bolt", "cm")
    Fs.cpSync(Path.join(cores, "bolt", "cm"), core, { recursive: true })
    write(core, {
      "platform.local.txt":
        "recipe.objcopy.signed.pattern=sh \"{runtime.platform.path}/tools/sign.sh\" \"{build.source.path}/key\" \"{build.path}/firmware.bin\" \"{build.path}/firmware.signed\"\n",
      "tools/sign.sh": "test -e \"$1\" || exit 0\ncat \"$1\" \"$2\" > \"$3\"\n"
    })
    const dir = write(Path.join(space, "p"), { "platformio.ini": iniOf(core, "boltm3"), "src/main.cpp": sketch })
    const signed = Path.join(dir, ".fbuild/build/x/firmware.signed")
    const images = async () => {
      const { executed, finished } = await built(dir)
      return {
        ran: executed.some((id) => id.endsWith("firmware.signed")),
        listed: finished.environments[0]!.images.some(({ path }) => path.endsWith("firmware.signed"))
      }
    }
    assert.deepStrictEqual(await images(), { ran: true, listed: false })
    assert.deepStrictEqual(await images(), { ran: false, listed: false })
    write(dir, { "src/key": "KEY1" })
    assert.deepStrictEqual(await images(), { ran: true, listed: true })
    assert.strictEqual(Fs.readFileSync(signed, "latin1").slice(0, 4), "KEY1")
    assert.deepStrictEqual(await images(), { ran: false, listed: true })
    write(dir, { "src/key": "KEY2" })
    assert.deepStrictEqual(await images(), { ran: true, listed: true })
    write(core, { "tools/sign.sh": "cat \"$2\" \"$1\" > \"$3\"\n" })
    assert.deepStrictEqual(await images(), { ran: true, listed: true })
    assert.isTrue(Fs.readFileSync(signed, "latin1").endsWith("KEY2"))
    write(core, { "tools/sign.sh": "exit 0\n" })
    assert.deepStrictEqual(await images(), { ran: true, listed: false })
    assert.isFalse(Fs.existsSync(signed))
  })
})
