import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sha256 } from "../disk/sha256.ts"
import { Digest } from "../domain/Digest.ts"
import { type Action, BuiltinStep, Mnemonic } from "../plan/Action.ts"
import { commandProblem } from "./commandProblem.ts"
import { memberNames, nameFiles, outputNames } from "./outputNames.ts"
import { expandResponses } from "./responseFile.ts"

/** Why the outputs of an action are not kept, or not looked for. */
export const Uncacheable = Schema.TaggedUnion({
  /** A vendor hook: it may read and write anything. */
  AlwaysRuns: {},
  /** No table of flags for it. */
  UnknownProgram: { program: Schema.String },
  /** In no table. */
  UnknownFlag: { flag: Schema.String },
  /** `why` is a predicate: "reads …". A variable stands as `NAME=value`. */
  UncacheableFlag: { flag: Schema.String, why: Schema.String },
  /** A compiler or linker that is not asked for a depfile or a map. */
  Untraced: {},
  /** Found in what it read. */
  TimeMacro: { path: Schema.String, macro: Schema.String },
  /** While the action ran, or before it could be read. */
  InputTouched: { path: Schema.String },
  /** There is no telling what a file leads to. `why` is a predicate: "takes in …". */
  Untellable: { path: Schema.String, why: Schema.String },
  /** It is not known which programs are behind the command. */
  NotIdentified: {}
})
export type Uncacheable = typeof Uncacheable.Type

/** Completes "not cached: …". */
export const uncacheableText = (reason: Uncacheable): string => {
  switch (reason._tag) {
    case "AlwaysRuns":
      return "a vendor hook may read and write anything"
    case "UnknownProgram":
      return `it is not known what ${reason.program} reads and writes`
    case "UnknownFlag":
      return `it is not known what ${reason.flag} does`
    case "UncacheableFlag":
      return `${reason.flag} ${reason.why}`
    case "Untraced":
      return "neither a depfile nor a map tells what it reads"
    case "TimeMacro":
      return `${reason.path} has ${reason.macro}`
    case "Untellable":
      return `${reason.path} ${reason.why}`
    case "InputTouched":
      return `${reason.path} has changed meanwhile`
    case "NotIdentified":
      return "the programs behind the command are not known"
  }
}

/** Bump when the same action would get other outputs, or the same text stand for another action. 1: first. 2 to 4: what entries say of inputs and outputs. */
const keyVersion = 4

/** Bump when a built-in step makes other content of the same input. 1: first. */
const stepVersion = 1

/**
 * The key of an action in the cache: all that is known of it before it runs. What it turns out to have read besides
 * (headers, linker scripts, libraries, what is absent) is not in here but in the traces of the entries under the key.
 */
export const Fingerprint = Schema.Struct({
  /** Decides how outputs are made of what a command wrote and printed. */
  mnemonic: Mnemonic,
  /** What a built-in step does, in place of a command. */
  step: Schema.optionalKey(BuiltinStep),
  /** Another fbuild may do a step in another way. */
  stepVersion: Schema.optionalKey(Schema.Int),
  /**
   * What the command is told. Response files are in their place, so that a flag counts wherever it stands; outputs have
   * names by position (`{output 0}`, `{depfile}`), because where they are written to does not change them.
   */
  argv: Schema.Array(Schema.String),
  /** Compilers read variables: all that the child gets, by name. */
  env: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  /** The content of the program that is started: it can be replaced under its path, and not all are of a toolchain. */
  program: Schema.optionalKey(Schema.String),
  /** Which programs are behind it, by content. */
  toolchain: Schema.optionalKey(Digest),
  /**
   * What it works on, in order. Paths count as well as digests: they come into debug information and `__FILE__`, but not
   * into archives, whose members have names by position (`{member 0}/a.o`).
   */
  inputs: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  /** The folder that relative paths are relative to, absolute, where a platform lets it come into what is made. */
  directory: Schema.optionalKey(Schema.String),
  /** Names of the outputs by position: an entry has content for each, no more and no less. */
  writes: Schema.Array(Schema.String),
  /** The output that is what the command prints. */
  stdout: Schema.optionalKey(Schema.String)
})
export type Fingerprint = typeof Fingerprint.Type

