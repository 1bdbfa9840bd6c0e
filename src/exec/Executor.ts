import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { inTurns } from "../domain/inTurns.ts"
import { manySmall } from "../domain/steps.ts"
import type { Action } from "../plan/Action.ts"
import { type ActionGraph, dependenciesOf } from "../plan/ActionGraph.ts"
import type { ActionError } from "./ActionError.ts"
import { ActionRunner, type Success } from "./ActionRunner.ts"
import { BuildReporter } from "./BuildReporter.ts"
import { LastDurations, longestFirst } from "./longestFirst.ts"

/** What became of an action. `Cancelled`: it did not run because another one failed. */
export type ActionOutcome =
  | { readonly _tag: Success }
  | { readonly _tag: "Failed"; readonly error: ActionError }
  | { readonly _tag: "Cancelled" }

export interface ExecuteOptions {
  /** After a failure: stop everything, or go on with what does not depend on it (`-k`). */
  readonly onFailure: "stop" | "keep-going"
  /** Runs when commands have been interrupted, once they have ended. */
  readonly interrupted?: Effect.Effect<void>
}

/** Runs the actions of a graph, each the moment its inputs exist. */
export class Executor extends Context.Service<Executor, {
  /** The outcome of every action, in the order of the graph. Interruption ends every child and then returns. */
  readonly execute: (
    graph: ActionGraph,
    options: ExecuteOptions
  ) => Effect.Effect<ReadonlyMap<Action, ActionOutcome>>
}>()("fbuild/exec/Executor") {
  static readonly layer = Layer.effect(
    Executor,
    Effect.gen(function*() {
      const runner = yield* ActionRunner
      const reporter = yield* BuildReporter
      const lasted = yield* LastDurations

      const execute = Effect.fnUntraced(function*(graph: ActionGraph, options: ExecuteOptions) {
        const outcomes = new Map<Action, ActionOutcome>(graph.actions.map((action) => [action, { _tag: "Cancelled" }]))
        const done = new Map(
          graph.actions.map((action) => [action, Deferred.makeUnsafe<ActionOutcome["_tag"]>()] as const)
        )

        const one = Effect.fnUntraced(function*(action: Action) {
          for (const needed of dependenciesOf(graph, action)) {
            const outcome = yield* Deferred.await(done.get(needed)!)
            if (outcome === "Failed" || outcome === "Cancelled") return "Cancelled" as const
          }
          const exit = yield* Effect.exit(runner.run(action))
          if (Exit.isSuccess(exit)) {
            outcomes.set(action, { _tag: exit.value })
            return exit.value
          }
          const error = Cause.findErrorOption(exit.cause)
          if (Option.isNone(error)) return yield* Effect.failCause(exit.cause)
          outcomes.set(action, { _tag: "Failed", error: error.value })
          return "Failed" as const
        })

        const settle = (action: Action) =>
          Effect.flatMap(one(action), (outcome) => {
            Deferred.doneUnsafe(done.get(action)!, Exit.succeed(outcome))
            return outcome === "Failed" && options.onFailure === "stop" ? Effect.fail("stop" as const) : Effect.void
          })

        const all = { concurrency: "unbounded", discard: true } as const
        const settleAll = Effect.fnUntraced(function*(actions: ReadonlyArray<Action>) {
          const ordered = yield* inTurns(() => longestFirst({ ...graph, actions }, (action) => lasted.get(action)))
          // To start ten thousand fibers takes a tenth of a second, in which nobody else has a turn.
          yield* Effect.forEach(Arr.chunksOf(ordered, manySmall), (some) => Effect.forEach(some, settle, all), all)
        })

        const first = yield* runner.surelyRun(graph)
        const others = graph.actions.filter((action) => !first.has(action))
        // While the first commands run there is time to look at the others.
        const look = Effect.gen(function*() {
          const undecided = yield* runner.undecided
          const standing = undecided === undefined ? [] : others.filter((action) => !undecided.has(action))
          for (const action of standing) {
            outcomes.set(action, { _tag: "UpToDate" })
            Deferred.doneUnsafe(done.get(action)!, Exit.succeed("UpToDate"))
          }
          const left = undecided === undefined ? others : others.filter((action) => undecided.has(action))
          yield* Effect.all([settleAll(left), runner.stand(standing)], all)
        })
        yield* Effect.all([settleAll([...first]), look], all).pipe(
          Effect.onError(() => options.interrupted ?? Effect.void),
          Effect.ignore,
          Effect.ensuring(commit(graph))
        )
        return outcomes
      })

      // What cannot be kept costs the next build time; the outputs of this one are in place.
      const commit = (graph: ActionGraph) =>
        Effect.catch(
          runner.commit(graph.actions),
          ({ message, path }) => reporter.emit({ _tag: "Warning", error: { _tag: "DiskError", message, path } })
        )

      return Executor.of({ execute })
    })
  )
}
