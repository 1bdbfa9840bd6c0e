import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { BuildRecord, waitOf, workOf } from "../../src/profile/BuildRecord.ts"
import { ChromeTrace, chromeTrace } from "../../src/profile/chromeTrace.ts"
import { diffProfiles } from "../../src/profile/diff.ts"
import { lanesOf, startOf } from "../../src/profile/lanes.ts"
import { parallelism } from "../../src/profile/parallelism.ts"
import { summarise } from "../../src/profile/summary.ts"

type Action = (typeof BuildRecord.Encoded)["actions"][number]

const ran = (path: string, start: number, end: number, more: Partial<Action> = {}): Action => ({
  environment: 0,
  id: `${path}.o`,
  mnemonic: "CxxCompile",
  path,
  outcome: "Executed",
  needs: [],
  argv: [0, 1],
  ready: 100,
  decided: 110,
  fetched: 120,
  started: start,
  ran: end - 10,
  finished: end,
  reason: { _tag: "NeverBuilt" },
  cache: { _tag: "NoEntry" },
  ...more
})

const fetched = (path: string, finished: number): Action => {
  const { ran: _, started: __, ...action } = ran(path, 0, finished)
  return { ...action, outcome: "Cached", cache: { _tag: "Hit" }, savedMillis: 30 }
}

const recordOf = (actions: ReadonlyArray<Action>, more: Partial<typeof BuildRecord.Encoded> = {}) =>
  Schema.decodeSync(BuildRecord)({
    traceId: "ab".repeat(16),
    args: ["build"],
    startedMillis: 1_700_000_000_000,
    duration: 10_000,
    exitCode: 0,
    environments: [{ name: "uno", board: "uno", total: actions.length + 2, upToDate: 2 }],
    phases: [
      { name: "fbuild build", start: 0, end: 10_000 },
      { name: "planProject", parent: 0, start: 10, end: 90 }
    ],
    words: ["g++", "-c"],
    actions,
    ...more
  })

const record = recordOf([
  ran("a.cpp", 120, 4120, { userSeconds: 0.003, systemSeconds: 0.0005, peakBytes: 1024 }),
  ran("b.cpp", 4120, 6120),
  fetched("c.cpp", 620),
  ran("main.elf", 6200, 9200, { mnemonic: "Link", ready: 6120, decided: 6130, fetched: 6140, needs: [0, 1, 2] })
])

