import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ActionError } from "../../src/exec/ActionError.ts"
import { ActionRunner, type Success } from "../../src/exec/ActionRunner.ts"
import { BuildReporter } from "../../src/exec/BuildReporter.ts"
import { type ExecuteOptions, Executor } from "../../src/exec/Executor.ts"
import type { Action } from "../../src/plan/Action.ts"
import { type ActionGraph, dependenciesOf } from "../../src/plan/ActionGraph.ts"
import { action, graphOf } from "../plan/actions.ts"
import { failed } from "./workshop.ts"

type Run = (action: Action) => Effect.Effect<Success, ActionError>

const reporter = Layer.succeed(BuildReporter, BuildReporter.of({ emit: () => Effect.void }))

/** Executes a graph with `run` in the runner's place. */
const execute = Effect.fnUntraced(function*(
  graph: ActionGraph,
  run: Run,
  onFailure: ExecuteOptions["onFailure"] = "stop",
  undecided?: ReadonlyArray<string>
) {
  const log: Array<string> = []
  const stood: Array<string> = []
  let commits = 0
  const runner = Layer.succeed(
    ActionRunner,
    ActionRunner.of({
      run: (action) =>
        Effect.suspend(() => {
          log.push(action.id)
          return run(action)
        }),
      undecided: Effect.succeed(undecided && new Set(graph.actions.filter(({ id }) => undecided.includes(id)))),
      stand: (actions) => Effect.sync(() => stood.push(...Array.from(actions, ({ id }) => id))),
      surelyRun: ({ actions }) => Effect.succeed(new Set(actions.filter(({ id }) => id === "sure.o"))),
      commit: () => Effect.sync(() => void commits++)
    })
  )
  const exit = yield* Effect.flatMap(Executor, (executor) => executor.execute(graph, { onFailure })).pipe(
    Effect.provide(Layer.provide(Executor.layer, [runner, reporter]), { local: true }),
    Effect.exit
  )
  const outcomes = Exit.isSuccess(exit) ? [...exit.value].map(([{ id }, { _tag }]) => `${id} ${_tag}`) : []
  return { exit, log, stood, outcomes, commits }
})

const done = Effect.succeed("Executed" as const)

const graph = graphOf(
  action("a.o", ["a.c"]),
  action("b.o", ["b.c"]),
  action("core.a", ["a.o"]),
  action("elf", ["core.a", "b.o"])
)

