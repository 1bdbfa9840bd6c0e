import type { MetricsData } from "effect/observability/OtlpMetrics"
import { entriesToAttributes } from "effect/observability/OtlpResource"
import { Attribute, Instrument } from "./names.ts"

export type Metric = MetricsData["resourceMetrics"][number]["scopeMetrics"][number]["metrics"][number]

/** What there is to measure in a request. */
export interface Measured {
  /** Commands that run, and actions that wait for a job, now. */
  readonly load: () => { readonly running: number; readonly waiting: number }
  /** How many actions of a kind have come to an end of a kind. */
  readonly counts: () => Iterable<{ readonly mnemonic: string; readonly outcome: string; readonly count: number }>
  /** Of each action that was not up to date, how long it took and how long it waited for a job, s. */
  readonly durations: () => Iterable<{ readonly mnemonic: string; readonly seconds: number; readonly waited: number }>
}

/** Looks at a request from time to time. */
export interface Meter {
  /** To be called `late` ms after it was due: how late a timer comes tells how long the event loop was held up. */
  readonly tick: (nowNanos: bigint, late: number) => void
  /** All that has been measured up to now. Points in time are handed out once, sums and histograms go on. */
  readonly metrics: (nowNanos: bigint) => ReadonlyArray<Metric>
}

/** Bounds of histograms, s. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Looks that are remembered between two exports. */
const keptLooks = 1000
/** Of the protocol: since the start of the request. */
const cumulative = 2

export const makeMeter = (measured: Measured, startNanos: bigint): Meter => {
  interface Look {
    readonly time: bigint
    readonly running: number
    readonly waiting: number
    readonly late: number
    readonly bytes: number
  }
  let looks: Array<Look> = []

  const gauge = (name: string, unit: string, value: (look: Look) => number): Metric => ({
    name,
    unit,
    gauge: {
      dataPoints: looks.map((look) => ({
        attributes: [],
        startTimeUnixNano: String(startNanos),
        timeUnixNano: String(look.time),
        asDouble: value(look)
      }))
    }
  })

  const histogram = (
    name: string,
    nowNanos: bigint,
    values: ReadonlyArray<readonly [mnemonic: string, seconds: number]>
  ): Metric => ({
    name,
    unit: "s",
    histogram: {
      aggregationTemporality: cumulative,
      dataPoints: [...Map.groupBy(values, ([mnemonic]) => mnemonic)].map(([mnemonic, of]) => {
        const bucketCounts = Array.from({ length: bounds.length + 1 }, () => 0)
        let sum = 0
        for (const [, seconds] of of) {
          const bucket = bounds.findIndex((bound) => seconds <= bound)
          bucketCounts[bucket < 0 ? bounds.length : bucket]!++
          sum += seconds
        }
        return {
          attributes: entriesToAttributes([[Attribute.mnemonic, mnemonic]]),
          startTimeUnixNano: String(startNanos),
          timeUnixNano: String(nowNanos),
          count: of.length,
          sum,
          bucketCounts,
          explicitBounds: bounds
        }
      })
    }
  })

  const tick: Meter["tick"] = (time, late) => {
    if (looks.length < keptLooks) looks.push({ time, late, bytes: process.memoryUsage.rss(), ...measured.load() })
  }
  return {
    tick,
    metrics: (nowNanos) => {
      tick(nowNanos, 0)
      const durations = [...measured.durations()]
      const metrics: ReadonlyArray<Metric> = [
        gauge(Instrument.jobsInUse, "{job}", ({ running }) => running),
        gauge(Instrument.queueDepth, "{action}", ({ waiting }) => waiting),
        gauge(Instrument.eventLoopDelay, "s", ({ late }) => late / 1000),
        gauge(Instrument.memory, "By", ({ bytes }) => bytes),
        {
          name: Instrument.actions,
          unit: "{action}",
          sum: {
            aggregationTemporality: cumulative,
            isMonotonic: true,
            dataPoints: [...measured.counts()].map(({ count, mnemonic, outcome }) => ({
              attributes: entriesToAttributes([[Attribute.mnemonic, mnemonic], [Attribute.outcome, outcome]]),
              startTimeUnixNano: String(startNanos),
              timeUnixNano: String(nowNanos),
              asInt: count
            }))
          }
        },
        histogram(Instrument.actionDuration, nowNanos, durations.map(({ mnemonic, seconds }) => [mnemonic, seconds])),
        histogram(Instrument.queueWait, nowNanos, durations.map(({ mnemonic, waited }) => [mnemonic, waited]))
      ]
      looks = []
      return metrics.filter(({ gauge, histogram, sum }) => (gauge ?? histogram ?? sum)!.dataPoints.length > 0)
    }
  }
}
