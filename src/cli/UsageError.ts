import * as Schema from "effect/Schema"

/** The command line cannot be understood. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  reason: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return this.reason
  }
}

/** An option or a command that the documentation has and this version does not. */
export class NotBuilt extends Schema.TaggedError<NotBuilt>()("NotBuilt", {
  what: Schema.String
}) {
  override get message() {
    return `${this.what} is not available in this version of fbuild`
  }
}

/** `--timeout` passed. */
export class RequestTimedOut extends Schema.TaggedError<RequestTimedOut>()("RequestTimedOut", {
  limit: Schema.String
}) {
  override get message() {
    return `the request took longer than ${this.limit} (--timeout)`
  }
}

/** Ends a command with an exit status when all that is to be said has been said. */
export class CommandExit extends Schema.TaggedError<CommandExit>()("CommandExit", {
  code: Schema.Int
}) {}
