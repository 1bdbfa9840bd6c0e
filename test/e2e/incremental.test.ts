import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  type Build,
  build,
  built,
  debianCore,
  type Files,
  images,
  ini,
  said,
  workspace,
  write
} from "../support/project.ts"

const project: Files = {
  "platformio.ini": ini("uno"),
  "src/main.cpp": `#include <Arduino.h>
#include "own.h"
void other();
void setup() { Serial.begin(9600); }
void loop() { Serial.println(OWN); other(); }
`,
  "src/other.cpp": `#include <Arduino.h>
void other() { delay(100); }
`,
  "src/zz_sketch.ino": "int fromSketch(int n) { return n + 40; }\n",
  "include/own.h": "#define OWN 11\n"
}

const object = (name: string) => `.fbuild/build/uno/src/${name}.o`
/** What follows when the link has to be done again and gives another image. */
const linked = ["firmware.eep", "firmware.elf", "firmware.hex", "firmware.size"].map((name) =>
  `.fbuild/build/uno/${name}`
)

/** A project to edit. */
const edited = (space: string, name: string, files: Files = project) => {
  const dir = write(Path.join(space, name), files)
  const path = (file: string) => Path.join(dir, file)
  return {
    dir,
    path,
    replace: (file: string, from: string, to: string) => {
      const before = Fs.readFileSync(path(file), "utf8")
      assert.include(before, from)
      Fs.writeFileSync(path(file), before.replace(from, to))
    },
    /** Builds, and compares the images with those of a build that starts from nothing in the same place. */
    check: async (): Promise<Build> => {
      const run = await built(dir)
      const incremental = images(dir)
      Fs.renameSync(path(".fbuild"), path("../kept"))
      await built(dir)
      assert.deepStrictEqual(incremental, images(dir))
      Fs.rmSync(path(".fbuild"), { recursive: true })
      Fs.renameSync(path("../kept"), path(".fbuild"))
      return run
    }
  }
}

const nothing: ReadonlyArray<string> = []

