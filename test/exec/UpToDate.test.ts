import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Crypto from "node:crypto"
import { Disk } from "../../src/disk/Disk.ts"
import type { Reason } from "../../src/exec/BuildEvent.ts"
import type { Action } from "../../src/plan/Action.ts"
import { action, graphOf, path } from "../plan/actions.ts"
import { failed, layer as alone, makeWorkshop, remembering } from "./workshop.ts"

const compile = (name: string, more: Partial<Action> = {}) =>
  action(`out/${name}.o`, [`${name}.c`], { depfile: path(`out/${name}.d`), ...more })
const link = action(["out/elf", "out/map"], ["out/a.o", "out/b.o"], { mnemonic: "Link" })
const hookAfter = (inputs: ReadonlyArray<string>) =>
  action("out/hook", inputs, { mnemonic: "Hook", always: "sh may write any file", stdout: path("out/hook") })
const graph = graphOf(compile("a"), compile("b"), link)

const files = { "a.c": "#include \"x.h\"\nA1\n", "b.c": "B\n", "x.h": "X1\n", "z.h": "Z\n" }

/** A project that has just been built whole. */
const builtWorkshop = Effect.fnUntraced(function*() {
  const workshop = yield* makeWorkshop(files)
  yield* workshop.settle
  yield* workshop.build(graph)
  yield* workshop.settle
  return workshop
})

type Workshop = Effect.Success<ReturnType<typeof builtWorkshop>>

const reasons = (workshop: Workshop) =>
  workshop.events.flatMap((event) =>
    event._tag === "ActionStarted" ? [`${event.id} ${JSON.stringify(shortReason(event.reason))}`] : []
  )

/** What it is about, without its values from before and after. */
const shortReason = (reason: Reason) => ({ _tag: reason._tag, ...("path" in reason ? { path: reason.path } : {}) })

