import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { longestFirst } from "../../src/exec/longestFirst.ts"
import { type ActionGraph, dependenciesOf } from "../../src/plan/ActionGraph.ts"
import { action, graphOf } from "../plan/actions.ts"

const orderOf = (...given: Parameters<typeof longestFirst>) =>
  Result.getOrThrow(Result.gen(() => longestFirst(...given)))

const ordered = (graph: ActionGraph, times: Readonly<Record<string, number>>) =>
  orderOf(graph, ({ id }) => times[id]).map(({ id }) => id as string)

const graph = graphOf(
  action("main.o", ["main.cpp"]),
  action("a.o", ["a.c"]),
  action("b.o", ["b.c"]),
  action("core.a", ["a.o", "b.o"]),
  action("elf", ["main.o", "core.a"])
)

const ms = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))
const index = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 99 })))

describe("longestFirst", () => {
  it("leaves the graph's order where nothing is known", () => {
    assert.deepStrictEqual(ordered(graph, {}), ["main.o", "a.o", "b.o", "core.a", "elf"])
  })

  it("starts with what the end of the build waits for longest", () => {
    const times = { "main.o": 40, "a.o": 10, "b.o": 70, "core.a": 5, elf: 80 }
    assert.deepStrictEqual(ordered(graph, times), ["b.o", "main.o", "a.o", "core.a", "elf"])
    // A short source before a long archive is more urgent than a long source before the link alone.
    assert.deepStrictEqual(ordered(graph, { ...times, "core.a": 50 }), ["b.o", "a.o", "core.a", "main.o", "elf"])
  })

  it("takes what is not known for the mean of the others", () => {
    const times = { "a.o": 10, "b.o": 60, "core.a": 0, elf: 50 }
    assert.deepStrictEqual(ordered(graph, times), ["b.o", "main.o", "a.o", "core.a", "elf"])
  })

  it.prop("every action once, each behind all that it needs", {
    dag: Schema.Array(Schema.Struct({ needs: Schema.Array(index), time: Schema.optionalKey(ms) }))
  }, ({ dag }) => {
    const random = graphOf(
      ...dag.map(({ needs }, at) => action(`${at}`, at === 0 ? [] : needs.map((need) => String(need % at))))
    )
    const order = orderOf(random, ({ id }) => dag[Number(id)]!.time)
    assert.strictEqual(new Set(order).size, dag.length)
    const place = new Map(order.map((one, at) => [one, at]))
    for (const one of order) {
      for (const needed of dependenciesOf(random, one)) assert.isBelow(place.get(needed)!, place.get(one)!)
    }
  })
})
