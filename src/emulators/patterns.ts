import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The options that take a regular expression. */
export type PatternOption = "--expect" | "--halt-on-success" | "--halt-on-error"

/** What to look for, as the user wrote it. */
export interface PatternSources {
  readonly expect: ReadonlyArray<string>
  readonly haltOnSuccess: ReadonlyArray<string>
  readonly haltOnError: ReadonlyArray<string>
}

/** What to look for, compiled. */
export interface Patterns {
  readonly expect: ReadonlyArray<RegExp>
  readonly haltOnSuccess: ReadonlyArray<RegExp>
  readonly haltOnError: ReadonlyArray<RegExp>
}

/** An option's value is not a regular expression. */
export class InvalidPattern extends Schema.TaggedError<InvalidPattern>()("InvalidPattern", {
  option: Schema.Literals(["--expect", "--halt-on-success", "--halt-on-error"]),
  /** Which one, when the option is given several times; 1-based. */
  position: Schema.Int,
  pattern: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `${this.option} (number ${this.position}): ${this.reason}`
  }

  get hint() {
    return "patterns are JavaScript regular expressions; put a backslash before ( ) [ ] { } * + ? . ^ $ | to mean the character"
  }
}

/** Compiles the patterns: JavaScript regular expressions, case-insensitive, tried on each line. */
export const compilePatterns = (sources: PatternSources): Result.Result<Patterns, InvalidPattern> =>
  Result.all({
    expect: compile("--expect", sources.expect),
    haltOnSuccess: compile("--halt-on-success", sources.haltOnSuccess),
    haltOnError: compile("--halt-on-error", sources.haltOnError)
  })

const compile = (option: PatternOption, patterns: ReadonlyArray<string>) =>
  Result.all(patterns.map((pattern, index) =>
    Result.try({
      try: () => new RegExp(pattern, "i"),
      catch: (cause) =>
        new InvalidPattern({
          option,
          position: index + 1,
          pattern,
          reason: cause instanceof Error ? cause.message : String(cause)
        })
    })
  ))
