import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeAfterwards } from "../../src/daemon/afterwards.ts"

/** What has never been sent until it is given up. */
const mute = (name: string, items: number) => ({
  sending: Effect.never,
  held: () => items,
  loss: () => `${name} is lost`
})

describe("what goes on behind requests", () => {
  it.live("goes on when its request has ended, and is waited for in the end", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const behind = yield* makeAfterwards((line) => lines.push(line))
      let sent = false
      const sending = Effect.andThen(Effect.sleep(50), Effect.sync(() => sent = true))
      const request = behind.goOn({
        sending: Effect.asVoid(sending),
        held: () => 1,
        loss: () => sent ? undefined : "it is lost"
      })
      // A request that was interrupted hands on what it has in its finalizer.
      yield* Effect.exit(Effect.onExit(Effect.interrupt, () => request))
      assert.isFalse(sent)
      yield* behind.settled(5000)
      assert.isTrue(sent)
      assert.deepStrictEqual(lines, [])
    }))

  it.live("is waited for no longer than it may take, and given up with the daemon", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const started = performance.now()
      yield* Effect.scoped(Effect.gen(function*() {
        const behind = yield* makeAfterwards((line) => lines.push(line))
        yield* behind.goOn(mute("one", 1))
        yield* behind.settled(50)
      }))
      assert.isBelow(performance.now() - started, 1000)
      assert.deepStrictEqual(lines, ["one is lost"])
    }))

  it.live("is bounded: the oldest is given up", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const behind = yield* makeAfterwards((line) => lines.push(line))
      for (let index = 0; index < 34; index++) yield* behind.goOn(mute(String(index), 1))
      assert.deepStrictEqual(lines, ["0 is lost", "1 is lost"])
      yield* behind.goOn(mute("large", 131_073))
      assert.strictEqual(lines.at(-1), "2 is lost")
      yield* behind.goOn(mute("next", 1))
      assert.strictEqual(lines.at(-1), "large is lost", "and all before it")
      assert.lengthOf(lines, 35)
    }))

  it.effect("knows who takes what", () =>
    Effect.gen(function*() {
      const { isTaken, note } = yield* makeAfterwards(() => {})
      assert.isUndefined(isTaken(["a"]))
      note(["a", "b"], true)
      assert.isTrue(isTaken(["a", "b"]))
      assert.isUndefined(isTaken(["a", "c"]))
      note(["b"], false)
      assert.isFalse(isTaken(["a", "b", "c"]))
      assert.isTrue(isTaken(["a"]))
      for (let index = 0; index < 100; index++) note([String(index)], true)
      assert.isUndefined(isTaken(["a"]), "of a hundred the oldest is forgotten")
    }))
})
