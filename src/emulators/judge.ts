import { Outcome } from "./Outcome.ts"
import type { Patterns } from "./patterns.ts"

/** What is known of a run so far. Immutable. */
export interface Judge {
  readonly patterns: Patterns
  /** The expected patterns that no line has matched yet. */
  readonly unseen: ReadonlyArray<RegExp>
  /** The line that has begun and not ended. */
  readonly partial: string
  /** Present once the run is decided: later output changes nothing. */
  readonly outcome?: Outcome
}

/** A program that never ends its line is judged in pieces of this many UTF-16 units. */
export const maxLineLength = 65_536

export const startJudging = (patterns: Patterns): Judge => ({ patterns, unseen: patterns.expect, partial: "" })

/**
 * Judges serial output, cut anywhere. A line ends with LF; a CR before it is not part of it. For each line, in order:
 * expected patterns are remembered as seen; a halt-on-error match fails; a halt-on-success match passes, whatever is
 * expected. When no halt-on-success pattern is given, the run passes with the last expected pattern.
 */
export const judgeText = (judge: Judge, text: string): Judge => {
  let current = judge
  let rest = text
  while (current.outcome === undefined && rest !== "") {
    const end = rest.indexOf("\n")
    const room = maxLineLength - current.partial.length
    const cut = end >= 0 && end <= room ? end : Math.min(rest.length, room)
    const line = current.partial + rest.slice(0, cut)
    const isComplete = cut === end || line.length >= maxLineLength
    current = isComplete ? judgeLine({ ...current, partial: "" }, line) : { ...current, partial: line }
    rest = rest.slice(cut === end ? cut + 1 : cut)
  }
  return current
}

/** The program ended. An unterminated last line counts; what is expected must have been seen. */
export const judgeEnd = (judge: Judge, emulator: string): Outcome => {
  const last = judgePartial(judge)
  if (last.outcome !== undefined) return last.outcome
  return last.unseen.length === 0
    ? Outcome.cases.Passed.make({ message: `${emulator} exited normally` })
    : Outcome.cases.Failed.make({
      message: `${emulator} exited before the expected pattern was found: ${sources(last.unseen).join(", ")}`
    })
}

/**
 * The deadline passed. An unterminated last line counts. A run whose expected patterns were all seen has passed, even
 * if it was also to halt on success: an endless sketch needs no end.
 */
export const judgeDeadline = (judge: Judge): Outcome => {
  const last = judgePartial(judge)
  if (last.outcome !== undefined) return last.outcome
  const missing = sources(last.unseen)
  if (last.patterns.expect.length > 0 && missing.length === 0) {
    return Outcome.cases.Passed.make({ message: "expected pattern found before the deadline" })
  }
  return Outcome.cases.TimedOut.make({
    message: missing.length === 0
      ? "the deadline passed"
      : `the deadline passed before the expected pattern was found: ${missing.join(", ")}`,
    missing
  })
}

const judgeLine = (judge: Judge, line: string): Judge => {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line
  const unseen = judge.unseen.filter((pattern) => !pattern.test(text))
  const next = { ...judge, unseen }
  if (judge.patterns.haltOnError.some((pattern) => pattern.test(text))) {
    return { ...next, outcome: Outcome.cases.Failed.make({ message: `halt-on-error pattern matched: ${text}` }) }
  }
  if (judge.patterns.haltOnSuccess.some((pattern) => pattern.test(text))) {
    return { ...next, outcome: Outcome.cases.Passed.make({ message: `halt-on-success pattern matched: ${text}` }) }
  }
  if (judge.unseen.length > 0 && unseen.length === 0 && judge.patterns.haltOnSuccess.length === 0) {
    return { ...next, outcome: Outcome.cases.Passed.make({ message: `expected pattern found: ${text}` }) }
  }
  return next
}

const judgePartial = (judge: Judge): Judge =>
  judge.outcome === undefined && judge.partial !== "" ? judgeLine({ ...judge, partial: "" }, judge.partial) : judge

const sources = (patterns: ReadonlyArray<RegExp>) => patterns.map((pattern) => `/${pattern.source}/`)
