import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Disk } from "../../src/disk/Disk.ts"
import type { Action } from "../../src/plan/Action.ts"
import { action, graphOf, path } from "../plan/actions.ts"
import { failed, layer as alone, makeWorkshop, remembering } from "./workshop.ts"

const compile = (name: string, more: Partial<Action> = {}) =>
  action(`out/${name}.o`, [`${name}.c`], { depfile: path(`out/${name}.d`), ...more })
const graph = graphOf(
  compile("a"),
  compile("b"),
  compile("c", { inputs: [path("c.c"), path("out/made.h")] }),
  action("out/made.h", ["made.txt"], { mnemonic: "Image" }),
  action("out/s.cpp", ["s.ino"], { mnemonic: "ConvertSketch" }),
  compile("s", { inputs: [path("out/s.cpp")] }),
  action("out/core.a", ["out/b.o"], { mnemonic: "Archive" }),
  action("out/elf", ["out/a.o", "out/c.o", "out/s.o", "out/core.a"], { mnemonic: "Link" }),
  action("out/hex", ["out/elf"], { mnemonic: "Objcopy" })
)

const files = {
  "a.c": "#include \"x.h\"\n#include \"y.h\"\nA\n",
  "b.c": "#include \"x.h\"\nB\n",
  "c.c": "C\n",
  "x.h": "X\n",
  "y.h": "Y\n",
  "s.ino": "#include \"x.h\"\nS\n",
  "made.txt": "M\n"
}

const Step = Schema.Struct({
  what: Schema.Literals(["write", "write", "touch", "remove output", "write output", "shadow", "fail", "nothing"]),
  which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })),
  /** Whether two builds come at once, with no time between. */
  isHasty: Schema.Boolean
})

/** Plays steps in a workshop; returns what each build ran, and what it made. */
const play = Effect.fnUntraced(function*(steps: ReadonlyArray<typeof Step.Type>) {
  const workshop = yield* makeWorkshop(files)
  const { behaviours, cwd, fs } = workshop
  const outputs = graph.actions.flatMap((action) => action.outputs)
  const told: Array<unknown> = []
  const build = Effect.gen(function*() {
    // What a failure stops is a matter of moments.
    told.push((yield* workshop.build(graph, "keep-going")).toSorted())
    for (const output of outputs) told.push(yield* Effect.orElseSucceed(workshop.read(output), () => "none"))
  })
  const any = <A>(of: ReadonlyArray<A>, which: number) => of[which % of.length]!
  yield* workshop.settle
  yield* build
  for (const [index, { isHasty, what, which }] of steps.entries()) {
    yield* workshop.settle
    const source = any(Object.entries(files), which)
    const output = any(outputs, which)
    switch (what) {
      case "write":
        // Sometimes as it was, or with nothing but a comment.
        yield* workshop.write(
          source[0],
          which % 3 === 0 ? source[1] : `${source[1]}${which % 3 === 1 ? "//" : ""}${index}\n`
        )
        break
      case "touch":
        yield* fs.utimes(`${cwd}/${source[0]}`, which, which)
        break
      case "remove output":
        yield* Effect.ignore(fs.remove(`${cwd}/${output}`))
        break
      case "write output":
        yield* workshop.write(output, `not ours ${which}\n`)
        break
      case "shadow":
        if (yield* fs.exists(`${cwd}/x.h.gch`)) yield* fs.remove(`${cwd}/x.h.gch`)
        else yield* workshop.write("x.h.gch", "")
        break
      case "fail":
        yield* workshop.write(source[0], `${source[1]}${index}\n`)
        behaviours.set(any(graph.actions, which >> 3).id, ({ action }) => Effect.fail(failed(action)))
        break
    }
    yield* workshop.settle
    yield* build
    behaviours.clear()
    if (!isHasty) yield* workshop.settle
    yield* build
  }
  return told
})

describe("a process that remembers", () => {
  const Steps = Schema.Array(Step).check(Schema.isMaxLength(8))
  it.live.prop(
    "runs what others would run, and makes the same",
    { steps: Steps },
    ({ steps }) =>
      Effect.gen(function*() {
        const [one, other] = yield* Effect.all(
          [Effect.provide(play(steps), alone), Effect.provide(play(steps), remembering)],
          { concurrency: 2 }
        )
        assert.deepStrictEqual(other, one)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 25 }, timeout: 120_000 }
  )

  it.live("does not look closely at what has nothing to do with an edit", () =>
    Effect.gen(function*() {
      const disk = yield* Disk
      const asked: Array<string> = []
      const noting: Disk["Service"] = {
        ...disk,
        signature: (path) => {
          asked.push(path)
          return disk.signature(path)
        }
      }
      const askedFor = (name: string) => asked.some((path) => path.endsWith(`/${name}`))
      const layer = Layer.merge(remembering, Layer.succeed(Disk, noting))
      yield* Effect.gen(function*() {
        const workshop = yield* makeWorkshop(files)
        yield* workshop.settle
        yield* workshop.build(graph)
        yield* workshop.settle
        yield* workshop.build(graph)
        yield* workshop.settle
        yield* workshop.write("a.c", "A2\n")
        yield* workshop.settle
        asked.length = 0
        assert.deepStrictEqual(yield* workshop.build(graph), ["out/a.o", "out/elf", "out/hex"])
        assert.isTrue(askedFor("a.c"))
        assert.deepStrictEqual(["b.c", "c.c", "out/b.o", "made.txt"].filter(askedFor), [])
      }).pipe(Effect.scoped, Effect.provide(layer))
    }).pipe(Effect.provide(alone)))
})