describe("after an edit", () => {
  const space = workspace()

  it("nothing runs when nothing or only a time has changed", async () => {
    const { check, dir, path } = edited(space, "nothing/p")
    const first = await check()
    assert.strictEqual(first.finished.environments[0]!.actions.executed, first.finished.environments[0]!.actions.total)
    const again = await check()
    assert.deepStrictEqual(again.executed, nothing)
    const { actions } = again.finished.environments[0]!
    assert.deepStrictEqual(actions, { ...actions, executed: 0, upToDate: actions.total, failed: 0, cancelled: 0 })
    for (const name of Fs.readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      const now = new Date()
      Fs.utimesSync(path(name), now, now)
    }
    assert.deepStrictEqual((await check()).executed, nothing)
    for (const name of Object.keys(project)) Fs.writeFileSync(path(name), Fs.readFileSync(path(name)))
    assert.deepStrictEqual((await check()).executed, nothing)
    Fs.rmSync(path("src/main.cpp"))
    write(dir, { "src/main.cpp": project["src/main.cpp"]! })
    assert.deepStrictEqual((await check()).executed, nothing)
  })

  it("of a source, only that source is compiled", async () => {
    const { check, path, replace } = edited(space, "source/p")
    await built(path("."))
    replace("src/other.cpp", "100", "200")
    assert.deepStrictEqual((await check()).executed, [...linked, object("other.cpp")].toSorted())
    // Same size, and the time of the first version.
    const { atime, mtime } = Fs.statSync(path("src/other.cpp"))
    replace("src/other.cpp", "200", "300")
    Fs.utimesSync(path("src/other.cpp"), atime, mtime)
    assert.deepStrictEqual((await check()).executed, [...linked, object("other.cpp")].toSorted())
    // An older file with an older time, as from a backup.
    replace("src/other.cpp", "300", "100")
    Fs.utimesSync(path("src/other.cpp"), 1_577_836_800, 1_577_836_800)
    assert.deepStrictEqual((await check()).executed, [...linked, object("other.cpp")].toSorted())
  })

  it("of a comment, the image stays and nothing follows the link", async () => {
    const { check, path, replace } = edited(space, "comment/p")
    await built(path("."))
    replace("src/other.cpp", "delay(100);", "delay(100); /* why */")
    const { executed } = await check()
    assert.include(executed, object("other.cpp"))
    assert.notInclude(executed, object("main.cpp"))
    assert.notInclude(executed, ".fbuild/build/uno/firmware.hex")
  })

  it("of a header, its includers are compiled, whatever its size and time", async () => {
    const { check, path, replace } = edited(space, "header/p")
    await built(path("."))
    const expected = [...linked, object("main.cpp")].toSorted()
    replace("include/own.h", "11", "1234")
    assert.deepStrictEqual((await check()).executed, expected)
    const { atime, mtime } = Fs.statSync(path("include/own.h"))
    replace("include/own.h", "1234", "4321")
    Fs.utimesSync(path("include/own.h"), atime, mtime)
    assert.deepStrictEqual((await check()).executed, expected)
  })

  it("of a sketch, or an error put into it", async () => {
    const { check, path, replace } = edited(space, "ino/p")
    await built(path("."))
    const merged = ".fbuild/build/uno/src/zz_sketch.ino.cpp"
    const { atime, mtime } = Fs.statSync(path("src/zz_sketch.ino"))
    replace("src/zz_sketch.ino", "40", "50")
    Fs.utimesSync(path("src/zz_sketch.ino"), atime, mtime)
    const { executed } = await check()
    assert.include(executed, merged)
    assert.include(executed, `${merged}.o`)
    assert.notInclude(executed, object("main.cpp"))
    replace("src/zz_sketch.ino", "int", "#error no\nint")
    Fs.utimesSync(path("src/zz_sketch.ino"), atime, mtime)
    const failed = await build(path("."))
    assert.strictEqual(failed.status, 1)
    assert.include(said(failed), "src/zz_sketch.ino:1:2:")
  })

  it("there and back again", async () => {
    const { check, path } = edited(space, "back/p")
    await built(path("."))
    const first = images(path("."))
    const other = { ...project, "include/own.h": "#define OWN 12\n", "src/other.cpp": "void other() {}\n" }
    for (const files of [other, project, other, project]) {
      write(path("."), files)
      const { executed } = await check()
      assert.deepStrictEqual(
        executed.filter((id) => id.endsWith(".cpp.o")),
        ["main", "other"].map((name) => object(`${name}.cpp`))
      )
    }
    assert.deepStrictEqual(images(path(".")), first)
    // Both edits between two builds.
    write(path("."), other)
    write(path("."), project)
    assert.deepStrictEqual((await check()).executed, nothing)
  })
})

