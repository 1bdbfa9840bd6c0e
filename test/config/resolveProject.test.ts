import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { requireBoard, requirePlatform } from "../../src/config/ProjectConfig.ts"
import { environment, failure, resolve } from "./project.ts"

describe("resolveProject", () => {
  it("a whole environment", () => {
    const uno = environment(`
[env:uno]
platform = atmelavr
board = uno
framework = arduino
build_flags =
  -D VERSION=1
  ; a comment
  -I"$PROJECT_DIR/extra inc"

  -Wl,-Map,$BUILD_DIR/firmware.map
build_src_flags = -Wextra
build_unflags = -Os
build_src_filter = +<*> -<old/>
build_type = debug
lib_deps =
  SPI
  bblanchon/ArduinoJson @ ~5.6, !=5.4
  Wire, EEPROM
lib_extra_dirs = ../my libs, /opt/libs
lib_ignore = A,B
lib_ldf_mode = deep+
lib_archive = no
board_build.f_cpu = 8000000L
board_upload.maximum_size = 30720`)
    assert.deepStrictEqual(
      {
        ...uno,
        options: undefined,
        where: undefined
      },
      {
        name: "uno",
        place: { path: "platformio.ini", line: 2 },
        platform: "atmelavr",
        board: "uno",
        framework: ["arduino"],
        buildFlags: [
          "-DVERSION=1",
          "-I/home/me/my project/extra inc",
          "-Wl,-Map,/home/me/my project/.fbuild/build/uno/firmware.map"
        ],
        buildSrcFlags: ["-Wextra"],
        buildUnflags: ["-Os"],
        srcFilter: "+<*> -<old/>",
        buildType: "debug",
        debugBuildFlags: ["-Og", "-g2", "-ggdb2"],
        libDeps: ["SPI", "bblanchon/ArduinoJson @ ~5.6, !=5.4", "Wire", "EEPROM"],
        libExtraDirs: ["../my libs", "/opt/libs"],
        libIgnore: ["A", "B"],
        libLdfMode: "deep+",
        libCompatMode: "soft",
        libArchive: false,
        platformPackages: [],
        boardOptions: { "build.f_cpu": "8000000L", "upload.maximum_size": "30720" },
        options: undefined,
        where: undefined
      }
    )
    assert.strictEqual(uno.options["lib_ignore"], "A,B")
    assert.deepStrictEqual(uno.where["board"], { path: "platformio.ini", line: 4, column: 1 })
  })

  it("a folder with spaces, quotes and dollar signs stays one argument", () => {
    const project = Result.getOrThrow(
      resolve("[env:e]\nbuild_flags = -I$PROJECT_DIR/a -I${platformio.src_dir}/b -DE=$PIOENV", {}, `/a "b" $HOME\\c`)
    )
    assert.deepStrictEqual(project.environments[0]!.buildFlags, [
      `-I/a "b" $HOME\\c/a`,
      `-I/a "b" $HOME\\c/src/b`,
      "-DE=e"
    ])
  })

  it("[env] is common, own options come first, values are not merged", () => {
    const text = "[env]\nframework = arduino\nbuild_flags = -DA\n[env:e]\nbuild_flags = -DB\n"
    assert.deepStrictEqual(environment(text).framework, ["arduino"])
    assert.deepStrictEqual(environment(text).buildFlags, ["-DB"])
  })

  it("extends: own, last parent, its parents, first parent, [env]", () => {
    const parents =
      "[env]\nx = env\ny = env\nz = env\nw = env\n[p]\nx = p\ny = p\nz = p\n[q]\nextends = r\nx = q\n[r]\ny = r\n[env:e]\n"
    const { options } = environment(`${parents}extends = p, q\n`)
    assert.deepStrictEqual([options["x"], options["y"], options["z"], options["w"]], ["q", "r", "p", "env"])
    const lines = environment(`${parents}extends =\n  q\n  p\n`).options
    assert.deepStrictEqual([lines["x"], lines["extends"]], ["p", undefined])
  })

  it("a parent's copy of [env] does not override another parent", () => {
    const text = "[env]\nx = env\n[env:a]\nx = a\n[env:b]\n[env:e]\nextends = env:a, b\n[platformio]\ndefault_envs = e"
    assert.strictEqual(environment(text).options["x"], "a")
  })

  it("a diamond is fine, a circle is not", () => {
    const diamond = "[r]\nboard = uno\n[p]\nextends = r\n[q]\nextends = r\n[env:e]\nextends = p, q"
    assert.strictEqual(environment(diamond).board, "uno")
    assert.strictEqual(
      failure("[env:a]\nextends = env:b\n[env:b]\nextends = a").message,
      `platformio.ini:4:1: "extends" runs in a circle: env:a → env:b → env:a`
    )
  })

  it("diamonds upon diamonds take no time", () => {
    const layers = Array.from(
      { length: 50 },
      (_, layer) =>
        `[a${layer}]\nextends = a${layer + 1}, b${layer + 1}\n[b${layer}]\nextends = a${layer + 1}, b${layer + 1}\n`
    )
    const text = `[env:e]\nextends = a0\n${layers.join("")}[a50]\nboard = uno\n[b50]\n`
    assert.strictEqual(environment(text).board, "uno")
  })

  it("an unknown parent", () => {
    const error = failure("[base]\n[env:a]\nextends = bsae")
    assert.strictEqual(error.message, `platformio.ini:3:1: [env:a] extends "bsae", which is no section of this file`)
    assert.match(error.hint!, /^did you mean base/)
  })

  it("library dependencies and references through three levels", () => {
    const text =
      "[base]\nlib_deps = SPI\nbuild_flags = -DBASE\n[dev]\nextends = base\n[env:e]\nextends = dev\nbuild_flags =\n ${dev.build_flags}\n -DE"
    assert.deepStrictEqual(environment(text).libDeps, ["SPI"])
    assert.deepStrictEqual(environment(text).buildFlags, ["-DBASE", "-DE"])
  })

  it("older option names", () => {
    const old = environment("[env:e]\nsrc_filter = -<*>\nsrc_build_flags = -DX")
    assert.deepStrictEqual([old.srcFilter, old.buildSrcFlags], ["-<*>", ["-DX"]])
    assert.strictEqual(environment("[env:e]\nsrc_filter = -<*>\nbuild_src_filter = +<*>").srcFilter, "+<*>")
  })

  it("variables of the process are appended to lists", () => {
    const variables = {
      PLATFORMIO_BUILD_FLAGS: "-DENV -D HOME_OF=$PIOENV",
      PLATFORMIO_BUILD_UNFLAGS: "-Os",
      PLATFORMIO_LIB_EXTRA_DIRS: "a:b;C:\\x"
    }
    const { buildFlags, buildUnflags, libExtraDirs, where } = environment("[env:e]\nbuild_flags = -DA", variables)
    assert.deepStrictEqual(buildFlags, ["-DA", "-DENV", "-DHOME_OF=e"])
    assert.deepStrictEqual(buildUnflags, ["-Os"])
    assert.deepStrictEqual(libExtraDirs, ["a", "b", "C:\\x"])
    assert.deepStrictEqual(where["build_unflags"], { path: "PLATFORMIO_BUILD_UNFLAGS", line: 0 })
  })

  it("folders: as written, by variable, by default", () => {
    const { dirs } = Result.getOrThrow(
      resolve("[platformio]\nsrc_dir = my src\nlib_dir = ${PROJECT_DIR}/l ; c\ninclude_dir = i\n[env:e]", {
        PLATFORMIO_INCLUDE_DIR: "/inc",
        FBUILD_BUILD_DIR: "/out"
      })
    )
    assert.deepStrictEqual(dirs, {
      src: "my src",
      include: "/inc",
      lib: "/home/me/my project/l",
      test: "test",
      data: "data",
      boards: "boards",
      build: "/out"
    })
  })

  it("default_envs: by comma, by line, with the variable; in file order otherwise", () => {
    const envs = "[env:b]\n[env:a]\n[env:c]\n[platformio]\n"
    const project = (text: string, variables = {}) => Result.getOrThrow(resolve(envs + text, variables))
    assert.deepStrictEqual(project("default_envs = c,a").defaultEnvs, ["c", "a"])
    assert.deepStrictEqual(project("default_envs =\n  c\n  a").defaultEnvs, ["c", "a"])
    assert.deepStrictEqual(project("default_envs = c", { PLATFORMIO_DEFAULT_ENVS: "a, c" }).defaultEnvs, ["c", "a"])
    assert.deepStrictEqual(project("").environments.map(({ name }) => name), ["b", "a", "c"])
  })

  it("default_envs that names no environment", () => {
    const error = failure("[platformio]\ndefault_envs = uni\n[env:uno]\n[env:mega]")
    assert.strictEqual(
      error.message,
      `platformio.ini:2:1: default_envs names "uni", which is no environment of this project`
    )
    assert.strictEqual(error.hint, "did you mean uno, mega?")
  })

  it("a wrong environment does not hinder the others", () => {
    const text = "[env:uno]\nboard = uno\n[env:bad]\nbuild_flags = !git rev\n[env:worse]\nextends = nothing\n"
    const project = Result.getOrThrow(resolve(text))
    assert.deepStrictEqual(project.environments.map(({ name }) => name), ["uno"])
    assert.deepStrictEqual([...project.invalid].map(([name, error]) => [name, error.problem._tag]), [
      ["bad", "DynamicFlags"],
      ["worse", "UnknownParent"]
    ])
  })

  const errors: ReadonlyArray<readonly [text: string, message: string]> = [
    ["[env:e]\nbuild_type = fast", `platformio.ini:2:1: "build_type" is "fast", expected release, debug`],
    ["[env:../x]", `platformio.ini:1: "../x" cannot name an environment`],
    [
      "[env:e]\nbuild_flags = -DX=${NOPE}",
      `platformio.ini:2:1: "build_flags" refers to \${NOPE}, which is not defined`
    ],
    [
      "[env:e]\nbuild_flags = $UNIX_TIME",
      `platformio.ini:2:1: "build_flags" refers to \${UNIX_TIME}, which is not defined`
    ],
    ["[env:e]\nbuild_flags =\n  -DX=\"a ; b\"", `platformio.ini:2:1: unclosed " in "build_flags"`],
    ["[other]\nx = 1", "platformio.ini: no [env:NAME] section"]
  ]
  for (const [text, message] of errors) it(message, () => assert.strictEqual(failure(text).message, message))

  it("templates of commands keep their own variables", () => {
    const { options } = environment("[env:e]\nupload_command = x $SOURCE ${UPLOAD_FLAGS} $PIOENV")
    assert.strictEqual(options["upload_command"], "x $SOURCE ${UPLOAD_FLAGS} e")
  })

  it("requireBoard and requirePlatform point at the environment", () => {
    const text = "[env:e]\nboard =\nplatform = atmelavr"
    assert.deepStrictEqual(requirePlatform(environment(text)), Result.succeed("atmelavr"))
    const error = Result.getOrThrow(Result.flip(requireBoard(environment(text))))
    assert.strictEqual(error.message, `platformio.ini:1: [env:e] has no "board"`)
    assert.match(error.hint!, /^add "board = …"/)
  })

  it("keys that are names of Object's own do no harm", () => {
    const { options, boardOptions } = environment("[env:e]\n__proto__ = 1\nconstructor = 2\nboard_build.__proto__ = 3")
    assert.deepStrictEqual(Object.entries(options), [["__proto__", "1"], ["constructor", "2"], [
      "board_build.__proto__",
      "3"
    ]])
    assert.deepStrictEqual(Object.keys(boardOptions), ["build.__proto__"])
  })
})
