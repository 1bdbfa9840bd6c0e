import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { discoverSources, type SourcesRequest } from "../../src/sources/discoverSources.ts"
import { makeSourceTree } from "../../src/sources/SourceTree.ts"
import { layer, projectFolder } from "./projectFolder.ts"

/** Sources and sketches relative to the project, or the failure. */
const discover = Effect.fnUntraced(function*(project: string, request: Partial<SourcesRequest> = {}) {
  const tree = yield* makeSourceTree
  const found = yield* discoverSources(tree, {
    projectDir: project,
    srcDir: `${project}/src`,
    excluded: [],
    ...request
  })
  const below = (path: string) => path.slice(project.length + 1)
  return {
    folder: below(found.folder),
    files: found.files.map((file) => `${below(file.path)}:${file.language}`),
    sketches: found.sketches.map(below)
  }
})

const failure = (files: Readonly<Record<string, string>>, request: (project: string) => Partial<SourcesRequest>) =>
  Effect.gen(function*() {
    const project = yield* projectFolder(files)
    const error = yield* Effect.flip(discover(project, request(project)))
    return error._tag === "NoSources" ? [error.problem, error.folder.slice(project.length)] : error._tag
  }).pipe(Effect.scoped, Effect.provide(layer))

describe("discoverSources", () => {
  it.live("finds every kind of source at any depth, sketches at the top", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "src/main.cpp": "",
        "src/b/é ü/x.c": "",
        "src/b/y.S": "",
        "src/a.cxx": "",
        "src/a.C": "",
        "src/start.s": "",
        "src/x.asm": "",
        "src/Blink.ino": "",
        "src/old.PDE": "",
        "src/b/no.ino": "",
        "src/main.h": "",
        "src/.c": "",
        "src/.hidden.c": "",
        "src/.git/x.c": "",
        "src/c": "",
        "lib/x/x.c": ""
      }, "sketch with ünïcode [1] ")
      assert.deepStrictEqual(yield* discover(project), {
        folder: "src",
        files: ["a.C:cxx", "a.cxx:cxx", "b/y.S:asm", "b/é ü/x.c:c", "main.cpp:cxx", "start.s:asm", "x.asm:asm"]
          .map((file) => `src/${file}`),
        sketches: ["src/Blink.ino", "src/old.PDE"]
      })
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("follows links, once around each circle, and reports a dangling one as a source", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({ "src/a/x.c": "", "shared/s.c": "", "shared/deep/t.c": "", "one.c": "" })
      const fs = yield* FileSystem.FileSystem
      yield* fs.symlink("../shared", `${project}/src/shared`)
      yield* fs.symlink("../one.c", `${project}/src/one.c`)
      yield* fs.symlink("..", `${project}/src/a/up`)
      yield* fs.symlink("../../src/a", `${project}/shared/deep/a`)
      yield* fs.symlink("nowhere", `${project}/src/gone.c`)
      yield* fs.symlink("self", `${project}/src/self`)
      yield* fs.symlink(project, `${project}-link`)
      yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(`${project}-link`)))
      const files = (yield* discover(`${project}-link`)).files
      assert.deepStrictEqual(
        files,
        ["a/x.c", "gone.c", "one.c", "shared/deep/a/x.c", "shared/deep/t.c", "shared/s.c"].map((file) =>
          `src/${file}:c`
        )
      )
      const tree = yield* makeSourceTree
      const error = yield* Effect.flip(tree.text(`${project}/src/gone.c`))
      assert.strictEqual(error.reason, "NotFound")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("applies the filter, outside of src too", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "src/main.cpp": "",
        "src/legacy/x.c": "",
        "shared/s.c": "",
        "shared/test/t.c": "",
        "one/two.c": "",
        "one/three.c": "",
        "src/a.ino": "",
        "src/b.ino": ""
      })
      const filter = "+<*> -<legacy/> -<b.ino>\n+<../shared/> -<../shared/test> +<../one/two.c>"
      const found = yield* discover(project, { filter })
      assert.deepStrictEqual(found.files, ["one/two.c:c", "shared/s.c:c", "src/main.cpp:cxx"])
      assert.deepStrictEqual(found.sketches, ["src/a.ino"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("falls back to the project folder, without what else lies there", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "uno.ino": "",
        "extra.cpp": "",
        "sub/x.c": "",
        "lib/a/a.c": "",
        "include/i.c": "",
        "test/t.c": "",
        "out/o.c": "",
        ".pio/p.c": "",
        ".fbuild/build/f.c": "",
        "build/b.c": ""
      })
      assert.deepStrictEqual(yield* discover(project, { excluded: [`${project}/out`] }), {
        folder: "",
        files: ["extra.cpp:cxx", "sub/x.c:c"],
        sketches: ["uno.ino"]
      })
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("never enters excluded folders", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({ "main.c": "", "lib/a/a.c": "", "test/t.c": "" })
      const excluded = [`${project}/lib`, `${project}/test`]
      assert.deepStrictEqual((yield* discover(project, { srcDir: project, excluded })).files, ["main.c:c"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("says why there is nothing", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failure({ "src/x.h": "" }, () => ({})), ["empty", "/src"])
      assert.deepStrictEqual(yield* failure({ "lib/x/x.c": "" }, () => ({})), ["missing", "/src"])
      assert.deepStrictEqual(yield* failure({ "src/x.c": "" }, () => ({ filter: "-<y.c>" })), ["filtered", "/src"])
      assert.deepStrictEqual(yield* failure({ "src/x.c": "" }, () => ({ filter: "x.c" })), "SrcFilterInvalid")
    }))

  it.live("reads a tree that is read-only, and lists each folder once", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({ "src/a/x.c": "" })
      const fs = yield* FileSystem.FileSystem
      yield* fs.chmod(`${project}/src/a/x.c`, 0o444)
      for (const folder of ["src/a", "src", ""]) yield* fs.chmod(`${project}/${folder}`, 0o555)
      yield* Effect.addFinalizer(() =>
        Effect.forEach(["", "src", "src/a"], (folder) => Effect.ignore(fs.chmod(`${project}/${folder}`, 0o755)))
      )
      let calls = 0
      const counting = FileSystem.makeNoop({
        readDirectoryEntries: (path) => {
          calls++
          return fs.readDirectoryEntries(path)
        }
      })
      const tree = yield* Effect.provideService(makeSourceTree, FileSystem.FileSystem, counting)
      const request = { projectDir: project, srcDir: `${project}/src`, excluded: [] }
      const both = yield* Effect.all([discoverSources(tree, request), discoverSources(tree, request)], {
        concurrency: 2
      })
      assert.deepStrictEqual(both[0], both[1])
      assert.strictEqual(both[0].files.length, 1)
      assert.strictEqual(calls, tree.listedFolders().length)
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
