import { assert, describe, expect, it } from "@effect/vitest"
import * as Arduino from "../../src/arduino/ArduinoError.ts"
import { ManifestInvalid } from "../../src/boards/BoardManifest.ts"
import { errorText, exitCodeOf, exitCodeOfAll, type FbuildError, reportedError } from "../../src/cli/reportError.ts"
import { NotBuilt, RequestTimedOut, UsageError } from "../../src/cli/UsageError.ts"
import { ConfigError } from "../../src/config/ConfigError.ts"
import { DiskError } from "../../src/disk/Disk.ts"
import { ImageInvalid, MissingEmulator } from "../../src/emulators/Emulator.ts"
import { InvalidPattern } from "../../src/emulators/patterns.ts"
import { NoEmulatorForMcu, UnknownEmulator } from "../../src/emulators/selectEmulator.ts"
import {
  ActionTimedOut,
  CommandFailed,
  FlagRefused,
  OutputNotWritten,
  SourceVanished
} from "../../src/exec/ActionError.ts"
import { StepFailed } from "../../src/exec/BuiltinSteps.ts"
import {
  BoardFolderMissing,
  BoardNotFound,
  CoreFileMissing,
  LibraryMissing,
  NoFileSystem,
  PartitionsInvalid,
  ProjectFileMissing,
  SizeOverflow,
  UnknownPlatform,
  UnsupportedFramework
} from "../../src/orchestrator/OrchestratorError.ts"
import { PackageMissing, PackageUnusable } from "../../src/packages/PackageError.ts"
import { ActionId } from "../../src/plan/Action.ts"
import { ActionCycle, DuplicateOutput } from "../../src/plan/ActionGraph.ts"
import { SpawnFailed } from "../../src/process/Subprocess.ts"
import * as Sources from "../../src/sources/SourcesError.ts"
import { ToolBroken, ToolMissing } from "../../src/toolchain/Toolchain.ts"
import { path } from "../plan/actions.ts"

const action = { id: ActionId.make("out/a.o"), mnemonic: "CxxCompile", path: "src/a.cpp" } as const
const origin = { path: "/core/platform.txt", line: 7 }
const ini = { path: "/p/platformio.ini", line: 3 }
const searched = ["/usr/bin", "/opt/bin"]

