import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { dependenciesOf, makeGraph } from "../../src/plan/ActionGraph.ts"
import { action, graphOf, path } from "./actions.ts"

/** For each action of a graph without cycles, earlier actions that it needs; and an order to give them in. */
const Dag = Schema.Array(Schema.Struct({
  needs: Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 999 })))),
  place: Schema.Int
}))

const ids = (actions: ReadonlyArray<{ readonly id: string }>) => actions.map(({ id }) => id)

describe("makeGraph", () => {
  it("puts producers first and keeps the given order otherwise", () => {
    const graph = graphOf(
      action("elf", ["b.o", "a.o", "core.a"]),
      action("z.o", ["z.c"]),
      action("a.o", ["a.c"]),
      action("core.a", ["c.o"]),
      action("b.o", ["b.c"]),
      action("c.o", ["c.c"])
    )
    assert.deepStrictEqual(ids(graph.actions), ["b.o", "a.o", "c.o", "core.a", "elf", "z.o"])
  })

  it("knows who makes depfiles and second outputs", () => {
    const compile = action("a.o", ["a.c"], { depfile: path("a.d") })
    const link = action(["elf", "map"], ["a.o"])
    const graph = graphOf(link, compile, action("x", ["map"]))
    assert.strictEqual(graph.producers.get("a.d"), compile)
    assert.deepStrictEqual(ids(graph.actions), ["a.o", "elf", "x"])
    assert.deepStrictEqual([...dependenciesOf(graph, link)], [compile])
  })

  it("counts an action that makes two inputs once", () => {
    const two = action(["elf", "map"])
    const graph = graphOf(two, action("report", ["elf", "map"]))
    assert.deepStrictEqual([...dependenciesOf(graph, graph.actions[1]!)], [two])
  })

  it("refuses two actions with one output, and says from what they make it", () => {
    const error = Result.getOrThrow(Result.flip(makeGraph([action("x.o", ["a/x.c"]), action("x.o", ["b/x.c"])])))
    assert.strictEqual(error._tag, "DuplicateOutput")
    assert.strictEqual(error.message, "two actions write x.o: from a/x.c and from b/x.c")
  })

  it("refuses a depfile that is another action's output", () => {
    const actions = [action("x.d", ["x.txt"]), action("x.o", ["x.c"], { depfile: path("x.d") })]
    assert.strictEqual(Result.getOrThrow(Result.flip(makeGraph(actions)))._tag, "DuplicateOutput")
  })

  it("refuses a cycle, and names it without what leads to it", () => {
    const actions = [action("start", ["a"]), action("a", ["b"]), action("b", ["c"]), action("c", ["a"])]
    const error = Result.getOrThrow(Result.flip(makeGraph(actions)))
    assert.strictEqual(error.message, "actions wait for each other: a → b → c → a")
  })

  it("refuses an action that waits for itself", () => {
    const error = Result.getOrThrow(Result.flip(makeGraph([action("a", ["a"])])))
    assert.strictEqual(error.message, "actions wait for each other: a → a")
  })

  it("orders a chain longer than the call stack", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => action(`${index}`, [`${index + 1}`]))
    const graph = Result.getOrThrow(makeGraph(chain))
    assert.strictEqual(graph.actions[0]!.id, "9999")
    assert.strictEqual(graph.actions[9999]!.id, "0")
  })

  it.prop("the order respects every edge and loses nothing", { dag: Dag }, ({ dag }) => {
    const actions = dag.map(({ needs }, index) =>
      action(`${index}`, index === 0 ? ["source"] : needs.map((need) => String(need % index)))
    )
    const given = dag.map(({ place }, index) => ({ place, index })).sort((a, b) =>
      a.place - b.place || a.index - b.index
    )
    const graph = graphOf(...given.map(({ index }) => actions[index]!))
    const position = new Map(graph.actions.map((one, index) => [one, index]))
    assert.strictEqual(position.size, actions.length)
    for (const one of graph.actions) {
      for (const needed of dependenciesOf(graph, one)) assert.isBelow(position.get(needed)!, position.get(one)!)
    }
  }, { arbitrary: { runs: 100 } })
})