describe("after a change of the project", () => {
  const space = workspace()

  it("of what decides nothing, nothing runs", async () => {
    const { check, path } = edited(space, "ini/p")
    await built(path("."))
    for (const line of ["monitor_speed = 115200", "; a comment", "upload_port = /dev/ttyACM0", "build_flags ="]) {
      write(path("."), { "platformio.ini": ini("uno", line) })
      assert.deepStrictEqual((await check()).executed, nothing, line)
    }
  })

  it("of flags, all that gets them is compiled", async () => {
    const { check, path } = edited(space, "flags/p")
    const all = await built(path("."))
    write(path("."), { "platformio.ini": ini("uno", "build_flags = -DOWN=5 -UOWN") })
    const objects = (run: Build) => run.executed.filter((id) => id.endsWith(".o"))
    assert.deepStrictEqual(objects(await check()), objects(all))
    write(path("."), { "platformio.ini": ini("uno", "build_flags = -DOWN=5 -UOWN", "build_src_flags = -DX=1") })
    assert.deepStrictEqual(objects(await check()), ["main.cpp", "other.cpp", "zz_sketch.ino.cpp"].map(object))
    write(path("."), {
      "platformio.ini": ini(
        "uno",
        "build_flags = -DOWN=5 -UOWN",
        "build_src_flags = -DX=1",
        "board_build.f_cpu = 8000000L"
      )
    })
    assert.deepStrictEqual(objects(await check()), objects(all))
  })

  it("of its sources and headers", async () => {
    const { check, path } = edited(space, "files/p")
    await built(path("."))
    write(path("."), { "src/new/third.cpp": "#include <Arduino.h>\nvoid third() { Serial.end(); }\n" })
    const added = await check()
    assert.deepStrictEqual(added.executed.filter((id) => id.endsWith(".o")), [object("new/third.cpp")])
    Fs.rmSync(path("src/new"), { recursive: true })
    const removed = await check()
    assert.deepStrictEqual(removed.executed.filter((id) => id.endsWith(".o")), nothing)
    assert.include(removed.executed, ".fbuild/build/uno/firmware.elf")
    // Found earlier than the one that was used.
    write(path("."), { "src/own.h": "#define OWN 77\n" })
    assert.include((await check()).executed, object("main.cpp"))
    Fs.rmSync(path("src/own.h"))
    assert.include((await check()).executed, object("main.cpp"))
  })

  it("of a header that shadows one of the core", async () => {
    const { check, path } = edited(space, "shadow/p")
    await built(path("."))
    write(path("."), { "include/avr/pgmspace.h": "#undef OWN\n#include_next <avr/pgmspace.h>\n" })
    assert.include((await check()).executed, object("main.cpp"))
  })

  it("of a header that __has_include asks for", async () => {
    const { check, path } = edited(space, "has/p", {
      ...project,
      "src/other.cpp": `#include <Arduino.h>
#if __has_include("maybe.h")
#include "maybe.h"
#else
#define MAYBE 1
#endif
void other() { delay(MAYBE); }
`
    })
    await built(path("."))
    write(path("."), { "include/maybe.h": "#define MAYBE 2\n" })
    assert.include((await check()).executed, object("other.cpp"))
  })

  it("of a header that __has_include asks for by a macro, beside texts that name folders", async () => {
    const { check, path } = edited(space, "macro/p", {
      ...project,
      "src/other.cpp": `#include <Arduino.h>
#define WANTED "maybe.h"
#define PLACE "/tmp"
#if __has_include(WANTED)
#define MAYBE 2
#else
#define MAYBE 1
#endif
void other() { delay(MAYBE); Serial.print("."); Serial.print(".."); Serial.print("src/"); }
`
    })
    await built(path("."))
    assert.deepStrictEqual((await check()).executed, nothing)
    write(path("."), { "include/maybe.h": "" })
    assert.include((await check()).executed, object("other.cpp"))
  })

  it("of a library", async () => {
    const { check, path, replace } = edited(space, "library/p")
    await built(path("."))
    write(path("."), {
      "lib/Thing/Thing.h": "int thing();\n",
      "lib/Thing/Thing.cpp": "#include \"Thing.h\"\nint thing() { return 3; }\n"
    })
    assert.deepStrictEqual((await check()).executed, nothing, "nobody uses it")
    replace("src/main.cpp", "OWN)", "OWN + thing())")
    replace("src/main.cpp", "#include \"own.h\"", "#include \"own.h\"\n#include <Thing.h>")
    assert.include((await check()).executed, ".fbuild/build/uno/lib/Thing/Thing.cpp.o")
    replace("lib/Thing/Thing.cpp", "3", "4")
    assert.deepStrictEqual((await check()).executed.filter((id) => id.endsWith(".o")), [
      ".fbuild/build/uno/lib/Thing/Thing.cpp.o"
    ])
  })
})

