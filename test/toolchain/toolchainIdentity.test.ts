import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { Subprocess } from "../../src/process/Subprocess.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { toolchainIdentity } from "../../src/toolchain/toolchainIdentity.ts"
import { toolchainParts } from "../../src/toolchain/toolchainParts.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.mergeAll(NodeFileSystem.layer, DiskNode.layer, SubprocessNode.layer)

/** A driver that logs each question, finds its parts in `lib/`, and links with a script of its own. */
const driver = `#!/bin/sh
self=$(dirname "$0")
echo "$*" >>"$self/../asked"
answer() {
  for folder in early lib; do if [ -e "$self/../$folder/$1" ]; then echo "$self/../$folder/$1"; return; fi; done
  echo "$1"
}
case "$*" in
  *-print-search-dirs) echo "programs: =$self/../early/:$self/../lib/" ;;
  *-print-*-name=*) answer "\${*##*-name=}" ;;
  *--verbose*)
    echo "Reading specs from $self/../lib/specs-x1" >&2
    echo "COLLECT_GCC_OPTIONS='-v' '-o' '/dev/null' '-mfamily=x'" >&2
    echo "opened script file $self/../lib/ldscripts/x.xn"
    exit 1 ;;
  "-mfamily=x -v") echo "Reading specs from $self/../lib/specs-x" >&2 ;;
esac
`

const parts = ["cc1", "as", "lto-wrapper", "libc.a", "specs-x1", "specs-x", "ldscripts/x.x", "ldscripts/x.xn", "crt1.o"]

/** A machine with that driver; files are older than a tick of the file system's clock, unless told. */
const machine = Effect.fnUntraced(function*() {
  const fs = yield* FileSystem.FileSystem
  const root = yield* projectFolder({
    "bin/x-gcc": driver,
    "lib/ldscripts/xy.x": "of another emulation",
    ...Object.fromEntries(parts.map((name) => [`lib/${name}`, name]))
  })
  yield* fs.chmod(`${root}/bin/x-gcc`, 0o755)
  yield* settle
  const asked = Effect.map(
    Effect.orElseSucceed(fs.readFileString(`${root}/asked`), () => ""),
    (text) => text.split("\n").length - 1
  )
  const options = { compiler: `${root}/bin/x-gcc`, flags: ["-mmcu=x1"], specs: ["crt1.o"], home: `${root}/home` }
  return { asked, fs, identity: toolchainIdentity(options), options, root }
})

/** Longer than a tick of the file system's clock and what is kept as a distance to it. */
const settle = Effect.sleep(30)

describe("toolchainParts", () => {
  it.live("what the driver names, and what only a link tells", () =>
    Effect.gen(function*() {
      const { options, root } = yield* machine()
      const found = yield* toolchainParts(options.compiler, options.flags, options.specs)
      assert.strictEqual(found[0], options.compiler)
      const names = found.slice(1).map((path) => path.replace(`${root}/bin/../lib/`, ""))
      assert.deepStrictEqual(names.toSorted(), parts.toSorted())
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("of Debian's avr-gcc", () =>
    Effect.gen(function*() {
      const found = yield* toolchainParts("/usr/bin/avr-gcc", ["-mmcu=atmega328p"], ["crtatmega328p.o"])
      const names = found.map((path) => path.slice(path.lastIndexOf("/") + 1))
      const expected = [
        ...["avr-gcc", "cc1", "cc1plus", "as", "collect2", "ld", "ld.bfd", "lto1", "lto-wrapper", "liblto_plugin.so"],
        ...["ar", "nm", "libgcc.a", "libc.a", "libm.a", "crtatmega328p.o", "specs-atmega328p", "specs-avr5"],
        ...["avr5.x", "avr5.xbn", "avr5.xn", "avr5.xr", "avr5.xu"]
      ]
      for (const name of expected) assert.include(names, name)
      assert.notInclude(names, "avr51.x")
    }).pipe(Effect.provide(layer)))
})

describe("toolchainIdentity", () => {
  it.live("is remembered: nothing is asked as long as nothing is touched", () =>
    Effect.gen(function*() {
      const { asked, identity } = yield* machine()
      const first = yield* identity
      const questions = yield* asked
      assert.isAbove(questions, 10)
      assert.strictEqual(yield* identity, first)
      assert.strictEqual(yield* asked, questions)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("is another one when a part is another one", () =>
    Effect.gen(function*() {
      const { fs, identity, root } = yield* machine()
      const before = yield* identity
      for (const name of parts) {
        yield* fs.writeFileString(`${root}/lib/${name}`, name.toUpperCase())
        assert.notStrictEqual(yield* identity, before, name)
        yield* fs.writeFileString(`${root}/lib/${name}`, name)
        assert.strictEqual(yield* identity, before, name)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("is another one when a part appears or goes, the driver untouched", () =>
    Effect.gen(function*() {
      const { fs, identity, root } = yield* machine()
      const before = yield* identity
      yield* fs.writeFileString(`${root}/lib/specs`, "new")
      assert.notStrictEqual(yield* identity, before)
      yield* fs.remove(`${root}/lib/specs`)
      assert.strictEqual(yield* identity, before)
      yield* fs.remove(`${root}/lib/cc1`)
      assert.notStrictEqual(yield* identity, before)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("is another one when a part appears in a folder that was not there", () =>
    Effect.gen(function*() {
      const { fs, identity, root } = yield* machine()
      const before = yield* identity
      yield* fs.makeDirectory(`${root}/early`)
      yield* fs.writeFileString(`${root}/early/as`, "as")
      assert.notStrictEqual(yield* identity, before)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("does not trust the signature of a part that has only just been changed", () =>
    Effect.gen(function*() {
      const { fs, identity, root } = yield* machine()
      const part = `${root}/lib/cc1`
      const memos = Effect.map(fs.readDirectory(`${root}/home/toolchains`), (names) =>
        names.filter((name) => name.endsWith(".json")))
      let kept: ReadonlyArray<string> = []
      // A machine that is busy may take longer than a tick to come to it.
      for (let attempt = 0; attempt === 0 || (kept.length > 0 && attempt < 20); attempt++) {
        for (const name of kept) {
          yield* fs.remove(`${root}/home/toolchains/${name}`)
        }
        yield* fs.writeFileString(part, `aaa ${attempt}`)
        yield* identity
        kept = yield* memos
      }
      assert.deepStrictEqual(kept, [])
      yield* settle
      yield* identity
      assert.strictEqual((yield* memos).length, 1)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("depends on what is asked for", () =>
    Effect.gen(function*() {
      const { identity, options } = yield* machine()
      const before = yield* identity
      assert.notStrictEqual(yield* toolchainIdentity({ ...options, specs: [] }), before)
      assert.strictEqual(yield* identity, before)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a memo that is damaged is asked for again", () =>
    Effect.gen(function*() {
      const { fs, identity, root } = yield* machine()
      const before = yield* identity
      for (const name of yield* fs.readDirectory(`${root}/home/toolchains`)) {
        yield* fs.writeFileString(`${root}/home/toolchains/${name}`, "{\"version\":2")
      }
      assert.strictEqual(yield* identity, before)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.effect("a driver that never answers is broken after 10 seconds", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        Effect.flip(toolchainIdentity({ compiler: "/bin/x-gcc", flags: [], specs: [], home: "/dev/null/home" }))
      )
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ToolBroken")
      assert.match(error.message, /^\/bin\/x-gcc does not answer: .* took longer than 10 seconds$/)
    }).pipe(Effect.provide([
      DiskNode.layer,
      Layer.mock(Subprocess, { run: () => Effect.never })
    ])))
})
