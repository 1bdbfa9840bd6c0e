import * as Schema from "effect/Schema"
import { Digest } from "../domain/Digest.ts"
import { FilePath } from "../domain/FilePath.ts"
import { imageSteps } from "./steps/ImageStep.ts"

/** The first output of the action: unique in a graph. */
export const ActionId = Schema.NonEmptyString.pipe(Schema.brand("ActionId"))
export type ActionId = typeof ActionId.Type

/** What kind of command an action is. Term: Bazel "mnemonic". */
export const Mnemonic = Schema.Literals([
  "ConvertSketch",
  "CCompile",
  "CxxCompile",
  "Assemble",
  "Archive",
  "Link",
  "Objcopy",
  "Image",
  "Embed",
  "Write",
  "Size",
  "Listing",
  "Hook"
])
export type Mnemonic = typeof Mnemonic.Type

/** Work that fbuild does itself, without a process. A new case needs an interpreter in `src/orchestrator/`. */
export const BuiltinStep = Schema.TaggedUnion({
  /** Merges the tabs of a sketch, in this order of discovery, into one C++ file. */
  ConvertSketch: { tabs: Schema.NonEmptyArray(FilePath) },
  ...imageSteps
})
export type BuiltinStep = typeof BuiltinStep.Type

/** One command of the build. Data only: the executor decides when, and whether, to run it. */
export class Action extends Schema.Class<Action>("fbuild/plan/Action")({
  id: ActionId,
  mnemonic: Mnemonic,
  /** Program first (absolute path), one element per argument, never shell-quoted. Empty for a built-in step. */
  argv: Schema.Array(Schema.String),
  /** Complete environment of the child; nothing is inherited. */
  env: Schema.Record(Schema.String, Schema.String),
  /** Declared inputs, in the order of use. Headers found through `depfile` are not listed. */
  inputs: Schema.Array(FilePath),
  outputs: Schema.NonEmptyArray(FilePath),
  /** Make-style `.d` file that the compiler writes next to its object; an output nobody reads but fbuild. */
  depfile: Schema.optionalKey(FilePath),
  /** Outputs that the command may leave out: only that it names them says that it writes them. */
  tentative: Schema.optionalKey(Schema.Array(FilePath)),
  /** The output that what the command prints on stdout becomes. */
  stdout: Schema.optionalKey(FilePath),
  /** What the programs behind the command are, by content. Absent for vendor hooks and built-in steps. */
  toolchain: Schema.optionalKey(Digest),
  step: Schema.optionalKey(BuiltinStep),
  /** Of one that always runs: files of the build folder that its words have in them, which it may make. */
  mentions: Schema.optionalKey(Schema.Array(FilePath)),
  /** Why nothing can vouch for it, so that it runs in every build: a vendor hook that may read and write anything. */
  always: Schema.optionalKey(Schema.NonEmptyString)
}) {}

/** Whether it compiles or assembles one source. */
export const isCompile = ({ mnemonic }: Pick<Action, "mnemonic">): boolean =>
  mnemonic === "CCompile" || mnemonic === "CxxCompile" || mnemonic === "Assemble"

/** What a user knows an action by: the source, or, where there is none or are many, what is made. */
export const subjectOf = ({ id, inputs, mnemonic }: Pick<Action, "id" | "inputs" | "mnemonic">): string => {
  switch (mnemonic) {
    case "CCompile":
    case "CxxCompile":
    case "Assemble":
    case "Embed":
      return inputs[0] ?? id
    default:
      return id
  }
}