describe("after a change of what is not the project's", () => {
  const space = workspace()

  it("of the core", async () => {
    const core = Path.join(space, "core", "the core")
    Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
    const lines = [`platform_packages = framework-arduino-avr@file://${core}`]
    const { check } = edited(space, "core/p", { ...project, "platformio.ini": ini("uno", ...lines) })
    const all = await check()
    const change = (file: string, from: string, to: string) => {
      const name = Path.join(core, file)
      const { atime, mtime } = Fs.statSync(name)
      const before = Fs.readFileSync(name, "utf8")
      assert.include(before, from)
      Fs.writeFileSync(name, before.replace(from, to))
      Fs.utimesSync(name, atime, mtime)
    }
    change("cores/arduino/wiring.c", "m++;", "m += 2;")
    assert.deepStrictEqual((await check()).executed.filter((id) => id.endsWith(".o")), [
      ".fbuild/build/uno/core/wiring.c.o"
    ])
    change("cores/arduino/Print.h", "#define BIN 2", "#define BIN 3")
    const header = (await check()).executed
    assert.include(header, object("main.cpp"))
    assert.include(header, ".fbuild/build/uno/core/Print.cpp.o")
    assert.notInclude(header, ".fbuild/build/uno/core/wiring.c.o")
    change("platform.txt", "-Os", "-O2")
    // The first -Os of the file is that of C.
    const c = (run: Build) => run.executed.filter((id) => id.endsWith(".c.o"))
    assert.deepStrictEqual(c(await check()), c(all))
    change("boards.txt", "uno.build.f_cpu=16000000L", "uno.build.f_cpu=12000000L")
    assert.include((await check()).executed, object("main.cpp"))
    write(core, { "platform.local.txt": "compiler.cpp.extra_flags=-DLOCAL=1\n" })
    assert.include((await check()).executed, object("main.cpp"))
  })

  const damage: Readonly<Record<string, readonly [file: string, damage: (path: string) => void]>> = {
    "a deleted object": [object("other.cpp"), (path) => Fs.rmSync(path)],
    "a truncated object": [object("other.cpp"), (path) => Fs.truncateSync(path, 100)],
    "a flipped byte": [".fbuild/build/uno/core/main.cpp.o", (path) => {
      const bytes = Fs.readFileSync(path)
      bytes[bytes.length >> 1]! ^= 1
      Fs.writeFileSync(path, bytes)
    }],
    "a deleted archive": [".fbuild/build/uno/core/core.a", (path) => Fs.rmSync(path)],
    "a truncated archive": [".fbuild/build/uno/core/core.a", (path) => Fs.truncateSync(path, 5000)],
    "a deleted image": [".fbuild/build/uno/firmware.hex", (path) => Fs.rmSync(path)],
    "an emptied image": [".fbuild/build/uno/firmware.hex", (path) => Fs.truncateSync(path)],
    "a deleted ELF": [".fbuild/build/uno/firmware.elf", (path) => Fs.rmSync(path)],
    "a converted sketch that was edited": [
      ".fbuild/build/uno/src/zz_sketch.ino.cpp",
      (path) => Fs.writeFileSync(path, "#error")
    ],
    "a damaged state": [".fbuild/build/uno/state.json", (path) => Fs.truncateSync(path, 1000)],
    "an emptied state": [".fbuild/build/uno/state.json", (path) => Fs.truncateSync(path)],
    "a deleted state": [".fbuild/build/uno/state.json", (path) => Fs.rmSync(path)],
    "a deleted folder": [".fbuild/build/uno/core", (path) => Fs.rmSync(path, { recursive: true })],
    "a deleted build": [".fbuild", (path) => Fs.rmSync(path, { recursive: true })]
  }
  it("of outputs, what is damaged is made again", async () => {
    const { dir, path } = edited(space, "damage/p")
    await built(dir)
    const clean = images(dir)
    for (const [name, [file, spoil]] of Object.entries(damage)) {
      spoil(path(file))
      const { executed } = await built(dir)
      assert.deepStrictEqual(images(dir), clean, name)
      // Nobody reads a state while all else stands.
      if (!file.endsWith(".json")) assert.isNotEmpty(executed, name)
      assert.deepStrictEqual((await built(dir)).executed, nothing, name)
    }
  })
})
