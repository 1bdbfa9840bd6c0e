import { assert, describe, it } from "@effect/vitest"
import { otlpLog } from "../../src/telemetry/otlpLog.ts"

describe("otlpLog", () => {
  const bodyOf = (body: string) =>
    otlpLog({ severity: "Error", body, attributes: {} }, { traceId: "1".repeat(32) }, 1n).body?.stringValue ?? ""

  it("hands on what compilers usually print, and the beginning of what is endless", () => {
    const usual = "main.cpp:1:9: error: expected ';'\n".repeat(1000)
    assert.strictEqual(bodyOf(usual), usual)
    const cut = bodyOf("😀".repeat(1_000_000))
    assert.isBelow(cut.length, 66_000)
    assert.isTrue(cut.isWellFormed())
    assert.match(cut, /\n… and 1934464 characters more$/)
    assert.isTrue(bodyOf(`x${"😀".repeat(1_000_000)}`).isWellFormed())
  })
})