/** One of each, and the exit status that the documentation of the command line gives it. */
const errors: {
  readonly [Tag in FbuildError["_tag"]]: readonly [Extract<FbuildError, { readonly _tag: Tag }>, number]
} = {
  CommandFailed: [new CommandFailed({ ...action, exitCode: 1, output: "bad" }), 1],
  DiskError: [new DiskError({ operation: "write", path: "/p/x", code: "EROFS" }), 1],
  FolderUnreadable: [new Sources.FolderUnreadable({ path: "/p/src", reason: "PermissionDenied" }), 1],
  ImageInvalid: [new ImageInvalid({ path: "/p/x.hex", line: 2, reason: "bad checksum" }), 1],
  OutputNotWritten: [new OutputNotWritten({ ...action, output: "out/a.o" }), 1],
  SizeOverflow: [new SizeOverflow({ environment: "uno", memory: "flash", used: 40000, max: 32256 }), 1],
  SourceUnreadable: [new Sources.SourceUnreadable({ path: "/p/src/a.cpp", reason: "NotFound" }), 1],
  SourceVanished: [new SourceVanished(action), 1],
  StepFailed: [new StepFailed({ path: "src/a.ino", reason: "cannot be merged" }), 1],

  ActionCycle: [new ActionCycle({ path: [path("a"), path("b")] }), 2],
  BadLine: [new Arduino.BadLine({ ...origin, text: "oops", problem: "no equals sign" }), 2],
  BadQuoting: [new Arduino.BadQuoting({ ...origin, key: "k", quote: "\"", text: "\"x" }), 2],
  BadValue: [new Arduino.BadValue({ ...origin, key: "k", value: "v", expected: "a number" }), 2],
  BoardFolderMissing: [
    new BoardFolderMissing({
      ...origin,
      property: "build.variant",
      value: "standart",
      folder: "/core/variants/standart",
      nearest: ["standard"]
    }),
    2
  ],
  BoardNotFound: [
    new BoardNotFound({ ...ini, board: "uni", boardsTxt: "/core/boards.txt", nearest: ["uno", "one"] }),
    2
  ],
  ConfigError: [
    ConfigError.at({ ...ini, column: 5 }, {
      _tag: "UnknownEnvironment",
      name: "uni",
      nearest: ["uno"],
      namedBy: "default_envs"
    }),
    2
  ],
  DuplicateOutput: [new DuplicateOutput({ path: path("x.o"), inputs: [path("a/x.c"), path("b/x.c")] }), 2],
  ExpansionTooLarge: [new Arduino.ExpansionTooLarge({ ...origin, key: "k", limit: "depth", maximum: 200 }), 2],
  FlagRefused: [new FlagRefused({ ...action, flag: "-save-temps", why: "writes …", instead: "-save-temps=obj" }), 2],
  InvalidPattern: [
    new InvalidPattern({ option: "--expect", position: 2, pattern: "(", reason: "unterminated group" }),
    2
  ],
  LibraryManifestInvalid: [
    new Sources.LibraryManifestInvalid({ path: "/p/library.json", line: 1, detail: "no JSON" }),
    2
  ],
  ManifestInvalid: [new ManifestInvalid({ path: "/p/boards/x.json", reason: "no JSON" }), 2],
  MissingRecipe: [new Arduino.MissingRecipe({ recipe: "recipe.ar.pattern" }), 2],
  NoEmulatorForMcu: [new NoEmulatorForMcu({ mcu: "attiny85", requested: "avr8js", usable: ["simavr"] }), 2],
  NoSources: [new Sources.NoSources({ folder: "/p/src", problem: "empty" }), 2],
  NoFileSystem: [new NoFileSystem({ ...ini, fileSystem: "littlefs" }), 2],
  ProjectFileMissing: [
    new ProjectFileMissing({ ...ini, option: "board_build.embed_files", file: "assets/page.html" }),
    2
  ],
  PartitionsInvalid: [
    new PartitionsInvalid({ path: "/p/table.csv", line: 4, reason: "the size is missing", hint: "write one" }),
    2
  ],
  NotBuilt: [new NotBuilt({ what: "fbuild why" }), 2],
  PropertyCycle: [new Arduino.PropertyCycle({ ...origin, chain: ["a", "b", "a"] }), 2],
  SrcFilterInvalid: [new Sources.SrcFilterInvalid({ filter: "<*>", found: "<*>", column: 1 }), 2],
  UndefinedProperty: [new Arduino.UndefinedProperty({ ...origin, key: "k", property: "p" }), 2],
  UnknownBoard: [new Arduino.UnknownBoard({ path: "/core/boards.txt", board: "uni", nearest: ["uno"] }), 2],
  UnknownEmulator: [new UnknownEmulator({ requested: "qemu", known: ["avr8js"] }), 2],
  UnknownOption: [new Arduino.UnknownOption({ path: "b", board: "mega", text: "cpu=x", known: ["cpu=y"] }), 2],
  UnknownPlatform: [new UnknownPlatform({ ...ini, platform: "z80", known: ["atmelavr"] }), 2],
  UnsupportedFramework: [
    new UnsupportedFramework({ ...ini, framework: "simba", platform: "atmelavr", supported: ["arduino"], bare: true }),
    2
  ],
  UsageError: [new UsageError({ reason: "two project folders" }), 2],

  CoreFileMissing: [
    new CoreFileMissing({
      file: "out/bootloader.bin",
      searched: ["/sdk/bin/bootloader_qio_15m.elf"],
      hint: "board_build.f_flash"
    }),
    3
  ],
  LibraryMissing: [new LibraryMissing({ ...ini, library: "Foo" }), 3],
  MissingEmulator: [new MissingEmulator({ emulator: "simavr", debianPackage: "simavr", searched }), 3],
  PackageMissing: [new PackageMissing({ package: "fw", searched, debianPackages: ["arduino-core-avr"] }), 3],
  PackageUnusable: [new PackageUnusable({ package: "fw", path: "/x", reason: "no platform.txt" }), 3],
  ToolBroken: [new ToolBroken({ tool: "/usr/bin/avr-gcc", reason: "no version" }), 3],
  ToolMissing: [new ToolMissing({ tool: "avr-gcc", searched, debianPackages: ["gcc-avr"] }), 3],
  SpawnFailed: [new SpawnFailed({ program: "/usr/bin/avr-gcc", code: "ENOENT", cause: new Error("x") }), 3],

  ActionTimedOut: [new ActionTimedOut({ ...action, limit: "30s" }), 124],
  RequestTimedOut: [new RequestTimedOut({ limit: "2m" }), 124]
}

const all: ReadonlyArray<readonly [FbuildError, number]> = Object.values(errors)

describe("exitCodeOf", () => {
  for (const [error, code] of all) it(`${error._tag} is ${code}`, () => assert.strictEqual(exitCodeOf(error), code))

  it("a program that is there but cannot be started is a failure, not a missing tool", () => {
    assert.strictEqual(exitCodeOf(new SpawnFailed({ program: "x", code: "EACCES", cause: "" })), 1)
  })

  it("of several the first counts, but a deadline tells most", () => {
    const [failed, missing, late] = [errors.CommandFailed[0], errors.ToolMissing[0], errors.ActionTimedOut[0]]
    assert.strictEqual(exitCodeOfAll([]), 0)
    assert.strictEqual(exitCodeOfAll([missing, failed]), 3)
    assert.strictEqual(exitCodeOfAll([failed, missing, late]), 124)
  })
})

describe("reportedError", () => {
  it("has the place and the hint where there are some", () => {
    assert.deepStrictEqual(reportedError(errors.ConfigError[0]), {
      _tag: "ConfigError",
      message: "/p/platformio.ini:3:5: default_envs names \"uni\", which is no environment of this project",
      ...ini,
      column: 5,
      hint: "did you mean uno?"
    })
    assert.deepStrictEqual(reportedError(errors.RequestTimedOut[0]), {
      _tag: "RequestTimedOut",
      message: "the request took longer than 2m (--timeout)"
    })
    // A cycle's `path` is a list, not a place.
    assert.notProperty(reportedError(errors.ActionCycle[0]), "path")
  })

  it("is what these texts say", async () => {
    const text = all.map(([error, code]) => `${code} ${errorText(reportedError(error), false)}`).join("")
    await expect(text).toMatchFileSnapshot("../golden/cli/errors.txt")
    assert.notMatch(text, /undefined|\[object|NaN/)
  })

  it("is in colour only when asked", () => {
    const error = reportedError(errors.ToolMissing[0])
    assert.notInclude(errorText(error, false), "\x1b")
    assert.include(errorText(error, true), "\x1b[1m\x1b[31merror:")
  })
})
