import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { action, path } from "../plan/actions.ts"
import { failed, layer, makeWorkshop } from "./workshop.ts"

const compile = action("out/a.o", ["a.c"], { depfile: path("out/a.d") })
const files = { "a.c": "A\n" }

/** What is in the build folder besides fbuild's own files. */
const outputs = (workshop: Effect.Success<ReturnType<typeof makeWorkshop>>) =>
  Effect.map(
    workshop.fs.readDirectory(`${workshop.cwd}/out`),
    (names) => names.filter((name) => !name.startsWith(".") && name !== "state.json").sort()
  )

describe("ActionRunner", () => {
  it.live("runs an action in its stage and moves the outputs", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      workshop.behaviours.set("out/a.o", ({ stage, usual }) =>
        Effect.gen(function*() {
          yield* usual
          assert.strictEqual(stage.dir, `${workshop.cwd}/out/.stage`)
          assert.match(stage.argv.join(" "), /^\/bin\/sh a\.c -o out\/\.stage\/[^/]+$/)
          assert.deepStrictEqual(yield* Effect.orDie(outputs(workshop)), [])
          return { stdout: "a note\n", stderr: "a warning\n" }
        }))
      assert.strictEqual(yield* workshop.run(compile), "Executed")
      assert.deepStrictEqual(yield* outputs(workshop), ["a.o"])
      assert.deepStrictEqual(yield* workshop.staged, [])
      const event = { environment: "uno", id: compile.id, mnemonic: compile.mnemonic }
      const [started, finished, ...more] = workshop.events
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(started, {
        _tag: "ActionStarted",
        ...event,
        argv: compile.argv,
        reason: { _tag: "NeverBuilt" },
        cache: { _tag: "NotAsked" }
      })
      assert.deepStrictEqual(finished, {
        _tag: "ActionFinished",
        ...event,
        ok: true,
        durationMs: finished?._tag === "ActionFinished" ? finished.durationMs : 0,
        output: "a note\na warning\n"
      })
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("keeps stdout as a file where the action says so", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      const size = action("out/size", ["a.c"], { mnemonic: "Size", stdout: path("out/size") })
      workshop.behaviours.set(size.id, () => Effect.succeed({ stdout: "text 12\n", stderr: "oh\n" }))
      yield* workshop.run(size)
      assert.strictEqual(yield* workshop.read("out/size"), "text 12\n")
      assert.deepStrictEqual(
        workshop.events.flatMap((event) => event._tag === "ActionFinished" ? [event.output] : []),
        [
          "oh\n"
        ]
      )
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("does a built-in step without a command", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      const step = { _tag: "ConvertSketch", tabs: [path("a.c")] } as const
      yield* workshop.run(action("out/a.cpp", ["a.c"], { mnemonic: "ConvertSketch", argv: [], step }))
      assert.strictEqual(yield* workshop.read("out/a.cpp"), "merged a.c\n")
      assert.deepStrictEqual(workshop.ran, [])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a failing command leaves the old output, and reports what it said once", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop({ ...files, "out/a.o": "old" })
      workshop.behaviours.set("out/a.o", ({ action, usual }) =>
        Effect.andThen(usual, Effect.fail(failed(action, "bad\n"))))
      const error = yield* Effect.flip(workshop.run(compile))
      assert.strictEqual(error.message, "compiling a.c failed (exit code 1)")
      assert.strictEqual(yield* workshop.read("out/a.o"), "old")
      assert.deepStrictEqual(yield* outputs(workshop), ["a.o"])
      const finished = workshop.events.flatMap((event) =>
        event._tag === "ActionFinished" ? [event] : []
      )
      assert.deepStrictEqual(finished.map(({ ok, output }) => [ok, output]), [[false, "bad\n"]])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a command that does not write all its outputs has failed, and publishes none", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      const link = action(["out/elf", "out/map"], ["a.c"], { mnemonic: "Link" })
      workshop.behaviours.set("out/elf", ({ stage, usual }) =>
        Effect.tap(usual, () =>
          Effect.orDie(workshop.fs.remove(`${workshop.cwd}/${stage.files.get("out/map")}`))))
      const error = yield* Effect.flip(workshop.run(link))
      assert.strictEqual(error._tag, "OutputNotWritten")
      assert.strictEqual(error.message, "Link of out/elf ended well but did not write out/map")
      assert.deepStrictEqual(yield* outputs(workshop), [])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("an input that has vanished stops the action before its command", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop({})
      const error = yield* Effect.flip(workshop.run(compile))
      assert.strictEqual(error._tag, "SourceVanished")
      assert.strictEqual(error.message, "a.c was there when the build was planned and is gone now")
      assert.deepStrictEqual(workshop.ran, [])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a command that takes too long is interrupted, and publishes nothing", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      let interrupted = false
      workshop.behaviours.set("out/a.o", ({ usual }) =>
        Effect.andThen(usual, Effect.never).pipe(Effect.onInterrupt(() =>
          Effect.sync(() => interrupted = true)
        )))
      const error = yield* Effect.flip(workshop.run(compile, { timeout: Duration.millis(50) }))
      assert.strictEqual(error._tag, "ActionTimedOut")
      assert.strictEqual(error.message, "CxxCompile of a.c took longer than 50ms")
      assert.isTrue(interrupted)
      assert.deepStrictEqual(yield* outputs(workshop), [])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("an interrupted command publishes nothing, and may be run again", () =>
    Effect.gen(function*() {
      const workshop = yield* makeWorkshop(files)
      const written = yield* Deferred.make<void>()
      workshop.behaviours.set("out/a.o", ({ usual }) =>
        Effect.andThen(usual, Effect.andThen(Deferred.succeed(written, undefined), Effect.never)))
      const fiber = yield* Effect.forkChild(workshop.run(compile))
      yield* Deferred.await(written)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* outputs(workshop), [])
      workshop.behaviours.clear()
      assert.strictEqual(yield* workshop.run(compile), "Executed")
      assert.deepStrictEqual(yield* outputs(workshop), ["a.o"])
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
