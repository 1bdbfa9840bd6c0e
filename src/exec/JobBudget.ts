import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A link may take hundreds of MB: it needs memory besides a permit. */
export type JobKind = "command" | "link"

export interface JobBudgetOptions {
  /** Commands at once. */
  readonly jobs: number
  /** Links at once that the memory there is now is good for; the first one always runs. */
  readonly links: () => number
}

/**
 * Commands that run at once, of all requests of a process. A request that asks for more than the budget by its own `-j`
 * raises it while it runs, as if it were alone. Of requests that wait, the one with the fewest commands running is next,
 * the one that has waited for longest among equals: none waits for ever, and a large build does not hold up a small one.
 */
export interface JobBudget {
  /** Makes a request part of it until the scope ends: runs effects, at most `count` of its own at once. */
  readonly join: (count: number) => Effect.Effect<WithPermit, never, Scope.Scope>
}

/** Waits for a permit and holds it while the effect runs, or until it runs `release`. */
export type WithPermit = <A, E, R>(
  use: (release: Effect.Effect<void>) => Effect.Effect<A, E, R>,
  kind?: JobKind
) => Effect.Effect<A, E, R>

/** That of a daemon. Without one, each build has its own. */
export const JobBudget = Context.Reference<JobBudget | undefined>("fbuild/exec/JobBudget", {
  defaultValue: () => undefined
})

interface Waiter {
  readonly member: Member
  readonly kind: JobKind
  /** Who came first has the lower one. */
  readonly ticket: number
  readonly ready: Deferred.Deferred<void>
}

interface Member {
  readonly count: number
  running: number
  /** In the order they came. */
  readonly waiting: Set<Waiter>
}

export const makeJobBudget = ({ jobs, links }: JobBudgetOptions): JobBudget => {
  const members = new Set<Member>()
  const running = { command: 0, link: 0 }
  let tickets = 0

  const next = (): Waiter | undefined => {
    const capacity = Math.max(jobs, ...[...members].map(({ count }) => count))
    if (running.command + running.link >= capacity) return undefined
    let allowsLink: boolean | undefined
    const fits = ({ kind }: Waiter) =>
      kind === "command" || (allowsLink ??= running.link === 0 || running.link < links())
    let found: Waiter | undefined
    for (const member of members) {
      if (member.running >= member.count || member.waiting.size === 0) continue
      const first = firstOf(member.waiting, fits)
      if (first !== undefined && (found === undefined || isBefore(first, found))) found = first
    }
    return found
  }

  const grant = () => {
    for (let waiter = next(); waiter !== undefined; waiter = next()) {
      waiter.member.waiting.delete(waiter)
      waiter.member.running++
      running[waiter.kind]++
      Deferred.doneUnsafe(waiter.ready, Effect.void)
    }
  }

  /** Gives a permit back, or a place in the queue; once. */
  const leaveOf = (waiter: Waiter) => {
    let hasLeft = false
    return Effect.sync(() => {
      if (hasLeft) return
      hasLeft = true
      if (!waiter.member.waiting.delete(waiter)) {
        waiter.member.running--
        running[waiter.kind]--
      }
      grant()
    })
  }

  const withPermitOf = (member: Member): WithPermit => (use, kind = "command") =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const waiter: Waiter = { member, kind, ticket: tickets++, ready: Deferred.makeUnsafe() }
        const leave = leaveOf(waiter)
        member.waiting.add(waiter)
        grant()
        return restore(Effect.andThen(Deferred.await(waiter.ready), use(leave))).pipe(Effect.ensuring(leave))
      })
    )

  return {
    join: (count) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const member: Member = { count, running: 0, waiting: new Set() }
          members.add(member)
          return member
        }),
        (member) =>
          Effect.sync(() => {
            members.delete(member)
            grant()
          })
      ).pipe(Effect.map(withPermitOf))
  }
}

/** Not a copy of the set: ten thousand may wait, and each command that ends asks. */
const firstOf = <A>(all: Iterable<A>, isWanted: (one: A) => boolean): A | undefined => {
  for (const one of all) if (isWanted(one)) return one
  return undefined
}

const isBefore = (one: Waiter, other: Waiter): boolean =>
  one.member.running === other.member.running
    ? one.ticket < other.ticket
    : one.member.running < other.member.running
