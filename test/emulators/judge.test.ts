import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { judgeDeadline, judgeEnd, judgeText, maxLineLength, startJudging } from "../../src/emulators/judge.ts"
import { exitCode, Outcome } from "../../src/emulators/Outcome.ts"
import { compilePatterns, type PatternSources } from "../../src/emulators/patterns.ts"

const start = (sources: Partial<PatternSources>) =>
  startJudging(Result.getOrThrow(compilePatterns({ expect: [], haltOnSuccess: [], haltOnError: [], ...sources })))

const live = (sources: Partial<PatternSources>, text: string) => judgeText(start(sources), text).outcome
const end = (sources: Partial<PatternSources>, text: string) => judgeEnd(judgeText(start(sources), text), "simavr")
const deadline = (sources: Partial<PatternSources>, text: string) => judgeDeadline(judgeText(start(sources), text))

describe("judge, while the program runs", () => {
  it("patterns ignore case and are tried on whole lines, without line end", () => {
    assert.deepStrictEqual(live({ haltOnSuccess: ["^all ok$"] }, "x\nALL OK\r\nrest"), {
      _tag: "Passed",
      message: "halt-on-success pattern matched: ALL OK"
    })
    assert.isUndefined(live({ haltOnSuccess: ["^ok$"] }, "not ok\nok?\n"))
  })

  it("an error on the same line goes before success", () => {
    assert.deepStrictEqual(live({ expect: ["x"], haltOnSuccess: ["x"], haltOnError: ["y"] }, "xy\n"), {
      _tag: "Failed",
      message: "halt-on-error pattern matched: xy"
    })
  })

  it("the first line that decides, decides", () => {
    assert.strictEqual(live({ haltOnSuccess: ["good"], haltOnError: ["bad"] }, "good\nbad\n")?._tag, "Passed")
    assert.strictEqual(live({ haltOnSuccess: ["good"], haltOnError: ["bad"] }, "bad\ngood\n")?._tag, "Failed")
  })

  it("all that is expected, in any order, passes at once", () => {
    assert.isUndefined(live({ expect: ["a", "b"] }, "b\nc\n"))
    assert.deepStrictEqual(live({ expect: ["a", "b"] }, "b\nc\na!\nd\n"), {
      _tag: "Passed",
      message: "expected pattern found: a!"
    })
  })

  it("with a halt-on-success pattern, what is expected is only remembered", () => {
    const sources = { expect: ["a"], haltOnSuccess: ["end"] }
    assert.isUndefined(live(sources, "a\n"))
    assert.strictEqual(live(sources, "end\n")?._tag, "Passed")
  })

  it("a line that has not ended decides nothing yet", () => {
    assert.isUndefined(live({ expect: ["a"], haltOnError: ["a"] }, "a"))
  })

  it("a line that never ends is judged in pieces, so that memory is bounded", () => {
    const judge = judgeText(start({ haltOnSuccess: ["never"] }), "x".repeat(maxLineLength * 2 + 1))
    assert.strictEqual(judge.partial, "x")
    assert.strictEqual(live({ haltOnSuccess: ["ab"] }, "ab".repeat(maxLineLength))?._tag, "Passed")
  })

  it.prop("does not depend on how the output is cut", {
    pieces: Schema.Array(Schema.Literals(["a", "b", "c", "\r\n", "\n", "ab", "\r"])),
    sources: Schema.Struct({
      expect: Schema.Array(Schema.Literals(["a", "^b$", "c"])),
      haltOnSuccess: Schema.Array(Schema.Literals(["^ab$", "cc"])),
      haltOnError: Schema.Array(Schema.Literals(["ba", "^c$"]))
    })
  }, ({ pieces, sources }) => {
    const whole = judgeText(start(sources), pieces.join(""))
    const cut = pieces.reduce(judgeText, start(sources))
    assert.deepStrictEqual(cut.outcome, whole.outcome)
    assert.deepStrictEqual(judgeEnd(cut, "x"), judgeEnd(whole, "x"))
    assert.deepStrictEqual(judgeDeadline(cut), judgeDeadline(whole))
  }, { arbitrary: { runs: 200 } })
})

describe("judge, when the program ends", () => {
  it("passes when nothing is missing", () => {
    assert.deepStrictEqual(end({}, "anything\n"), { _tag: "Passed", message: "simavr exited normally" })
    assert.strictEqual(end({ haltOnSuccess: ["x"] }, "y\n")._tag, "Passed")
  })

  it("fails when something is", () => {
    assert.deepStrictEqual(end({ expect: ["a", "b", "c+"] }, "b\n"), {
      _tag: "Failed",
      message: "simavr exited before the expected pattern was found: /a/, /c+/"
    })
  })

  it("judges a last line that was not ended", () => {
    assert.strictEqual(end({ expect: ["^done$"] }, "x\ndone")._tag, "Passed")
    assert.strictEqual(end({ haltOnError: ["panic"] }, "panic")._tag, "Failed")
  })
})

describe("judge, at the deadline", () => {
  it("times out", () => {
    assert.deepStrictEqual(deadline({}, "a\n"), { _tag: "TimedOut", message: "the deadline passed", missing: [] })
    assert.deepStrictEqual(deadline({ expect: ["a", "b"] }, "a\n"), {
      _tag: "TimedOut",
      message: "the deadline passed before the expected pattern was found: /b/",
      missing: ["/b/"]
    })
    assert.strictEqual(deadline({ haltOnSuccess: ["b"] }, "a\n")._tag, "TimedOut")
  })

  it("passes when all that was expected was seen", () => {
    assert.deepStrictEqual(deadline({ expect: ["a"], haltOnSuccess: ["b"] }, "a\n"), {
      _tag: "Passed",
      message: "expected pattern found before the deadline"
    })
  })

  it("judges a last line that was not ended", () => {
    assert.strictEqual(deadline({ haltOnSuccess: ["> $"] }, "ready> ")._tag, "Passed")
    assert.strictEqual(deadline({ expect: ["ready"], haltOnError: ["ready"] }, "ready")._tag, "Failed")
  })
})

describe("exitCode", () => {
  it("of every outcome", () => {
    const message = ""
    const { Crashed, Failed, Passed, TimedOut, Unsupported } = Outcome.cases
    const outcomes = [
      Passed.make({ message }),
      Failed.make({ message }),
      Crashed.make({ message }),
      Unsupported.make({ message }),
      TimedOut.make({ message, missing: [] })
    ]
    assert.deepStrictEqual(outcomes.map(exitCode), [0, 1, 1, 2, 124])
  })
})

describe("compilePatterns", () => {
  it("names the option, the position and the reason of what is no pattern", () => {
    const error = Result.getFailure(
      compilePatterns({ expect: ["ok"], haltOnSuccess: ["a", "b", "(c"], haltOnError: [] })
    )
    assert(error._tag === "Some")
    assert.strictEqual(
      error.value.message,
      "--halt-on-success (number 3): Invalid regular expression: /(c/i: Unterminated group"
    )
    assert.strictEqual(error.value.pattern, "(c")
  })
})