const suite = (name: string, layer: typeof alone) => {
  /** Builds, changes something, builds again; then says why what ran, and checks that a third build runs nothing. */
  const after = (change: (workshop: Workshop) => Effect.Effect<unknown, unknown>, again = graph) =>
    Effect.gen(function*() {
      const workshop = yield* builtWorkshop()
      yield* change(workshop)
      yield* workshop.settle
      yield* workshop.build(again)
      const why = reasons(workshop)
      yield* workshop.settle
      assert.deepStrictEqual(yield* workshop.build(again), [])
      return why
    }).pipe(Effect.scoped, Effect.provide(layer))

  describe(name, () => {
    it.live("runs everything at first, nothing at the second time", () =>
      Effect.gen(function*() {
        const workshop = yield* makeWorkshop(files)
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", "out/b.o", "out/elf"])
        assert.deepStrictEqual(reasons(workshop), graph.actions.map(({ id }) => `${id} {"_tag":"NeverBuilt"}`))
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graph), [])
        assert.deepStrictEqual(
          workshop.events.map(({ _tag }) => _tag),
          Array.from({ length: 3 }, () => "ActionUpToDate")
        )
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("starts what was edited before it looks at the others", () =>
      Effect.gen(function*() {
        const workshop = yield* builtWorkshop()
        yield* workshop.write("b.c", "B2\n")
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/b.o", "out/elf"])
        const told = workshop.events.map((event) => `${event._tag} ${"id" in event ? event.id : ""}`)
        assert.deepStrictEqual(told.slice(0, 2), ["ActionStarted out/b.o", "ActionUpToDate out/a.o"])
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("leaves a trace of what was changed just before", () =>
      Effect.gen(function*() {
        const workshop = yield* builtWorkshop()
        for (const [index, name] of ["a.c", "x.h", "b.c", "x.h", "a.c"].entries()) {
          yield* workshop.write(name, `${name === "a.c" ? "#include \"x.h\"\n" : ""}${index}\n`)
          assert.lengthOf(yield* workshop.build(graph), 2)
          yield* workshop.settle
          assert.deepStrictEqual(yield* workshop.build(graph), [])
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("a file for the assembler counts for the link where the link assembles", () =>
      Effect.gen(function*() {
        const flags: ReadonlyArray<readonly [flags: ReadonlyArray<string>, runs: boolean]> = [
          [[], false],
          [["-flto"], true],
          [["-flto=2"], true],
          [["-flto", "-fno-lto"], false],
          [["-fno-lto", "-flto"], true],
          [["-flto-partition=none"], false],
          [["@flags"], true],
          [["-specs=own.specs"], true]
        ]
        for (const [words, runs] of flags) {
          const workshop = yield* makeWorkshop({
            "a.c": "asm(\".incbin \\\"data.bin\\\"\");\n",
            "data.bin": "1",
            flags: ""
          })
          const object = compile("a", { argv: ["/bin/sh", ...words, "a.c", "-o", "out/a.o"] })
          const graph = graphOf(object, action(["out/elf"], ["out/a.o"], { mnemonic: "Link" }))
          yield* workshop.settle
          yield* workshop.build(graph)
          yield* workshop.settle
          yield* workshop.write("data.bin", "2")
          // The object has the same bytes: nothing of the file comes into them here.
          assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", ...runs ? ["out/elf"] : []], words.join(" "))
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("a file that the assembler would find first counts for the link where the link assembles", () =>
      Effect.gen(function*() {
        for (const lto of [true, false]) {
          const workshop = yield* makeWorkshop({
            "a.c": "asm(\".incbin \\\"data.bin\\\"\");\n",
            "late/data.bin": "1"
          })
          const argv = ["/bin/sh", ...(lto ? ["-flto"] : []), "-Ilate", "a.c", "-o", "out/a.o"]
          const graph = graphOf(compile("a", { argv }), action(["out/elf"], ["out/a.o"], { mnemonic: "Link" }))
          yield* workshop.settle
          yield* workshop.build(graph)
          yield* workshop.settle
          assert.deepStrictEqual(yield* workshop.build(graph), [])
          yield* workshop.write("data.bin", "2")
          assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", ...(lto ? ["out/elf"] : [])])
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("leaves no trace where a precompiled header may have been read", () =>
      Effect.gen(function*() {
        const source = path("src/b.c")
        const plain = compile("b", { inputs: [source], argv: ["/bin/sh", source, "-o", "out/b.o"] })
        const forced = compile("b", {
          inputs: [source],
          argv: ["/bin/sh", source, "-include", "y.h", "-o", "out/b.o"]
        })
        const cases = [[forced, "y.h.gch", ["out/b.o"]], [forced, "y.txt", []], [plain, "y.h.gch", []]] as const
        for (const [one, name, again] of cases) {
          const workshop = yield* makeWorkshop({ [source]: "B\n", [name]: "compiled\n" })
          yield* workshop.settle
          yield* workshop.build(graphOf(one))
          yield* workshop.settle
          assert.deepStrictEqual(yield* workshop.build(graphOf(one)), [...again], name)
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("a command that changed", () =>
      Effect.gen(function*() {
        const changes: ReadonlyArray<Partial<Action>> = [
          { argv: ["/bin/sh", "b.c", "-O2", "-o", "out/b.o"] },
          { env: { LANG: "C" } },
          { inputs: [path("b.c"), path("z.h")] }
        ]
        for (const change of changes) {
          const again = graphOf(compile("a"), compile("b", change), link)
          const [first] = yield* after(() => Effect.void, again)
          assert.strictEqual(first, "out/b.o {\"_tag\":\"CommandChanged\"}")
        }
      }))

    it.live("an input that changed, of the same size and with its old mtime", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) =>
          Effect.gen(function*() {
            const { fs } = workshop
            const file = `${workshop.cwd}/a.c`
            const mtime = (yield* fs.stat(file)).mtime
            yield* workshop.write("a.c", files["a.c"].replace("A1", "A2"))
            yield* fs.utimes(file, 0, mtime._tag === "Some" ? mtime.value : 0)
          })
        )
        assert.deepStrictEqual(why, [
          "out/a.o {\"_tag\":\"InputChanged\",\"path\":\"a.c\"}",
          "out/elf {\"_tag\":\"InputChanged\",\"path\":\"out/a.o\"}"
        ])
      }))

    it.live("a header that only the depfile tells of", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) => workshop.write("x.h", "X2\n"))
        assert.strictEqual(why[0], "out/a.o {\"_tag\":\"InputChanged\",\"path\":\"x.h\"}")
        assert.strictEqual(why.length, 2)
      }))

    it.live("a header that is gone, and no longer needed", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) =>
          Effect.andThen(workshop.write("a.c", "A1\n"), workshop.fs.remove(`${workshop.cwd}/x.h`))
        )
        assert.match(why[0]!, /^out\/a\.o \{"_tag":"Input(Changed","path":"a\.c"|Missing","path":"x\.h")\}$/)
      }))

    it.live("outputs that are gone or are not what was made", () =>
      Effect.gen(function*() {
        const gone = yield* after((workshop) => workshop.fs.remove(`${workshop.cwd}/out/map`))
        assert.deepStrictEqual(gone, ["out/elf {\"_tag\":\"OutputMissing\",\"path\":\"out/map\"}"])
        const changed = yield* after((workshop) => workshop.write("out/b.o", "not ours\n"))
        assert.deepStrictEqual(changed, ["out/b.o {\"_tag\":\"OutputChanged\",\"path\":\"out/b.o\"}"])
      }))

    it.live("a file that was only touched changes nothing", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) =>
          Effect.gen(function*() {
            const now = DateTime.toDate(yield* DateTime.now)
            for (const name of ["a.c", "x.h", "out/b.o", "out/elf"]) {
              yield* workshop.fs.utimes(`${workshop.cwd}/${name}`, now, now)
            }
          })
        )
        assert.deepStrictEqual(why, [])
      }))

    it.live("a file from the future is no reason to build for ever", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) => workshop.fs.utimes(`${workshop.cwd}/a.c`, 4e9, 4e9))
        assert.deepStrictEqual(why, [])
        const changed = yield* after((workshop) =>
          Effect.andThen(workshop.write("b.c", "B2\n"), workshop.fs.utimes(`${workshop.cwd}/b.c`, 4e9, 4e9))
        )
        assert.strictEqual(changed[0], "out/b.o {\"_tag\":\"InputChanged\",\"path\":\"b.c\"}")
      }))

    it.live("early cutoff: an object with the same bytes links nothing", () =>
      Effect.gen(function*() {
        const why = yield* after((workshop) => workshop.write("b.c", "// a comment\nB\n"))
        assert.deepStrictEqual(why, ["out/b.o {\"_tag\":\"InputChanged\",\"path\":\"b.c\"}"])
      }))

    it.live("content that comes back is seen as what it is", () =>
      Effect.gen(function*() {
        const workshop = yield* builtWorkshop()
        yield* workshop.write("b.c", "other\n")
        yield* workshop.write("b.c", files["b.c"])
        assert.deepStrictEqual(yield* workshop.build(graph), [])
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("an action whose input changes while it runs is not trusted", () =>
      Effect.gen(function*() {
        const workshop = yield* makeWorkshop(files)
        yield* workshop.settle
        for (const changed of ["a.c", "x.h"] as const) {
          // The compiler has read its input when somebody saves it.
          workshop.behaviours.set("out/a.o", ({ usual }) =>
            Effect.tap(usual, () =>
              Effect.orDie(workshop.write(changed, files[changed].replace("1", "3")))))
          yield* workshop.build(graph)
          workshop.behaviours.clear()
          yield* workshop.settle
          assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", "out/elf"], changed)
          assert.include(yield* workshop.read("out/elf"), changed === "a.c" ? "A3" : "X3")
          yield* workshop.write(changed, files[changed])
          yield* workshop.settle
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("a file that is written again and again, as fast as it goes, is never missed", () =>
      Effect.gen(function*() {
        const workshop = yield* makeWorkshop(files)
        for (let round = 0; round < 20; round++) {
          const text = `B${String(round).padStart(3, "0")}\n`
          yield* workshop.write("b.c", text)
          yield* workshop.build(graph)
          assert.include(yield* workshop.read("out/elf"), text)
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what a failed action did not make runs again, what was made stands", () =>
      Effect.gen(function*() {
        const workshop = yield* builtWorkshop()
        yield* workshop.write("b.c", "B2\n")
        yield* workshop.settle
        workshop.behaviours.set("out/b.o", ({ action }) => Effect.fail(failed(action)))
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/b.o"])
        assert.include(yield* workshop.read("out/b.o"), "B\n")
        workshop.behaviours.clear()
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/b.o", "out/elf"])
      }).pipe(Effect.scoped, Effect.provide(layer)))

    for (
      const [what, damage] of [
        ["cut short", (text: string) => text.slice(0, -10)],
        ["no JSON", () => "\0\0\0"],
        ["empty", () => ""],
        ["of another version", (text: string) => {
          const body = text.slice(0, text.lastIndexOf("\n") + 1).replace(/^fbuild state \d+/, "fbuild state 0")
          return body + Crypto.hash("sha256", body)
        }]
      ] as const
    ) {
      it.live(`a state that is ${what} is no state`, () =>
        Effect.gen(function*() {
          const why = yield* after((workshop) =>
            Effect.flatMap(workshop.read("out/state.json"), (text) => {
              assert.notStrictEqual(damage(text), text)
              return workshop.write("out/state.json", damage(text))
            })
          )
          assert.deepStrictEqual(why, graph.actions.map(({ id }) => `${id} {"_tag":"NeverBuilt"}`))
        }))
    }

    it.live("a link that fails, at once or late, costs nothing of what was compiled", () =>
      Effect.gen(function*() {
        for (const late of [0, 20]) {
          const workshop = yield* makeWorkshop(files)
          yield* workshop.settle
          workshop.behaviours.set("out/elf", ({ action }) =>
            Effect.andThen(Effect.sleep(late), Effect.fail(failed(action))))
          assert.deepStrictEqual((yield* workshop.build(graph)).toSorted(), ["out/a.o", "out/b.o", "out/elf"])
          workshop.behaviours.clear()
          assert.deepStrictEqual(yield* workshop.build(graph), ["out/elf"])
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what a hook writes is seen by what follows it, whoever has looked before", () =>
      Effect.gen(function*() {
        const early = compile("b", { inputs: [path("b.c")], argv: ["/bin/sh", "-Ih", "-Ii", "b.c", "-o", "out/b.o"] })
        const hook = hookAfter(["out/b.o"])
        const late = compile("a", {
          inputs: [path("a.c"), path("out/hook")],
          argv: ["/bin/sh", "-Ih", "-Ii", "a.c", "-o", "out/a.o"]
        })
        const again = graphOf(early, hook, late)
        for (const written of ["i/x.h", "h/x.h", "src/x.h"]) {
          const workshop = yield* makeWorkshop({
            "a.c": "#include \"i/x.h\"\nA\n",
            "b.c": "#include \"i/x.h\"\nB\n",
            "i/x.h": "X1\n",
            "h/y.h": ""
          })
          yield* workshop.settle
          yield* workshop.build(again)
          yield* workshop.settle
          assert.deepStrictEqual(yield* workshop.build(again), ["out/hook"])
          workshop.behaviours.set("out/hook", ({ usual }) =>
            Effect.tap(usual, () => Effect.orDie(workshop.write(written, "X2\n"))))
          yield* workshop.settle
          const ran = written === "src/x.h" ? ["out/hook"] : ["out/hook", "out/a.o"]
          assert.deepStrictEqual(yield* workshop.build(again), ran, written)
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("a header that changes while it is looked at for the trace is not trusted", () =>
      Effect.gen(function*() {
        const disk = yield* Disk
        let change: Effect.Effect<void> = Effect.void
        // It has been asked for its times, and is going to be read.
        const looking = Disk.of({
          ...disk,
          digestMarking: (file, words) =>
            Effect.andThen(
              file.endsWith("/x.h") ? Effect.suspend(() => change) : Effect.void,
              disk.digestMarking(file, words)
            )
        })
        const workshop = yield* makeWorkshop(files).pipe(Effect.provideService(Disk, looking))
        const write = Effect.orDie(workshop.write("x.h", "X2\n"))
        change = Effect.suspend(() => {
          change = Effect.void
          return write
        })
        yield* workshop.settle
        yield* workshop.build(graph)
        assert.include(yield* workshop.read("out/a.o"), "X1")
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", "out/elf"])
        assert.include(yield* workshop.read("out/a.o"), "X2")
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what a hook writes is seen by what follows it, even if somebody is just looking at it", () =>
      Effect.gen(function*() {
        const hook = hookAfter([])
        const slow = compile("z", { inputs: [path("z.h"), path("out/hook")] })
        const late = compile("a", { inputs: [path("a.c"), path("out/hook"), path("out/z.o")] })
        const again = graphOf(compile("b"), hook, slow, late)
        const disk = yield* Disk
        const wrote = yield* Latch.make(true)
        const looking = Disk.of({
          ...disk,
          digestMarking: (file, words) =>
            Effect.tap(disk.digestMarking(file, words), () => file.endsWith("/x.h") ? wrote.await : Effect.void)
        })
        const workshop = yield* makeWorkshop({ ...files, "b.c": "#include \"x.h\"\nB\n" }).pipe(
          Effect.provideService(Disk, looking)
        )
        yield* workshop.settle
        yield* workshop.build(again)
        yield* workshop.settle
        // As it was, but to be looked at again.
        yield* workshop.write("x.h", "X1\n")
        yield* workshop.write("z.h", "// Runs, and makes the same.\nZ\n")
        const write = Effect.orDie(workshop.write("x.h", "X2\n"))
        workshop.behaviours.set("out/hook", ({ usual }) => Effect.tap(usual, () => write))
        const end = Effect.andThen(wrote.open, Effect.sleep(20))
        workshop.behaviours.set("out/z.o", ({ usual }) => Effect.tap(usual, () => end))
        yield* workshop.settle
        yield* wrote.close
        assert.include(yield* workshop.build(again), "out/a.o")
        assert.include(yield* workshop.read("out/a.o"), "X2")
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what somebody writes over before it has been traced is not taken for what was made", () =>
      Effect.gen(function*() {
        const workshop = yield* makeWorkshop(files)
        const b = compile("b", { inputs: [path("b.c"), path("out/a.o")] })
        const again = graphOf(compile("a"), b)
        const spoil = Effect.orDie(workshop.write("out/a.o", "spoilt\n"))
        workshop.behaviours.set("out/b.o", ({ usual }) => Effect.tap(usual, () => spoil))
        yield* workshop.settle
        yield* workshop.build(again)
        workshop.behaviours.clear()
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(again), ["out/a.o", "out/b.o"])
        assert.include(yield* workshop.read("out/b.o"), "A1")
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(again), [])
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what is made while somebody reads it whom nobody told to wait is read again", () =>
      Effect.gen(function*() {
        const reader = compile("a", { inputs: [path("a.c")] })
        const maker = action("out/gen.h", ["z.h"], { mnemonic: "Objcopy" })
        const workshop = yield* makeWorkshop({ ...files, "a.c": "#include \"out/gen.h\"\nA\n", "out/gen.h": "old\n" })
        const [read, made] = [yield* Latch.make(), yield* Latch.make()]
        workshop.behaviours.set(
          "out/a.o",
          ({ usual }) => Effect.tap(usual, () => Effect.andThen(read.open, made.await))
        )
        workshop.behaviours.set("out/gen.h", ({ usual }) => Effect.andThen(read.await, usual))
        yield* workshop.settle
        const building = yield* Effect.forkChild(workshop.build(graphOf(reader, maker)))
        while (!(yield* workshop.read("out/gen.h")).includes("Z")) yield* Effect.sleep(2)
        yield* made.open
        yield* Fiber.join(building)
        workshop.behaviours.clear()
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graphOf(reader, maker)), ["out/a.o"])
        assert.include(yield* workshop.read("out/a.o"), "Z")
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("what a hook writes over is made again in the next build, whether the hook names it or not", () =>
      Effect.gen(function*() {
        for (const mentions of [[], [path("out/elf")]]) {
          const workshop = yield* makeWorkshop(files)
          const hook = { ...hookAfter(["out/elf"]), mentions }
          const image = action("out/hex", ["out/elf", "out/hook"], { mnemonic: "Objcopy" })
          const again = graphOf(compile("a"), compile("b"), link, hook, image)
          let word = "patched"
          const patch = Effect.gen(function*() {
            yield* workshop.write("out/elf", `${yield* workshop.read("out/elf")}${word}\n`)
          })
          workshop.behaviours.set("out/hook", ({ usual }) => Effect.tap(usual, () => Effect.orDie(patch)))
          yield* workshop.settle
          yield* workshop.build(again)
          const elf = yield* workshop.read("out/elf")
          const hex = yield* workshop.read("out/hex")
          assert.include(hex, "patched")
          const steps = [
            ["A1", "patched", []],
            ["A2", "patched", ["out/a.o", "out/hex"]],
            ["A2", "otherwise", ["out/hex"]]
          ] as const
          for (const [code, patched, others] of steps) {
            yield* workshop.write("a.c", `#include "x.h"\n${code}\n`)
            word = patched
            yield* workshop.settle
            const ran = yield* workshop.build(again)
            assert.sameMembers(ran, [...others, "out/elf", "out/hook"], word)
            const changed = (text: string) => text.replace("A1", code).replace("patched", word)
            assert.strictEqual(yield* workshop.read("out/elf"), changed(elf))
            assert.strictEqual(yield* workshop.read("out/hex"), changed(hex))
          }
        }
      }).pipe(Effect.scoped, Effect.provide(layer)))

    it.live("hooks run in every build, what follows them only when its inputs changed", () =>
      Effect.gen(function*() {
        const hook = hookAfter([])
        const again = graphOf(hook, compile("a", { inputs: [path("a.c"), path("out/hook")] }))
        const workshop = yield* makeWorkshop(files)
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(again), ["out/hook", "out/a.o"])
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(again), ["out/hook"])
        assert.deepStrictEqual(reasons(workshop), ["out/hook {\"_tag\":\"AlwaysRuns\"}"])
      }).pipe(Effect.scoped, Effect.provide(layer)))
  })
}

suite("UpToDate", alone)
suite("UpToDate in a process that remembers", remembering)
