import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { jsonReporter } from "../../../src/cli/render/json.ts"
import { liveReporter } from "../../../src/cli/render/live.ts"
import { plainReporter } from "../../../src/cli/render/plain.ts"
import type { Look } from "../../../src/cli/render/text.ts"
import { BuildEvent } from "../../../src/exec/BuildEvent.ts"
import { events, memorySink, screen } from "../terminal.ts"

const emitAll = (
  reporter: { readonly emit: (event: BuildEvent) => Effect.Effect<void> },
  all: ReadonlyArray<BuildEvent>
) => Effect.forEach(all, reporter.emit, { discard: true })

/** As JSON, with the keys of objects in alphabetical order. */
const sorted = (value: unknown) =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
      : inner)

const failure = {
  ok: false,
  size: {},
  actions: { total: 3, executed: 1, cacheHits: 0, upToDate: 0, failed: 1, cancelled: 1 },
  errors: [{ _tag: "CommandFailed", message: "compiling b.cpp failed (exit code 1)", hint: "look" }]
}

const table = [
  "flash      1976 of 32256 bytes  6.1 %\n",
  "ram         204 of 2048 bytes  10.0 %\n",
  "✓ uno  3 actions: 2 run, 1 up to date  0.41 s\n"
].join("")

const plain = (all: ReadonlyArray<BuildEvent>, more: Partial<Look> = {}) =>
  Effect.gen(function*() {
    const [stdout, stderr] = [memorySink(), memorySink()]
    const look: Look = { stdout, stderr, stdoutColor: false, stderrColor: false, detail: "short", ...more }
    yield* emitAll(plainReporter(look), all)
    return [stdout.text(), stderr.text()]
  })

describe("plainReporter", () => {
  it.effect("a line for each action that ran, the size table, and one line", () =>
    Effect.gen(function*() {
      const all = [
        events.environment(3),
        events.upToDate("a"),
        events.started("b"),
        events.started("c"),
        events.finished("c"),
        events.finished("b"),
        events.done()
      ]
      assert.deepStrictEqual(yield* plain(all), [`[2/3] CxxCompile out/c.o\n[3/3] CxxCompile out/b.o\n${table}`, ""])
    }))

  it.effect("-v: each command as a shell takes it", () =>
    Effect.gen(function*() {
      const all = [events.environment(1), events.started("b"), events.finished("b")]
      assert.deepStrictEqual(yield* plain(all, { detail: "commands" }), ["/bin/c++ 'my b.cpp'\n", ""])
    }))

  it.effect("what a compiler says goes to stderr, whole, with its colours only where there are some", () =>
    Effect.gen(function*() {
      const all = [events.environment(1), events.finished("b", "\x1b[01mb.cpp:1:\x1b[m\x1b[K bad")]
      const line = "[1/1] CxxCompile out/b.o\n"
      assert.deepStrictEqual(yield* plain(all), [line, "b.cpp:1: bad\n"])
      assert.deepStrictEqual(yield* plain(all, { stderrColor: true }), [line, "\x1b[01mb.cpp:1:\x1b[m\x1b[K bad\n"])
    }))

  it.effect("a failure ends with the error, its hint and the counts", () =>
    Effect.gen(function*() {
      const [stdout, stderr] = yield* plain([events.done(failure)])
      assert.strictEqual(stderr, "error: compiling b.cpp failed (exit code 1)\n  hint: look\n")
      assert.strictEqual(stdout, "✗ uno  3 actions: 1 run, 1 failed, 1 not run  0.41 s\n")
    }))

  it.effect("--dry-run prints commands, warnings go to stderr", () =>
    Effect.gen(function*() {
      const all = [events.warning("unknown option"), events.planned("a", ""), events.planned("b", "/bin/c++ b")]
      assert.deepStrictEqual(yield* plain(all), ["/bin/c++ b\n", "warning: unknown option\n"])
    }))
})

describe("jsonReporter", () => {
  it.effect.prop(
    "any event is one line, and comes back as it was",
    { event: BuildEvent },
    ({ event }) =>
      Effect.gen(function*() {
        const stdout = memorySink()
        yield* jsonReporter(stdout).emit(event)
        const text = stdout.text()
        assert.strictEqual(text.indexOf("\n"), text.length - 1)
        const read = yield* Schema.decodeEffect(Schema.fromJsonString(BuildEvent))(text)
        assert.strictEqual(sorted(read), sorted(event))
      }),
    { arbitrary: { runs: 100 } }
  )

  it.effect("the last line is as the documentation shows it", () =>
    Effect.gen(function*() {
      const stdout = memorySink()
      yield* jsonReporter(stdout).emit(events.done())
      assert.isTrue(
        stdout.text().startsWith("{\"_tag\":\"BuildFinished\",\"ok\":true,\"exitCode\":0,\"durationMs\":412,")
      )
      assert.include(
        stdout.text(),
        "\"size\":{\"flash\":{\"used\":1976,\"max\":32256},\"ram\":{\"used\":204,\"max\":2048}"
      )
    }))
})

