import * as Schema from "effect/Schema"

/** May have `{properties}` of the board in it. */
const text = Schema.String

/** A step of `ImageStep.ts` whose values come from the properties of a board. */
export const StepForm = Schema.TaggedUnion({
  CopyFile: { file: text },
  WriteFile: { text },
  EspImage: { elf: text, chip: text, mode: text, frequency: text, size: text },
  Esp8266Image: { elf: text, eboot: text, mode: text, frequency: text, size: text },
  PartitionTable: { csv: text, tableOffset: text, bootLoaderOffset: text, flashSize: text },
  MergedImage: {
    chip: text,
    parts: Schema.NonEmptyArray(Schema.Struct({ offset: text, file: text })),
    /** The binary partition table among the parts. */
    partitions: Schema.Struct({ offset: text, file: text }),
    flashSize: text
  },
  Uf2Image: { elf: text, familyId: text, pageSize: text, sectorSize: text, absoluteBlock: Schema.optionalKey(text) }
})
export type StepForm = typeof StepForm.Type

/** A file that fbuild makes in place of a vendor's command. */
export const StepTemplate = Schema.Struct({
  output: text,
  /** Who waits for it: all compilations, the link with its hooks, or nobody but other images. */
  for: Schema.Literals(["compilation", "link", "image"]),
  /** The first whose files are there is used; the last one if there is none. Files of the build folder count as there. */
  forms: Schema.NonEmptyArray(Schema.Struct({
    step: StepForm,
    /** Passed over if this property has no value. */
    given: Schema.optionalKey(Schema.String),
    /** Passed over if this property has a value. */
    unless: Schema.optionalKey(Schema.String)
  })),
  /** What helps when the file of none of them is there. */
  hint: Schema.optionalKey(text)
})
export type StepTemplate = typeof StepTemplate.Type

/**
 * Recipes and hooks of a core that fbuild does not run. They are known by the tool that their line names, so that a core may
 * number them as it likes.
 */
export const ReplacedRecipe = Schema.Struct({
  /** A regular expression on the key: `^recipe\.hooks\.prebuild\.`. */
  recipe: Schema.String,
  /** A regular expression on the line as `platform.txt` has it, before properties are put in. */
  calls: Schema.String,
  why: Schema.NonEmptyString,
  /** Only for boards whose properties have these values. */
  when: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** The line is run all the same where one of these files is there: it does more then. */
  unlessThere: Schema.optionalKey(Schema.Array(text)),
  /** Made once, however many recipes are meant; nothing where none of them is. */
  steps: Schema.Array(StepTemplate)
})
export type ReplacedRecipe = typeof ReplacedRecipe.Type