describe("a profile", () => {
  it("tells work from waiting", () => {
    assert.deepStrictEqual(record.actions.map(waitOf), [0, 4000, 0, 60])
    assert.deepStrictEqual(record.actions.map(workOf), [4020, 2020, 520, 3020])
  })

  it("sums up", () => {
    const summary = summarise(record)
    assert.deepStrictEqual(summary.actions, {
      total: 6,
      executed: 3,
      cacheHits: 1,
      upToDate: 2,
      failed: 0,
      cancelled: 0
    })
    assert.deepStrictEqual(summary.slowest.map(({ path }) => path), ["a.cpp", "main.elf", "b.cpp", "c.cpp"])
    assert.strictEqual(summary.slowest[0]!.cpuMs, 3.5)
    assert.deepStrictEqual(summary.criticalPath.actions.map(({ path }) => path), ["a.cpp", "main.elf"])
    assert.strictEqual(summary.criticalPath.ms, 7.04)
    assert.strictEqual(summary.criticalPath.share, 0.704)
    assert.strictEqual(summary.beforeActionsMs, 0.1)
    assert.deepStrictEqual(summary.cache, { hits: 1, savedMs: 30, spentMs: 0.52 })
    assert.strictEqual(summary.parallelism.most, 1)
    assert.deepStrictEqual(summary.phases, [{ name: "planProject", ms: 0.08 }])
  })

  it("of a build with nothing to do", () => {
    const summary = summarise(recordOf([]))
    assert.deepStrictEqual(summary.criticalPath, { ms: 0, share: 0, actions: [] })
    assert.strictEqual(summary.beforeActionsMs, 10)
  })

  it("is a trace that Perfetto reads", () => {
    const text = Schema.encodeSync(Schema.fromJsonString(ChromeTrace))(chromeTrace(record))
    const { traceEvents } = JSON.parse(text) as {
      readonly traceEvents: ReadonlyArray<
        { ph: string; tid: number; ts: number; dur: number; name: string; args: Record<string, unknown> }
      >
    }
    const complete = traceEvents.filter(({ ph }) => ph === "X")
    assert.strictEqual(complete.length, record.actions.length + record.phases.length)
    for (const { dur, ts } of complete) assert.isTrue(Number.isInteger(ts) && ts >= 0 && dur >= 0)
    const link = complete.find(({ name }) => name === "Link main.elf")!
    assert.deepStrictEqual([link.ts, link.dur], [6200, 3000])
    assert.strictEqual(link.args["argv"], "g++ -c")
  })

  it("has no two events in a thread of its trace of which one only begins or ends within the other", () => {
    const times = [[0, 100], [0, 50], [10, 60], [20, 30], [25, 35], [50, 100], [60, 60], [100, 100]] as const
    const phases = times.map(([start, end]) => ({ name: "part", start, end }))
    const { traceEvents } = chromeTrace(recordOf(record.actions, { phases }))
    const events = traceEvents.flatMap(({ dur, ph, tid, ts }) =>
      ph === "X" ? [{ tid, start: ts!, end: ts! + dur! }] : []
    )
    assert.lengthOf(events, phases.length + record.actions.length)
    for (const one of events) {
      for (const other of events) {
        if (one === other || one.tid !== other.tid) continue
        const isApart = one.end <= other.start || other.end <= one.start
        const isWithin = one.start <= other.start && other.end <= one.end
        const isAround = other.start <= one.start && one.end <= other.end
        assert.isTrue(isApart || isWithin || isAround, JSON.stringify([one, other]))
      }
    }
    const named = new Set(traceEvents.flatMap(({ name, tid }) => name === "thread_name" ? [tid] : []))
    assert.deepStrictEqual(named, new Set(events.map(({ tid }) => tid)))
  })

  it("draws nothing over anything else", () => {
    const lanes = lanesOf(record)
    for (const [one, action] of record.actions.entries()) {
      for (const [other, second] of record.actions.entries()) {
        if (one === other || lanes[one] !== lanes[other]) continue
        assert.isTrue(action.finished <= startOf(second) || second.finished <= startOf(action))
      }
    }
  })

  it("differs from another", () => {
    const slower = recordOf([ran("a.cpp", 120, 9120), ran("new.cpp", 120, 1120)], { duration: 20_000 })
    const diff = diffProfiles(record, slower)
    assert.strictEqual(diff.differenceMs, 10)
    assert.deepStrictEqual(
      diff.actions.map(({ after, before, differenceMs, path }) => [path, before?.ms, after?.ms, differenceMs]),
      [
        ["a.cpp", 4.02, 9.02, 5],
        ["main.elf", 3.02, undefined, -3.02],
        ["b.cpp", 2.02, undefined, -2.02],
        ["new.cpp", undefined, 1.02, 1.02],
        ["c.cpp", 0.52, undefined, -0.52]
      ]
    )
    assert.deepStrictEqual(diffProfiles(record, record).actions.map(({ differenceMs }) => differenceMs), [0, 0, 0, 0])
  })
})

describe("parallelism", () => {
  it("is the average of each part", () => {
    assert.deepStrictEqual(parallelism([{ start: 0, end: 10 }, { start: 5, end: 10 }], 20, 4), [1, 2, 0, 0])
    assert.deepStrictEqual(parallelism([{ start: 2, end: 3 }], 20, 2), [0.1, 0])
    assert.deepStrictEqual(parallelism([{ start: 0, end: 1 }], 0, 2), [0, 0])
  })

  const Times = Schema.Array(Schema.Tuple([Schema.Int, Schema.Int]))
  it.prop("adds up to all the time", { times: Times }, ({ times }) => {
    const intervals = times.map(([a, b]) => [Math.abs(a) % 1000, Math.abs(b) % 1000]).map(([a = 0, b = 0]) => ({
      start: Math.min(a, b),
      end: Math.max(a, b)
    }))
    const total = intervals.reduce((sum, { end, start }) => sum + end - start, 0)
    const parts = parallelism(intervals, 1000, 37)
    assert.closeTo(parts.reduce((sum, part) => sum + part, 0) * 1000 / 37, total, 1e-6)
  })
})
