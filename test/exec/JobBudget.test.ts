import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { type JobKind, makeJobBudget } from "../../src/exec/JobBudget.ts"

/** Counts what runs at once: of each request, of links, of all. */
const makeGauge = () => {
  const now = new Map<unknown, number>()
  const most = new Map<unknown, number>()
  const add = (key: unknown, count: number) => {
    now.set(key, (now.get(key) ?? 0) + count)
    most.set(key, Math.max(most.get(key) ?? 0, now.get(key)!))
  }
  const during = <A, E>(keys: ReadonlyArray<unknown>, effect: Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => keys.forEach((key) => add(key, 1))),
      () => effect,
      () => Effect.sync(() => keys.forEach((key) => add(key, -1)))
    )
  return { now, most, during }
}

const Command = Schema.Struct({
  kind: Schema.Literals(["command", "link"]),
  /** How long it takes. */
  turns: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 5 }))),
  fails: Schema.Boolean,
  /** How long it goes on when it has given its permit back, if it does so. */
  released: Schema.UndefinedOr(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 5 }))))
})
const Member = Schema.Struct({
  jobs: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 6 }))),
  commands: Schema.Array(Command).pipe(Schema.check(Schema.isMaxLength(12))),
  /** When it comes, and when it is interrupted, if ever. */
  starts: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 8 }))),
  interrupted: Schema.UndefinedOr(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 20 }))))
})

const turns = (count: number) => Effect.forEach(Array.from({ length: count }), () => Effect.yieldNow, { discard: true })

describe("the budget of jobs", () => {
  it.effect.prop(
    "is kept, each request gets its share, and all come to an end",
    {
      jobs: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 4 }))),
      links: Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 3 }))),
      members: Schema.Array(Member).pipe(Schema.check(Schema.isMaxLength(6)))
    },
    ({ jobs, links, members }) =>
      Effect.gen(function*() {
        const budget = makeJobBudget({ jobs, links: () => links })
        const { most, now, during } = makeGauge()
        let done = 0
        const request = (member: typeof Member.Type) =>
          Effect.gen(function*() {
            yield* turns(member.starts)
            const withPermit = yield* budget.join(member.jobs)
            yield* Effect.forEach(member.commands, ({ fails, kind, released, turns: count }) =>
              withPermit((release) => {
                const counted = during(
                  ["all", member, kind],
                  Effect.andThen(turns(count), fails ? Effect.fail("no") : Effect.void)
                )
                // What comes after it does not count any more.
                return released === undefined
                  ? counted
                  : Effect.andThen(counted, Effect.andThen(release, turns(released)))
              }, kind).pipe(Effect.ignore, Effect.andThen(Effect.sync(() => done++))), { concurrency: "unbounded" })
          }).pipe(Effect.scoped)
        const fibers = yield* Effect.forEach(members, (member) => Effect.forkChild(request(member)))
        yield* Effect.forEach(members, ({ interrupted }, index) =>
          interrupted === undefined
            ? Effect.void
            : Effect.andThen(turns(interrupted), Fiber.interrupt(fibers[index]!)), { concurrency: "unbounded" })
        yield* Effect.forEach(fibers, Fiber.await)
        assert.isTrue([...now.values()].every((count) => count === 0))
        assert.isAtMost(most.get("all") ?? 0, Math.max(jobs, ...members.map(({ jobs }) => jobs)))
        assert.isAtMost(most.get("link") ?? 0, Math.max(1, links))
        for (const member of members) assert.isAtMost(most.get(member) ?? 0, member.jobs)
        const whole = members.filter(({ interrupted }) => interrupted === undefined)
        assert.isAtLeast(done, whole.reduce((sum, { commands }) => sum + commands.length, 0))
      }),
    { arbitrary: { runs: 300 } }
  )

  /** Starts commands that end when told, and notes the order in which they begin. */
  const stage = (jobs: number, links = () => 1) => {
    const budget = makeJobBudget({ jobs, links })
    const order: Array<string> = []
    const running = new Map<string, () => void>()
    const join = (name: string, count: number) =>
      Effect.map(budget.join(count), (withPermit) => (command: string, kind?: JobKind) =>
        Effect.forkChild(
          withPermit(() =>
            Effect.callback<void>((resume) => {
              order.push(`${name}${command}`)
              running.set(`${name}${command}`, () => resume(Effect.void))
            }), kind),
          { startImmediately: true }
        ))
    const end = (command: string) => Effect.andThen(Effect.sync(() => running.get(command)!()), turns(5))
    return { join, order, end }
  }

  it.effect("gives the next permit to the request that has the fewest", () =>
    Effect.gen(function*() {
      const { end, join, order } = stage(2)
      const [a, b] = [yield* join("a", 2), yield* join("b", 2)]
      for (const command of "1234") yield* a(command)
      yield* b("1")
      yield* b("2")
      assert.deepStrictEqual(order, ["a1", "a2"])
      yield* end("a1")
      assert.deepStrictEqual(order, ["a1", "a2", "b1"])
      // One each: it is the turn of who came first.
      yield* end("a2")
      assert.deepStrictEqual(order, ["a1", "a2", "b1", "a3"])
      yield* end("b1")
      assert.deepStrictEqual(order, ["a1", "a2", "b1", "a3", "b2"])
    }).pipe(Effect.scoped))

  it.effect("has as many as a request asks for, for as long as it is there", () =>
    Effect.gen(function*() {
      const { end, join, order } = stage(1)
      const b = yield* join("b", 1)
      yield* Effect.scoped(Effect.gen(function*() {
        const a = yield* join("a", 3)
        for (const command of "123") yield* a(command)
        assert.deepStrictEqual(order, ["a1", "a2", "a3"])
        yield* b("1")
        assert.strictEqual(order.length, 3)
        for (const command of "123") yield* end(`a${command}`)
      }))
      assert.deepStrictEqual(order, ["a1", "a2", "a3", "b1"])
      yield* b("2")
      assert.strictEqual(order.length, 4)
    }).pipe(Effect.scoped))

  it.effect("lets other commands pass a link that waits for memory, and always runs one", () =>
    Effect.gen(function*() {
      const { end, join, order } = stage(3, () => 0)
      const a = yield* join("a", 3)
      yield* a("1", "link")
      yield* a("2", "link")
      yield* a("3")
      assert.deepStrictEqual(order, ["a1", "a3"])
      yield* end("a1")
      assert.deepStrictEqual(order, ["a1", "a3", "a2"])
    }).pipe(Effect.scoped))
})
