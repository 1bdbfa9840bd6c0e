import * as Schema from "effect/Schema"

/** How a test on an emulator ended. */
export const Outcome = Schema.TaggedUnion({
  Passed: { message: Schema.String },
  Failed: { message: Schema.String },
  /** The program did what no CPU can go on from. */
  Crashed: { message: Schema.String },
  /** The deadline passed first. */
  TimedOut: {
    message: Schema.String,
    /** The `--expect` patterns that were not seen. */
    missing: Schema.Array(Schema.String)
  },
  /** The emulator cannot run this machine. */
  Unsupported: { message: Schema.String }
})
export type Outcome = typeof Outcome.Type

/** The exit status of `fbuild test-emu`. */
export const exitCode = (outcome: Outcome): number => {
  switch (outcome._tag) {
    case "Passed":
      return 0
    case "Failed":
    case "Crashed":
      return 1
    case "Unsupported":
      return 2
    case "TimedOut":
      return 124
  }
}
