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
import { compilerVersion } from "../../src/toolchain/Toolchain.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.mergeAll(NodeFileSystem.layer, DiskNode.layer, SubprocessNode.layer)

const says = (version: string) => `#!/bin/sh\n[ "$*" = -dumpversion ] && echo ${version}\n`

/** A folder with these programs. */
const machine = Effect.fnUntraced(function*(programs: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const root = yield* projectFolder(programs)
  for (const path of Object.keys(programs)) yield* fs.chmod(`${root}/${path}`, 0o755)
  return { fs, root, version: compilerVersion(`${root}/a/bin/x-gcc`, `${root}/home`) }
})

describe("compilerVersion", () => {
  for (
    const [what, script, reason] of [
      ["fails", "#!/bin/sh\necho no license >&2\nexit 3\n", "no license"],
      ["says nothing", "#!/bin/sh\n", "no version"],
      ["is killed", "#!/bin/sh\nkill -9 $$\n", "does not answer"],
      ["is for another machine", "\x7fELF\x02 not for us", "does not answer"]
    ] as const
  ) {
    it.live(`a compiler that ${what} is broken`, () =>
      Effect.gen(function*() {
        const { version } = yield* machine({ "a/bin/x-gcc": script })
        const error = yield* Effect.flip(version)
        assert.strictEqual(error._tag, "ToolBroken")
        assert.include(error.message, reason)
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }

  it.live("asks a compiler again when it has been replaced", () =>
    Effect.gen(function*() {
      const { fs, root, version } = yield* machine({ "a/bin/x-gcc": says("5.4.0") })
      assert.strictEqual(yield* version, "5.4.0")
      assert.strictEqual(yield* version, "5.4.0")
      yield* Effect.sleep(25)
      yield* fs.writeFileString(`${root}/a/bin/x-gcc`, says("7.3.0"))
      assert.strictEqual(yield* version, "7.3.0")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("remembers a compiler's answer, but not that of one that has only just been written", () =>
    Effect.gen(function*() {
      const asking = says("5.4.0").replace("\n", "\necho >>\"$(dirname \"$0\")/asked\"\n")
      const { fs, root, version } = yield* machine({ "a/bin/x-gcc": asking })
      const asked = Effect.map(fs.readFileString(`${root}/a/bin/asked`), (text) => text.length)
      yield* fs.writeFileString(`${root}/a/bin/x-gcc`, asking)
      for (const [wait, expected] of [[0, 1], [30, 2], [0, 2]] as const) {
        yield* Effect.sleep(wait)
        assert.strictEqual(yield* version, "5.4.0")
        assert.strictEqual(yield* asked, expected)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.effect("a compiler that never answers is broken after 10 seconds", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.flip(compilerVersion("/bin/x-gcc", "/dev/null/home")))
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.message, "/bin/x-gcc does not answer: -dumpversion took longer than 10 seconds")
    }).pipe(Effect.provide([DiskNode.layer, Layer.mock(Subprocess, { run: () => Effect.never })])))

  it.live("a home that cannot be written to hinders nothing", () =>
    Effect.gen(function*() {
      const { version } = yield* machine({ "a/bin/x-gcc": says("5.4.0"), "home": "" })
      assert.strictEqual(yield* version, "5.4.0")
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
