// @effect-diagnostics nodeBuiltinImport:off -- asks the system for memory, which no Effect service models
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { JobBudget, makeJobBudget, type WithPermit } from "./JobBudget.ts"

/** The bound on commands that run at once: the `-j` of the command line, and the budget of all requests. */
export class Jobs extends Context.Service<Jobs, {
  readonly count: number
  readonly withPermit: WithPermit
}>()("fbuild/exec/Jobs") {
  /** `count` is at least 1. */
  static readonly layer = (count: number): Layer.Layer<Jobs> =>
    Layer.effect(
      Jobs,
      Effect.gen(function*() {
        const budget = (yield* JobBudget) ?? makeJobBudget({ jobs: count, links: linksAtOnce })
        return Jobs.of({ count, withPermit: yield* budget.join(count) })
      })
    )
}

/** What a link with link-time optimisation of a large project needs, bytes. */
const linkBytes = 512 * 1024 * 1024
const mostLinks = 4

/** Links that there is memory for now, as far as this process may use it. */
export const linksAtOnce = (): number => Math.min(mostLinks, Math.floor(process.availableMemory() / linkBytes))
