import * as Schema from "effect/Schema"

/** Where a text stands. Lines and columns count from 1; line 0 means the whole file (or an environment variable). */
export interface Place {
  readonly path: string
  readonly line: number
  readonly column?: number | undefined
}

/** What is wrong. Every case holds facts only; the words are in `ConfigError`. */
export const ConfigProblem = Schema.TaggedUnion({
  /** There is no `platformio.ini` in the project folder. */
  FileMissing: {},
  FileUnreadable: { cause: Schema.Defect() },
  NotUtf8: { byte: Schema.Int },
  /** A line that is no section header, no `key = value` and no continuation of a value. */
  BadLine: { text: Schema.String },
  KeyBeforeSection: { key: Schema.String },
  DuplicateSection: { section: Schema.String, firstLine: Schema.Int },
  DuplicateKey: { section: Schema.String, key: Schema.String, firstLine: Schema.Int },
  BadEnvironmentName: { name: Schema.String },
  UnknownParent: { section: Schema.String, parent: Schema.String, nearest: Schema.Array(Schema.String) },
  ExtendsCycle: { chain: Schema.Array(Schema.String) },
  /** `reference` is the text between `${` and `}`. */
  UnresolvedReference: { reference: Schema.String, key: Schema.String, nearest: Schema.Array(Schema.String) },
  ReferenceCycle: { chain: Schema.Array(Schema.String) },
  TooLarge: { what: Schema.String, limit: Schema.String },
  BadValue: { key: Schema.String, value: Schema.String, expected: Schema.Array(Schema.String) },
  UnclosedQuote: { key: Schema.String, quote: Schema.String },
  DynamicFlags: { key: Schema.String, command: Schema.String },
  NoEnvironments: {},
  UnknownEnvironment: {
    name: Schema.String,
    nearest: Schema.Array(Schema.String),
    /** Who named it: the command line, or the `default_envs` option. */
    namedBy: Schema.Literals(["request", "default_envs"])
  },
  MissingOption: { environment: Schema.String, key: Schema.String }
})
export type ConfigProblem = typeof ConfigProblem.Type

/** The only error of `src/config`: a project's configuration cannot be used as it is. */
export class ConfigError extends Schema.TaggedError<ConfigError>()("ConfigError", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  problem: ConfigProblem
}) {
  /** An error about the text at `place`. */
  static at(place: Place, problem: ConfigProblem): ConfigError {
    return new ConfigError({
      path: place.path,
      ...(place.line > 0 ? { line: place.line } : {}),
      ...(place.line > 0 && place.column !== undefined ? { column: place.column } : {}),
      problem
    })
  }

  /** `path:line:column: what is wrong`, as compilers write it. */
  override get message() {
    return `${[this.path, this.line, this.column].filter((part) => part !== undefined).join(":")}: ${
      describe(this.problem)
    }`
  }

  /** What would help, where we know it. */
  get hint(): string | undefined {
    return hintFor(this.problem)
  }
}

const describe = (problem: ConfigProblem): string => {
  switch (problem._tag) {
    case "FileMissing":
      return "no such file"
    case "FileUnreadable":
      return `cannot be read: ${problem.cause instanceof Error ? problem.cause.message : String(problem.cause)}`
    case "NotUtf8":
      return `not UTF-8: byte 0x${problem.byte.toString(16).padStart(2, "0")}`
    case "BadLine":
      return `expected [section] or key = value, found "${problem.text}"`
    case "KeyBeforeSection":
      return `"${problem.key}" stands before the first [section]`
    case "DuplicateSection":
      return `section [${problem.section}] again, first on line ${problem.firstLine}`
    case "DuplicateKey":
      return `"${problem.key}" again in [${problem.section}], first on line ${problem.firstLine}`
    case "BadEnvironmentName":
      return `"${problem.name}" cannot name an environment`
    case "UnknownParent":
      return `[${problem.section}] extends "${problem.parent}", which is no section of this file`
    case "ExtendsCycle":
      return `"extends" runs in a circle: ${problem.chain.join(" → ")}`
    case "UnresolvedReference":
      return `"${problem.key}" refers to \${${problem.reference}}, which is not defined`
    case "ReferenceCycle":
      return `references run in a circle: ${problem.chain.map((link) => `\${${link}}`).join(" → ")}`
    case "TooLarge":
      return `${problem.what} exceeds ${problem.limit}`
    case "BadValue":
      return `"${problem.key}" is "${problem.value}", expected ${problem.expected.join(", ")}`
    case "UnclosedQuote":
      return `unclosed ${problem.quote} in "${problem.key}"`
    case "DynamicFlags":
      return `"${problem.key}" asks for the output of a command, which is not supported yet: !${problem.command}`
    case "NoEnvironments":
      return "no [env:NAME] section"
    case "UnknownEnvironment":
      return problem.namedBy === "request"
        ? `no environment "${problem.name}"`
        : `default_envs names "${problem.name}", which is no environment of this project`
    case "MissingOption":
      return `[env:${problem.environment}] has no "${problem.key}"`
  }
}

const example = "[env:uno] / platform = atmelavr / board = uno / framework = arduino"

const hintFor = (problem: ConfigProblem): string | undefined => {
  switch (problem._tag) {
    case "FileMissing":
      return `a minimal platformio.ini has these four lines: ${example}`
    case "NoEnvironments":
      return `a minimal platformio.ini has these four lines: ${example}`
    case "NotUtf8":
      return "save the file as UTF-8"
    case "BadLine":
      return "further lines of a value are indented; comments start with ; or #"
    case "KeyBeforeSection":
      return "put it under [env] (all environments), [env:NAME] or [platformio]"
    case "DuplicateKey":
      return "keep one of the two; several values go on indented lines under one key"
    case "BadEnvironmentName":
      return "the name becomes a folder: use letters, digits, - and _"
    case "UnknownParent":
    case "UnknownEnvironment":
      return problem.nearest.length > 0 ? `did you mean ${problem.nearest.join(", ")}?` : undefined
    case "UnresolvedReference":
      if (problem.reference === "UNIX_TIME") return "the time of a build would make no two alike; use ${sysenv.NAME}"
      return problem.nearest.length > 0
        ? `did you mean ${problem.nearest.map((name) => `\${${name}}`).join(", ")}?`
        : undefined
    case "UnclosedQuote":
      return "; and # after a space begin a comment, inside quotes too"
    case "DynamicFlags":
      return "write the flags out, or pass them in with ${sysenv.NAME}"
    case "MissingOption":
      return `add "${problem.key} = …", for example: ${example}`
    default:
      return undefined
  }
}
