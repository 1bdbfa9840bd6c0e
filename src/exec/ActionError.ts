import * as Schema from "effect/Schema"
import type { DiskError } from "../disk/Disk.ts"
import { ActionId, Mnemonic } from "../plan/Action.ts"
import type { SpawnFailed } from "../process/Subprocess.ts"
import type { StepFailed } from "./BuiltinSteps.ts"

/** All that can go wrong with one action. */
export type ActionError =
  | CommandFailed
  | ActionTimedOut
  | SourceVanished
  | FlagRefused
  | OutputNotWritten
  | StepFailed
  | SpawnFailed
  | DiskError

const action = {
  id: ActionId,
  mnemonic: Mnemonic,
  /** The source or first input: what the user knows the action by. */
  path: Schema.String
}

/** A command ended with an exit code other than 0, or by a signal. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  ...action,
  /** Absent when a signal ended it. */
  exitCode: Schema.optionalKey(Schema.Int),
  signal: Schema.optionalKey(Schema.String),
  /** What it printed, as it printed it. */
  output: Schema.String
}) {
  override get message() {
    const how = this.signal === undefined ? `exit code ${this.exitCode}` : `killed by ${this.signal}`
    switch (this.mnemonic) {
      case "Link":
        return `linking ${this.id} failed (${how})`
      case "CCompile":
      case "CxxCompile":
      case "Assemble":
        return `compiling ${this.path} failed (${how})`
      default:
        return `${this.mnemonic} of ${this.path} failed (${how})`
    }
  }
  get hint(): string | undefined {
    if (/is not within region|will not fit in region|overflowed by \d+ bytes/.test(this.output)) {
      return "the program needs more memory than the board has"
    }
    return this.signal === "SIGKILL" ? "the system may have run out of memory: fewer jobs (-j) need less" : undefined
  }
}

/** An action took longer than `--tu-timeout`. */
export class ActionTimedOut extends Schema.TaggedError<ActionTimedOut>()("ActionTimedOut", {
  ...action,
  limit: Schema.String
}) {
  override get message() {
    return `${this.mnemonic} of ${this.path} took longer than ${this.limit}`
  }
}

/** A declared input is not there when the action is about to start. */
export class SourceVanished extends Schema.TaggedError<SourceVanished>()("SourceVanished", action) {
  override get message() {
    return `${this.path} was there when the build was planned and is gone now`
  }
}

/** A command has a word that would give something else than it says. */
export class FlagRefused extends Schema.TaggedError<FlagRefused>()("FlagRefused", {
  ...action,
  flag: Schema.String,
  /** A predicate: "writes …". */
  why: Schema.String,
  /** A word that can be used in its place. */
  instead: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `${this.flag}, with which ${this.path} would be made, ${this.why}`
  }
  get hint(): string {
    return this.instead === undefined ? `${this.flag} is not supported` : `use ${this.instead}`
  }
}

/** A command ended well but did not write what it should have. */
export class OutputNotWritten extends Schema.TaggedError<OutputNotWritten>()("OutputNotWritten", {
  ...action,
  output: Schema.String
}) {
  override get message() {
    return `${this.mnemonic} of ${this.path} ended well but did not write ${this.output}`
  }
}