/** Both streams of a terminal end up on one screen. `slow` makes every write wait, as a full pipe does. */
const makeScreen = (columns = 80, slow = false) => {
  const sink = memorySink(true, columns)
  const write = slow ? (text: string) => Effect.andThen(sink.write(text), Effect.sleep(100)) : sink.write
  const stdout = { ...sink, write }
  const look: Look = { stdout, stderr: stdout, stdoutColor: true, stderrColor: true, detail: "short" }
  return { look, shown: () => screen(sink.text(), columns), text: sink.text }
}

describe("liveReporter", () => {
  it.effect("shows what runs, done of total and the time, and is gone at the end", () =>
    Effect.gen(function*() {
      const { look, shown } = makeScreen()
      yield* Effect.scoped(Effect.gen(function*() {
        const { emit } = yield* liveReporter(look)
        yield* emitAll({ emit }, [events.environment(9), events.upToDate("x")])
        for (const name of ["a", "b", "c", "d", "e", "f"]) yield* emit(events.started(name))
        yield* TestClock.adjust(400)
        assert.strictEqual(
          shown(),
          [
            "[1/9] 0.4 s",
            ...["a", "b", "c", "d"].map((name) => `  CxxCompile out/${name}.o`),
            "  and 2 more",
            ""
          ].join("\n")
        )
        yield* emitAll({ emit }, [events.finished("b"), events.finished("a", "a.cpp: careful\n")])
        assert.strictEqual(shown(), "a.cpp: careful\n")
        yield* TestClock.adjust(100)
        assert.match(shown(), /^a\.cpp: careful\n\[3\/9\] 0\.5 s\n  CxxCompile out\/c\.o\n/)
        yield* emit(events.done())
        assert.strictEqual(shown(), `a.cpp: careful\n${table}`)
        yield* TestClock.adjust(1000)
        assert.strictEqual(shown(), `a.cpp: careful\n${table}`)
      }))
      assert.strictEqual(shown(), `a.cpp: careful\n${table}`)
    }))

  it.effect("a build that stops half-way leaves a clean screen too", () =>
    Effect.gen(function*() {
      const { look, shown } = makeScreen()
      yield* Effect.scoped(Effect.gen(function*() {
        const { emit } = yield* liveReporter(look)
        yield* emitAll({ emit }, [events.environment(3), events.started("a")])
        yield* TestClock.adjust(200)
        assert.include(shown(), "[0/3]")
      }))
      assert.strictEqual(shown(), "")
    }))

  it.effect("lines are cut to the width of the terminal, so that the block can be erased", () =>
    Effect.gen(function*() {
      const { look, shown } = makeScreen(40)
      yield* Effect.scoped(Effect.gen(function*() {
        const { emit } = yield* liveReporter(look)
        yield* emitAll({ emit }, [events.environment(3), events.started("long/".repeat(30)), events.started("b")])
        yield* TestClock.adjust(800)
        for (const line of shown().split("\n")) assert.isBelow(line.length, 40)
        assert.strictEqual(shown().split("\n").length, 4)
      }))
      assert.strictEqual(shown(), "")
    }))

  it.effect("a slow terminal loses and repeats nothing", () =>
    Effect.gen(function*() {
      const { look, shown } = makeScreen(80, true)
      yield* Effect.scoped(Effect.gen(function*() {
        const { emit } = yield* liveReporter(look)
        yield* emitAll({ emit }, [events.environment(9), events.started("a"), events.started("b")])
        // The first block is drawn from 80 to 180 ms, the second is due at 260 ms: while this erases the first.
        yield* TestClock.adjust(250)
        const said = yield* Effect.forkChild(emit(events.finished("a", "a.cpp: careful\n")))
        yield* TestClock.adjust(750)
        assert.isDefined(said.pollUnsafe())
        assert.match(shown(), /^a\.cpp: careful\n\[1\/9\] \d\.\d s\n {2}CxxCompile out\/b\.o\n$/)
        yield* Effect.forkChild(emit(events.done()))
        yield* TestClock.adjust(1000)
        assert.strictEqual(shown(), `a.cpp: careful\n${table}`)
      }))
    }))

  it.effect("-v prints commands above the block", () =>
    Effect.gen(function*() {
      const { look, shown } = makeScreen()
      yield* Effect.scoped(Effect.gen(function*() {
        const { emit } = yield* liveReporter({ ...look, detail: "commands" })
        yield* emitAll({ emit }, [events.environment(3), events.started("a")])
        yield* TestClock.adjust(100)
        assert.match(shown(), /^\/bin\/c\+\+ 'my a\.cpp'\n\[0\/3\]/)
      }))
      assert.strictEqual(shown(), "/bin/c++ 'my a.cpp'\n")
    }))
})
