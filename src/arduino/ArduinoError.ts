import * as Schema from "effect/Schema"

/** Where a property was written. Line 0: it is no file's, `path` says whose it is. */
export const Origin = Schema.Struct({
  path: Schema.String,
  /** Counts from 1. */
  line: Schema.Int
})
export type Origin = typeof Origin.Type

/** A line of a properties file that is neither blank, a comment nor `key=value`. */
export class BadLine extends Schema.TaggedError<BadLine>()("BadLine", {
  ...Origin.fields,
  text: Schema.String,
  problem: Schema.Literals(["no equals sign", "empty key", "NUL character"])
}) {
  override get message() {
    return `${place(this)}: ${this.problem} in ${quoted(this.text)}`
  }
  get hint() {
    return "write it as key=value, or start the line with # to make it a comment"
  }
}

/** `{property}` occurs in the value of `key`, and nothing defines it. */
export class UndefinedProperty extends Schema.TaggedError<UndefinedProperty>()("UndefinedProperty", {
  ...Origin.fields,
  key: Schema.String,
  property: Schema.String
}) {
  override get message() {
    return `${place(this)}: ${this.key} uses {${this.property}}, which is not defined`
  }
  get hint() {
    const [, tool] = /^runtime\.tools\.(.+)\.path$/.exec(this.property) ?? []
    if (tool !== undefined) return `name the folder of that tool: platform_packages = ${tool}@file:///path/to/it`
    if (this.property.startsWith("build.")) {
      return `the board does not have it: board_${this.property} = … in platformio.ini, or ID.${this.property}=… in boards.local.txt`
        + " beside the core's boards.txt"
    }
    return `define ${this.property} in platform.local.txt beside the core's platform.txt (an empty value will do)`
  }
}

/** Properties that need each other. `chain` starts and ends with the same key. */
export class PropertyCycle extends Schema.TaggedError<PropertyCycle>()("PropertyCycle", {
  ...Origin.fields,
  chain: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${place(this)}: properties refer to each other in a circle: ${this.chain.join(" → ")}`
  }
}

/** An expansion that grows past all reason, in length or in depth. */
export class ExpansionTooLarge extends Schema.TaggedError<ExpansionTooLarge>()("ExpansionTooLarge", {
  ...Origin.fields,
  key: Schema.String,
  limit: Schema.Literals(["length", "depth"]),
  /** Characters, or references inside references. */
  maximum: Schema.Int
}) {
  override get message() {
    const unit = this.limit === "length" ? "characters" : "references deep"
    return `${place(this)}: ${this.key} expands to more than ${this.maximum} ${unit}`
  }
}

/** A recipe line whose `quote` is opened and never closed. */
export class BadQuoting extends Schema.TaggedError<BadQuoting>()("BadQuoting", {
  ...Origin.fields,
  key: Schema.String,
  quote: Schema.String,
  /** The line from the opening quote on. */
  text: Schema.String
}) {
  override get message() {
    return `${place(this)}: ${this.key} has no closing ${this.quote} for ${quoted(this.text)}`
  }
  get hint() {
    return `an argument that starts with ${this.quote} ends at the next ${this.quote} that a space follows`
  }
}

/** The platform defines no such recipe, or an empty one. */
export class MissingRecipe extends Schema.TaggedError<MissingRecipe>()("MissingRecipe", {
  recipe: Schema.String
}) {
  override get message() {
    return `the platform has no ${this.recipe}`
  }
  get hint() {
    return "the core needs a platform.txt with this recipe, its own or that of a core it refers to"
  }
}

/** A property whose value is not what its meaning asks for. */
export class BadValue extends Schema.TaggedError<BadValue>()("BadValue", {
  ...Origin.fields,
  key: Schema.String,
  value: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `${place(this)}: ${this.key}=${this.value} is not ${this.expected}`
  }
}

/** No such board in `boards.txt`. */
export class UnknownBoard extends Schema.TaggedError<UnknownBoard>()("UnknownBoard", {
  /** The boards.txt that was searched. */
  path: Schema.String,
  board: Schema.String,
  nearest: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.path} has no board ${quoted(this.board)}`
  }
  get hint() {
    return this.nearest.length === 0 ? undefined : `did you mean ${this.nearest.join(", ")}?`
  }
}

/** A `menu=option` that the board does not have, or text that is not of this form. */
export class UnknownOption extends Schema.TaggedError<UnknownOption>()("UnknownOption", {
  path: Schema.String,
  board: Schema.String,
  /** The `menu=option` as it was given. */
  text: Schema.String,
  /** What would be right in its place, as `menu=option`. */
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    return `board ${this.board} has no option ${quoted(this.text)} (${this.path})`
  }
  get hint() {
    return this.known.length === 0 ? `board ${this.board} has no options` : `use one of ${this.known.join(", ")}`
  }
}

/** All that can be wrong with an Arduino platform, or with what is asked of it. */
export const ArduinoError = Schema.Union([
  BadLine,
  UndefinedProperty,
  PropertyCycle,
  ExpansionTooLarge,
  BadQuoting,
  MissingRecipe,
  BadValue,
  UnknownBoard,
  UnknownOption
])
export type ArduinoError = typeof ArduinoError.Type

const place = (origin: Origin): string => origin.line > 0 ? `${origin.path}:${origin.line}` : origin.path

/** Cut to a length that a terminal line can hold. */
const quoted = (text: string): string => `“${text.length > 80 ? `${text.slice(0, 79)}…` : text}”`
