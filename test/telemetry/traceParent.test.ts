import { assert, describe, it } from "@effect/vitest"
import { propagation } from "../../src/telemetry/propagation.ts"
import { makeTrace } from "../../src/telemetry/Trace.ts"
import { formatTraceParent, parseTraceParent } from "../../src/telemetry/traceParent.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

describe("TRACEPARENT", () => {
  const valid: Record<string, boolean> = {
    [`00-${traceId}-${spanId}-01`]: true,
    [`00-${traceId}-${spanId}-00`]: false,
    [`00-${traceId}-${spanId}-ff`]: true,
    [` 00-${traceId}-${spanId}-01\n`]: true,
    // A later version may have more to say.
    [`cc-${traceId}-${spanId}-01-what-the-future-says`]: true
  }
  for (const [text, sampled] of Object.entries(valid)) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const span = parseTraceParent(text)
      assert.deepStrictEqual([span?.traceId, span?.spanId, span?.sampled], [traceId, spanId, sampled])
    })
  }

  const invalid = [
    undefined,
    "",
    "00",
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}x-${spanId}-01`
  ]
  for (const text of invalid) it(`ignores ${JSON.stringify(text)}`, () => assert.isUndefined(parseTraceParent(text)))

  it("goes on", () => {
    assert.strictEqual(formatTraceParent({ traceId, spanId, sampled: true }), `00-${traceId}-${spanId}-01`)
    const text = formatTraceParent({ traceId, spanId, sampled: false })
    assert.isFalse(parseTraceParent(text)?.sampled)
  })
})

describe("the trace of a request", () => {
  const caller = { TRACEPARENT: `00-${traceId}-${spanId}-01` }
  const parent = parseTraceParent(caller.TRACEPARENT)!
  const span = { ...parent, spanId: "1111111111111111" }
  const exported = { sampler: () => true, push: () => {} }
  const traced = (variables: Readonly<Record<string, string>>) =>
    makeTrace({ propagation: propagation(variables), export: exported })

  it("takes part in the caller's when it is exported", () => {
    const trace = traced({ ...caller, TRACESTATE: "a=b" })
    assert.strictEqual(trace.traceId, traceId)
    assert.deepStrictEqual(trace.variables(span), {
      TRACEPARENT: `00-${traceId}-1111111111111111-01`,
      TRACESTATE: "a=b"
    })
  })

  it("hands the caller's on when it is not", () => {
    const trace = makeTrace({ propagation: propagation(caller) })
    assert.isFalse(trace.isExported)
    assert.deepStrictEqual(trace.variables(span), caller)
    assert.deepStrictEqual(trace.variables(), caller)
  })

  it("is a new one without a caller", () => {
    const alone = propagation({ TRACESTATE: "orphan=1" })
    const trace = makeTrace({ propagation: alone })
    assert.match(trace.traceId, /^[0-9a-f]{32}$/)
    assert.notStrictEqual(trace.traceId, makeTrace({ propagation: alone }).traceId)
    const variables = trace.variables()
    assert.deepStrictEqual(Object.keys(variables), ["TRACEPARENT"])
    assert.match(variables["TRACEPARENT"]!, new RegExp(`^00-${trace.traceId}-[0-9a-f]{16}-01$`))
  })

  it("is not exported when the sampler says so, and tells children", () => {
    const trace = makeTrace({
      propagation: propagation({}),
      export: { sampler: () => false, push: () => assert.fail() }
    })
    trace.start("x", span, 0n).end(1n, { _tag: "Success" } as never)
    assert.isFalse(trace.isExported)
    assert.match(trace.variables({ ...span, sampled: trace.sampled })["TRACEPARENT"]!, /-00$/)
  })

  it("goes only where OTEL_PROPAGATORS lets it", () => {
    const all = { ...caller, TRACESTATE: "a=b", BAGGAGE: "user=me" }
    const names = (propagators: string) => {
      const trace = traced({ ...all, OTEL_PROPAGATORS: propagators })
      return [trace.traceId === traceId, Object.keys(trace.variables(span)).toSorted()]
    }
    assert.deepStrictEqual(names(""), [true, ["BAGGAGE", "TRACEPARENT", "TRACESTATE"]])
    assert.deepStrictEqual(names("tracecontext,baggage,tracecontext"), names(""))
    assert.deepStrictEqual(names("TraceContext"), [true, ["TRACEPARENT", "TRACESTATE"]])
    assert.deepStrictEqual(names("baggage"), [false, ["BAGGAGE"]])
    assert.deepStrictEqual(names("none"), [false, []])
    assert.deepStrictEqual(propagation({ OTEL_PROPAGATORS: "b3, none,tracecontext" }).unknown, ["b3"])
  })
})
