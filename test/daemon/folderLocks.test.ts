import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { makeFolderLocks } from "../../src/daemon/folderLocks.ts"

const space = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-locks-")))
afterAll(() => Fs.rmSync(space, { recursive: true }))

/** Two requests that note when they run and what they are told. */
function requests() {
  const lockOf = makeFolderLocks()
  const events: Array<string> = []
  const note = (event: string) => Effect.sync(() => void events.push(event))
  const request = (name: string) => {
    const lock = lockOf({ command: `fbuild ${name}`, tell: (text) => note(`${name} is told: ${text.trimEnd()}`) })
    const hold = (folders: ReadonlyArray<string>, until: Effect.Effect<unknown>) =>
      lock.hold(
        folders,
        note(`${name} begins`).pipe(Effect.andThen(until), Effect.ensuring(note(`${name} ends`)))
      )
    return hold
  }
  return { request, events }
}

describe("locks of build folders", () => {
  it.effect("are had in order, and who waits is told why", () =>
    Effect.gen(function*() {
      const { events, request } = requests()
      const done = yield* Deferred.make<void>()
      const folder = `${space}/.fbuild/build/uno`
      const first = yield* Effect.forkChild(request("first")([folder], Deferred.await(done)), {
        startImmediately: true
      })
      yield* TestClock.adjust(1500)
      const second = yield* Effect.forkChild(request("second")([folder], Effect.void), { startImmediately: true })
      const third = yield* Effect.forkChild(request("third")([folder], Effect.void), { startImmediately: true })
      yield* Deferred.succeed(done, undefined)
      yield* Effect.forEach([first, second, third], Fiber.join)
      assert.deepStrictEqual(events, [
        "first begins",
        `second is told: waiting for fbuild first, which has used ${folder} for 1.5 s`,
        `third is told: waiting for fbuild first, which has used ${folder} for 1.5 s`,
        "first ends",
        "second begins",
        "second ends",
        "third begins",
        "third ends"
      ])
    }))

  it.effect("tell how long they have been held when the clock has been set", () =>
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      let wall = 1_000_000_000
      const set = Clock.Clock.of(Object.assign(Object.create(clock), {
        currentTimeMillis: Effect.sync(() => wall),
        currentTimeMillisUnsafe: () => wall
      }))
      const { events, request } = requests()
      const done = yield* Deferred.make<void>()
      const folder = `${space}/.fbuild/build/clock`
      const first = yield* Effect.forkChild(
        Effect.provideService(request("first")([folder], Deferred.await(done)), Clock.Clock, set),
        { startImmediately: true }
      )
      yield* TestClock.adjust(1500)
      wall -= 86_400_000
      const second = yield* Effect.forkChild(
        Effect.provideService(request("second")([folder], Effect.void), Clock.Clock, set),
        { startImmediately: true }
      )
      yield* Deferred.succeed(done, undefined)
      yield* Effect.forEach([first, second], Fiber.join)
      assert.include(events, `second is told: waiting for fbuild first, which has used ${folder} for 1.5 s`)
    }))

  it.effect("are of folders, whatever their names", () =>
    Effect.gen(function*() {
      Fs.mkdirSync(`${space}/real`)
      Fs.symlinkSync(`${space}/real`, `${space}/link`)
      const { events, request } = requests()
      const done = yield* Deferred.make<void>()
      yield* Effect.forkChild(request("a")([`${space}/real/.fbuild/x`], Deferred.await(done)), {
        startImmediately: true
      })
      yield* request("b")([`${space}/real/.fbuild/y`], Effect.void)
      const c = yield* Effect.forkChild(request("c")([`${space}/link/.fbuild/x`], Effect.void), {
        startImmediately: true
      })
      assert.notInclude(events, "c begins")
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(c)
      assert.include(events, "c ends")
    }))

  it.effect("are not waited for by an interrupted request, nor kept by one", () =>
    Effect.gen(function*() {
      const { events, request } = requests()
      const first = yield* Effect.forkChild(request("first")([`${space}/x`], Effect.never), { startImmediately: true })
      const second = yield* Effect.forkChild(request("second")([`${space}/x`], Effect.void), { startImmediately: true })
      const third = yield* Effect.forkChild(request("third")([`${space}/x`], Effect.void), { startImmediately: true })
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(first)
      yield* Fiber.join(third)
      assert.notInclude(events, "second begins")
      assert.deepStrictEqual(events.slice(-2), ["third begins", "third ends"])
    }))

  it.effect("of several folders do not wait for each other", () =>
    Effect.gen(function*() {
      const { request } = requests()
      yield* Effect.all([
        request("a")([`${space}/x`, `${space}/y`], Effect.yieldNow),
        request("b")([`${space}/y`, `${space}/x`, `${space}/y`], Effect.yieldNow)
      ], { concurrency: 2 })
    }))
})