describe("Executor", () => {
  it.live("starts what surely runs before it looks at the others", () =>
    Effect.gen(function*() {
      const graph = graphOf(action("a.o"), action("b.o"), action("sure.o"), action("elf", ["a.o", "b.o", "sure.o"]))
      const { log } = yield* execute(graph, () => Effect.succeed("UpToDate"))
      assert.deepStrictEqual(log, ["sure.o", "a.o", "b.o", "elf"])
    }))

  it.effect("looks only at what is undecided, and tells of the others that they stand", () =>
    Effect.gen(function*() {
      const { log, outcomes, stood } = yield* execute(graph, () => done, "stop", ["b.o", "elf"])
      assert.deepStrictEqual(log, ["b.o", "elf"])
      assert.deepStrictEqual(stood, ["a.o", "core.a"])
      assert.deepStrictEqual(outcomes, ["a.o UpToDate", "b.o Executed", "core.a UpToDate", "elf Executed"])
    }))

  it.effect("runs each action once, its dependencies first", () =>
    Effect.gen(function*() {
      const { commits, log, outcomes } = yield* execute(graph, ({ id }) =>
        id === "b.o" ? Effect.succeed("UpToDate") : done)
      assert.deepStrictEqual(outcomes, ["a.o Executed", "b.o UpToDate", "core.a Executed", "elf Executed"])
      assert.deepStrictEqual(log.toSorted(), ["a.o", "b.o", "core.a", "elf"])
      assert.strictEqual(log.at(-1), "elf")
      assert.strictEqual(commits, 1)
    }))

  it.effect("starts an action the moment its own inputs are there", () =>
    Effect.gen(function*() {
      const archived = yield* Deferred.make<void>()
      // b.o waits for core.a: it is done only because core.a does not wait for b.o.
      const { exit } = yield* execute(graph, ({ id }) =>
        id === "core.a"
          ? Effect.andThen(Deferred.succeed(archived, undefined), done)
          : id === "b.o"
          ? Effect.andThen(Deferred.await(archived), done)
          : done)
      assert.isTrue(Exit.isSuccess(exit))
    }))

  it.effect("a failure interrupts what runs and starts nothing more", () =>
    Effect.gen(function*() {
      const running = yield* Deferred.make<void>()
      let interrupted = false
      const { commits, log, outcomes } = yield* execute(graph, (action) =>
        action.id === "a.o"
          ? Effect.andThen(Deferred.await(running), Effect.fail(failed(action)))
          : Effect.andThen(Deferred.succeed(running, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => interrupted = true))
          ))
      assert.isTrue(interrupted)
      assert.deepStrictEqual(log.toSorted(), ["a.o", "b.o"])
      assert.deepStrictEqual(outcomes, ["a.o Failed", "b.o Cancelled", "core.a Cancelled", "elf Cancelled"])
      assert.strictEqual(commits, 1)
    }))

  it.effect("keep-going runs all that does not need what failed", () =>
    Effect.gen(function*() {
      const { outcomes } = yield* execute(
        graph,
        (action) => action.id === "a.o" ? Effect.fail(failed(action)) : done,
        "keep-going"
      )
      assert.deepStrictEqual(outcomes, ["a.o Failed", "b.o Executed", "core.a Cancelled", "elf Cancelled"])
    }))

  it.effect("a defect is no outcome: it comes out, and traces are kept", () =>
    Effect.gen(function*() {
      for (const onFailure of ["stop", "keep-going"] as const) {
        const { commits, exit } = yield* execute(
          graph,
          ({ id }) => id === "b.o" ? Effect.die("broken") : done,
          onFailure
        )
        assert.isTrue(Exit.hasDies(exit))
        assert.strictEqual(commits, 1)
      }
    }))

  it.effect("interruption ends the children, and traces are kept", () =>
    Effect.gen(function*() {
      const running = yield* Deferred.make<void>()
      let ended = 0
      let commits = 0
      const run = Effect.andThen(Deferred.succeed(running, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Effect.sync(() => ended++))
      )
      const fiber = yield* Effect.flatMap(Executor, (executor) => executor.execute(graph, { onFailure: "stop" })).pipe(
        Effect.provide(
          Layer.provide(Executor.layer, [
            Layer.succeed(
              ActionRunner,
              ActionRunner.of({
                run: () => run,
                undecided: Effect.succeed(undefined),
                stand: () => Effect.void,
                surelyRun: () => Effect.succeed(new Set()),
                commit: () => Effect.sync(() => void commits++)
              })
            ),
            reporter
          ]),
          { local: true }
        ),
        Effect.forkChild
      )
      yield* Deferred.await(running)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(ended, 2)
      assert.strictEqual(commits, 1)
    }))

  it.effect.prop("any graph comes to an end, with all that can run having run once", {
    dag: Schema.Array(Schema.Struct({
      needs: Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 99 })))),
      fails: Schema.Literals([true, false, false, false])
    }))
  }, ({ dag }) =>
    Effect.gen(function*() {
      const random = graphOf(
        ...dag.map(({ needs }, index) =>
          action(`${index}`, index === 0 ? [] : needs.map((need) => String(need % index)))
        )
      )
      const bad = new Set(dag.flatMap(({ fails }, index) => fails ? [String(index)] : []))
      const { exit, log } = yield* execute(
        random,
        (one) => bad.has(one.id) ? Effect.fail(failed(one)) : done,
        "keep-going"
      )
      assert.strictEqual(new Set(log).size, log.length)
      if (!Exit.isSuccess(exit)) return assert.fail("no outcomes")
      for (const [one, outcome] of exit.value) {
        const blocked = [...dependenciesOf(random, one)].some((needed) => {
          const tag = exit.value.get(needed)!._tag
          return tag === "Failed" || tag === "Cancelled"
        })
        assert.strictEqual(outcome._tag, blocked ? "Cancelled" : bad.has(one.id) ? "Failed" : "Executed")
      }
    }), { arbitrary: { runs: 50 } })
})
