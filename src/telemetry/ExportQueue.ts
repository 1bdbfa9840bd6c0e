import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import { type Sender, type Sent, unanswered } from "./Sender.ts"

/** Sends items of one signal in batches, one request at a time. Whatever an endpoint does, memory stays bounded. */
export interface ExportQueue<A> {
  readonly push: (item: A) => void
  /** Sends what is waiting, unless that is going on already. */
  readonly send: Effect.Effect<void>
  /** When the request was made that has not been answered yet, ms; `undefined`: none. */
  readonly askedMillis: () => number | undefined
  /** Completes when it is known what became of the first request, or that there will be none. */
  readonly heard: Effect.Effect<void>
  /** Whether the endpoint has taken what it was sent last; `undefined`: not known, and something waits. */
  readonly isTaken: () => boolean | undefined
  /**
   * The last to be called. Sends what is left, and ends after `millis` at the latest; whoever is sending already gets
   * `firstMillis`. An endpoint that nobody answers at is not asked again, one that answers is.
   */
  readonly drain: (millis: number, firstMillis: number) => Effect.Effect<void>
  /** How many items have not arrived yet. */
  readonly held: () => number
  /** What is lost, and why; `undefined`: nothing. */
  readonly loss: (held: Held) => { readonly count: number; readonly reason: string } | undefined
}

/** What is thought of items that have not arrived yet. */
export type Held = "may arrive" | "lost"

/** Items that are sent together, encoded some at a time so that nothing takes long, or as a whole. */
export interface Batch<A> {
  readonly add: (item: A) => void
  /** What its items take, as far as that is known yet. */
  readonly bytes: () => number
  /** To be called once, after the last `add`. */
  readonly body: () => HttpBody
}

export interface QueueOptions<A> {
  readonly sender: Sender
  readonly batch: () => Batch<A>
  /** For one request, ms. */
  readonly timeoutMillis: number
  readonly maxQueue: number
  readonly maxBatch: number
}

/**
 * A batch is full then, bytes. Receivers refuse what is larger than 4 MiB by gRPC, and the Collector than 20 MiB by HTTP. Sources:
 * gRPC, "Maximum message size"; the Collector's `confighttp`.
 */
const fullBytes = 1024 * 1024
/** What may wait, bytes. */
const mostBytes = 64 * fullBytes

interface Sealed {
  readonly count: number
  readonly bytes: number
  readonly body: HttpBody
}

export const makeExportQueue = Effect.fnUntraced(function*<A>(options: QueueOptions<A>) {
  const { batch, maxBatch, maxQueue, sender, timeoutMillis } = options
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const turn = yield* Semaphore.make(1)
  const firstHeard = Deferred.makeUnsafe<void>()
  const sealed: Array<Sealed> = []
  let open: { readonly batch: Batch<A>; count: number } | undefined
  let held = 0
  /** Of those that are not in the open batch. */
  let heldBytes = 0
  let lost = 0
  let reason = ""
  let isTaken: boolean | undefined
  /** Whether somebody was there when it was asked last. */
  let isAnswering = true
  let pausedUntil = 0
  let askedMillis: number | undefined

  const lose = (count: number, why: string) => {
    lost += count
    reason = why
  }

  const seal = () => {
    if (open === undefined) return
    const { batch, count } = open
    open = undefined
    try {
      const body = batch.body()
      const bytes = batch.bytes()
      sealed.push({ count, bytes, body })
      heldBytes += bytes
    } catch (cause) {
      // What cannot be encoded is lost, and the build goes on.
      held -= count
      lose(count, String(cause))
    }
  }

  const release = ({ bytes, count }: Sealed) => {
    held -= count
    heldBytes -= bytes
  }

  /** Sends one batch, and waits for the answer at most this long, ms. */
  const post = ({ body }: Sealed, patience: number) =>
    Effect.suspend(() => {
      askedMillis = now()
      return sender(body)
    }).pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(patience),
        orElse: () => Effect.succeed(unanswered("no answer in time"))
      }),
      // Clients may end by an interruption that nobody asked for.
      Effect.catchCause((cause) =>
        Effect.succeed<Sent>(
          Cause.hasInterruptsOnly(cause)
            ? unanswered("connection closed")
            : { _tag: "Failed", reason: String(Cause.squash(cause)), retryMillis: undefined, isAnswer: false }
        )
      ),
      Effect.ensuring(Effect.sync(() => askedMillis = undefined)),
      // What sends spans must not make any.
      Effect.withTracerEnabled(false)
    )

  /** Sends all that waits until then, ms since 1970. In the end it waits for an endpoint that has asked for a pause. */
  const sendAll = (until: number, when: "meanwhile" | "in the end") =>
    Effect.gen(function*() {
      // What comes while this is on its way waits for the next time: requests cost more than what is in them.
      if (when === "meanwhile") seal()
      while (held > 0) {
        const pause = pausedUntil - now()
        if (pause > 0) {
          if (when === "meanwhile" || !isAnswering || pausedUntil >= until) return
          yield* Effect.sleep(Duration.millis(pause))
        }
        const rest = until - now()
        if (rest <= 0) {
          reason ||= "no answer in time"
          return
        }
        if (sealed.length === 0 && when === "in the end") seal()
        const next = sealed.shift()
        if (next === undefined) return
        const sent = yield* post(next, Math.min(timeoutMillis, rest))
        isTaken = sent._tag === "Delivered"
        isAnswering = sent._tag === "Delivered" || sent.isAnswer
        if (sent._tag === "Delivered") {
          release(next)
          if (sent.rejected !== undefined) lose(sent.rejected.count, sent.rejected.reason || "refused")
        } else if (sent.retryMillis === undefined) {
          release(next)
          lose(next.count, sent.reason)
        } else {
          sealed.unshift(next)
          reason = sent.reason
          pausedUntil = now() + sent.retryMillis
        }
        yield* Deferred.succeed(firstHeard, undefined)
      }
    })

  const result: ExportQueue<A> = {
    askedMillis: () => askedMillis,
    heard: Deferred.await(firstHeard),
    isTaken: () => isTaken ?? (held === 0 ? true : undefined),
    held: () => held,
    send: Effect.asVoid(turn.withPermitsIfAvailable(1)(sendAll(Number.POSITIVE_INFINITY, "meanwhile"))),
    push: (item) => {
      const isLarge = heldBytes >= mostBytes
      if (held >= maxQueue || isLarge) {
        lost++
        reason ||= `more than ${isLarge ? "64 MiB" : maxQueue} waited`
        return
      }
      open ??= { batch: batch(), count: 0 }
      try {
        open.batch.add(item)
      } catch (cause) {
        // What is there of the batch may have a part of this in it.
        held -= open.count
        lose(open.count + 1, String(cause))
        open = undefined
        return
      }
      held++
      if (++open.count >= maxBatch || open.batch.bytes() >= fullBytes) seal()
    },
    drain: (millis, firstMillis) =>
      // This is called where nothing is interruptible by itself.
      Effect.interruptible(Effect.suspend(() => {
        const until = now() + millis
        return turn.take(1).pipe(
          Effect.timeoutOption(Duration.millis(firstMillis)),
          Effect.flatMap((taken) => Option.isNone(taken) ? Effect.void : sendAll(until, "in the end")),
          Effect.ensuring(Deferred.succeed(firstHeard, undefined))
        )
      })),
    loss: (what) => {
      const count = what === "lost" ? lost + held : lost
      return count === 0 ? undefined : { count, reason: reason || "no answer in time" }
    }
  }
  return result
})
