// What the spans of an action cost where they are exported: making and encoding the six of each of 10,000 compilations with 30
// words, in a loop, without sending. What is left of the difference that `traces.ts` finds is sending, and that nothing of this
// stays in the processor's caches between two actions of a build.
//
//   node scripts/bench/spans.ts [--actions N] [--runs N]
//
// Prints the median of the runs, in µs of processor time and in bytes an action.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { parseArgs } from "node:util"
import { FilePath } from "../../src/domain/FilePath.ts"
import { endActionSpan, startActionSpan } from "../../src/exec/actionSpans.ts"
import type { ActionTimes } from "../../src/exec/BuildLog.ts"
import { Action, ActionId } from "../../src/plan/Action.ts"
import type { Completed, Subprocess } from "../../src/process/Subprocess.ts"
import { tracedSubprocess } from "../../src/process/tracedSubprocess.ts"
import { propagation } from "../../src/telemetry/propagation.ts"
import { protobufSpans } from "../../src/telemetry/protobufSpans.ts"
import { makeTrace } from "../../src/telemetry/Trace.ts"
import { median } from "./support.ts"

const { values } = parseArgs({
  options: { actions: { type: "string", default: "10000" }, runs: { type: "string", default: "10" } }
})
const count = Number(values.actions)

const actions = Array.from({ length: count }, (_, index) => {
  const [source, object] = [`src/part${index % 100}/f${index}.c`, `.fbuild/build/mega/src/f${index}.c.o`] as const
  const flags = Array.from({ length: 24 }, (_, flag) => `-DSOME_SETTING_${flag}=${flag * 1000}`)
  return Action.make({
    id: ActionId.make(object),
    mnemonic: "CCompile",
    argv: ["/usr/bin/avr-gcc", "-c", ...flags, source, "-MD", "-o", object],
    env: { PATH: "/usr/bin" },
    inputs: [FilePath.make(source)],
    outputs: [FilePath.make(object)]
  })
})

const source = { resource: { attributes: [], droppedAttributesCount: 0 }, scope: { name: "fbuild", version: "0" } }
let batch = protobufSpans(source)
let [inBatch, bytes] = [0, 0]
const trace = makeTrace({
  propagation: propagation({}),
  export: {
    sampler: () => true,
    push: (span) => {
      batch.add(span)
      if (++inBatch < 2048) return
      const body = batch.body()
      if (body._tag === "Uint8Array") bytes += body.contentLength
      batch = protobufSpans(source)
      inBatch = 0
    }
  }
})
const parent = trace.start("build", Tracer.externalSpan({ traceId: trace.traceId, spanId: "2".repeat(16) }), 0n)
const completed: Completed = {
  status: { _tag: "Exited", code: 0 },
  stdout: "",
  stderr: "",
  usage: { userSeconds: 0.012_345, systemSeconds: 0.004_321, peakBytes: 123_456_789 }
}
const nothing: Subprocess["Service"] = {
  run: () => Effect.succeed(completed),
  start: () => Effect.never,
  killAll: Effect.void,
  endMarked: () => Effect.void
}
const subprocess = tracedSubprocess(nothing, trace)

const bring = (action: Action) =>
  Effect.suspend(() => {
    const now = 1_700_000_000_000_000_000n
    const times: ActionTimes = {
      action,
      environment: "mega",
      readyNanos: now,
      decidedNanos: now + 1000n,
      fetchedNanos: now + 2000n,
      startedNanos: now + 3000n,
      ranNanos: now + 4000n,
      finishedNanos: now + 5000n,
      reason: { _tag: "NeverBuilt" },
      cache: { _tag: "NoEntry" },
      outcome: "Executed"
    }
    const span = startActionSpan(trace, parent, times)
    const [program = "", ...words] = action.argv
    return subprocess.run({ argv: [program, ...words], cwd: "/project", env: action.env }).pipe(
      Effect.provideService(Tracer.ParentSpan, span),
      Effect.tap(() => Effect.sync(() => endActionSpan(trace, span, times, Exit.void)))
    )
  })

const all = Effect.provideService(
  Effect.forEach(actions, bring, { discard: true }),
  Tracer.Tracer,
  trace.tracer
)
const micros: Array<number> = []
for (let run = 0; run <= Number(values.runs); run++) {
  const before = process.cpuUsage()
  bytes = 0
  Effect.runSync(all)
  const { system, user } = process.cpuUsage(before)
  // The first warms up.
  if (run > 0) micros.push((system + user) / count)
}
console.log(
  `${median(micros).toFixed(1)} µs and ${(bytes / count).toFixed(0)} bytes an action, medians of ${values.runs}`
)