/** What an action does not say of itself. */
export interface FingerprintContext {
  /** Digests of its declared inputs and of its program: path → SHA-256. */
  readonly inputs: ReadonlyMap<string, string>
  /** The absolute project folder, where the compiler cannot be kept from writing it into its outputs. */
  readonly directory: string | undefined
  /** Response files that the command names: path as it stands there → content. */
  readonly responses?: ReadonlyMap<string, string>
}

/** The key of an action, or why it has none. */
export const fingerprint = (action: Action, context: FingerprintContext): Result.Result<Fingerprint, Uncacheable> => {
  if (action.always !== undefined) return Result.fail({ _tag: "AlwaysRuns" })
  const members = memberNames(action)
  const inputs: Array<readonly [string, string]> = []
  for (const path of action.inputs) {
    const digest = context.inputs.get(path)
    if (digest === undefined) return Result.fail({ _tag: "InputTouched", path })
    inputs.push([members.get(path) ?? path, digest])
  }
  const names = outputNames(action)
  const words = expandResponses(action.argv, context.responses ?? new Map())
  const argv = nameFiles(words, new Map([...names, ...members]))
  const program = context.inputs.get(action.argv[0] ?? "")
  if (action.step === undefined) {
    const problem = commandProblem(action, argv)
    if (problem !== undefined) return Result.fail(problem)
    if (program === undefined) return Result.fail({ _tag: "NotIdentified" })
  }
  return Result.succeed({
    mnemonic: action.mnemonic,
    ...(action.step === undefined ? {} : { step: action.step, stepVersion }),
    argv,
    env: Object.entries(action.env).sort(([a], [b]) => a < b ? -1 : 1),
    ...(program === undefined ? {} : { program }),
    ...(action.toolchain === undefined ? {} : { toolchain: action.toolchain }),
    inputs,
    ...(context.directory === undefined ? {} : { directory: context.directory }),
    writes: [...names.values()],
    ...(action.stdout === undefined ? {} : { stdout: names.get(action.stdout) ?? action.stdout })
  })
}

/** The text of a fingerprint, a line for each fact so that two can be compared, and its SHA-256. */
export const renderFingerprint = (key: Fingerprint): { readonly digest: Digest; readonly text: string } => {
  const lines = [
    `fbuild action ${keyVersion}`,
    `mnemonic ${key.mnemonic}`,
    ...(key.step === undefined ? [] : stepLines(key.step)),
    ...(key.stepVersion === undefined ? [] : [`step version ${key.stepVersion}`]),
    ...(key.program === undefined ? [] : [`program ${escape(key.program)}`]),
    ...(key.toolchain === undefined ? [] : [`toolchain ${key.toolchain}`]),
    ...(key.directory === undefined ? [] : [`directory ${escape(key.directory)}`]),
    ...key.env.map(([name, value]) => `variable ${escape(name).replaceAll("=", "\\u{3d}")}=${escape(value)}`),
    ...key.argv.map((word) => `argument ${escape(word)}`),
    ...key.inputs.map(([path, digest]) => `input ${escape(digest).replaceAll(" ", "\\u{20}")} ${escape(path)}`),
    ...key.writes.map((name) => `writes ${escape(name)}`),
    ...(key.stdout === undefined ? [] : [`prints ${escape(key.stdout)}`])
  ]
  const text = `${lines.join("\n")}\n`
  return { text, digest: sha256(text) }
}

/** A line for the kind of step and one for each fact of it; names of facts come from schemas. */
const stepLines = ({ _tag, ...facts }: BuiltinStep): ReadonlyArray<string> => [`step ${_tag}`, ...factLines("", facts)]

const factLines = (name: string, value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null
    ? Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(([key, part]) =>
      factLines(`${name}.${key}`, part)
    )
    : [`fact ${name.slice(1)} ${escape(String(value))}`]

/** One line, whatever the text; a text that has neither control characters nor backslashes is itself. */
const escape = (text: string): string =>
  !plain.test(text) && special.test(text)
    ? text.replaceAll(specials, (char) => char === "\\" ? "\\\\" : `\\u{${char.codePointAt(0)!.toString(16)}}`)
    : text

/** What nearly all texts are. */
const plain = /^[ -[\]-~]*$/
// Half a surrogate pair has no UTF-8 that SHA-256 could be taken of.
const special = /[\\\p{Cc}\p{Surrogate}]/u
const specials = /[\\\p{Cc}\p{Surrogate}]/gu
