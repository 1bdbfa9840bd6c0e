import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import * as Result from "effect/Result"
import { decodeUtf8 } from "../../src/config/decodeUtf8.ts"
import { loadProject } from "../../src/config/loadProject.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

layer(NodeFileSystem.layer)("loadProject", (it) => {
  const project = Effect.fnUntraced(function*(files: Record<string, Uint8Array>) {
    const fs = yield* FileSystem.FileSystem
    const root = `${yield* fs.makeTempDirectoryScoped()}/my pröject`
    yield* fs.makeDirectory(`${root}/more`, { recursive: true })
    for (const [name, content] of Object.entries(files)) yield* fs.writeFile(`${root}/${name}`, content)
    return root
  })

  it.effect("a file with BOM, CRLF and unicode in a folder with spaces", () =>
    Effect.gen(function*() {
      const root = yield* project({
        "platformio.ini": bytes("\uFEFF[env:ünö]\r\nboard = uno\r\nbuild_flags =\r\n  -DÄ=\"ß\"\r\n")
      })
      const { environments, path } = yield* loadProject(root, {})
      assert.deepStrictEqual([environments[0]!.name, environments[0]!.buildFlags], ["ünö", ["-DÄ=ß"]])
      assert.strictEqual(path, `${root}/platformio.ini`)
    }))

  it.effect("extra_configs: names, wildcards, missing files", () =>
    Effect.gen(function*() {
      const root = yield* project({
        "platformio.ini": bytes("[platformio]\nextra_configs =\n  more/*.ini\n  none.ini\n[env:a]\nboard = uno"),
        "more/x.ini": bytes("[env:a]\nboard = mega\n[env:b]\nextends = a")
      })
      const { environments } = yield* loadProject(root, {})
      assert.deepStrictEqual(environments.map(({ name, board }) => [name, board]), [["a", "mega"], ["b", "mega"]])
      assert.strictEqual(environments[0]!.where["board"]!.path, `${root}/more/x.ini`)
    }))

  it.effect("no platformio.ini", () =>
    Effect.gen(function*() {
      const root = yield* project({})
      const error = yield* Effect.flip(loadProject(root, {}))
      assert.strictEqual(error.message, `${root}/platformio.ini: no such file`)
      assert.match(error.hint!, /\[env:uno\].*board = uno/)
    }))

  it.effect("not UTF-8", () =>
    Effect.gen(function*() {
      const root = yield* project({ "platformio.ini": new Uint8Array([...bytes("[env:a]\nx = ä"), 0xe4, 0x0a]) })
      const error = yield* Effect.flip(loadProject(root, {}))
      assert.strictEqual(error.message, `${root}/platformio.ini:2:6: not UTF-8: byte 0xe4`)
    }))
})

describe("loadProject", () => {
  it.effect("a file that cannot be read", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(loadProject("/p", {}))
      assert.strictEqual(error.problem._tag, "FileUnreadable")
      assert.match(error.message, /^\/p\/platformio\.ini: cannot be read: .*PermissionDenied/)
    }).pipe(Effect.provide(FileSystem.layerNoop({
      readFile: (path) =>
        Effect.fail(
          PlatformError.systemError({
            _tag: "PermissionDenied",
            module: "FileSystem",
            method: "readFile",
            pathOrDescriptor: path
          })
        )
    }))))
})

describe("decodeUtf8", () => {
  it("finds the first bad byte", () => {
    assert.deepStrictEqual(place([0xff]), [1, 1])
    assert.deepStrictEqual(place([...bytes("\uFEFFa\r\nb😀"), 0x80]), [2, 3])
    assert.deepStrictEqual(place([...bytes("a\n"), 0xef, 0xbf]), [2, 1])
    assert.deepStrictEqual(place([...bytes("a"), 0xe2, 0x82]), [1, 2])
  })

  it("a replacement character that was written is text", () => {
    assert.deepStrictEqual(decodeUtf8("f", bytes("a\uFFFDb")), Result.succeed("a\uFFFDb"))
  })
})

const place = (content: ReadonlyArray<number>) => {
  const result = decodeUtf8("f", new Uint8Array(content))
  return Result.isFailure(result) ? [result.failure.line, result.failure.column] : undefined
}
