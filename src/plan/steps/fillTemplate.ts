import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type ArduinoError, BadValue } from "../../arduino/ArduinoError.ts"
import { expand } from "../../arduino/expandProperty.ts"
import type { Properties } from "../../arduino/Properties.ts"
import { FilePath } from "../../domain/FilePath.ts"
import type { BuiltinStep } from "../Action.ts"
import { EspChip, FlashSettings } from "./ImageStep.ts"
import type { StepForm, StepTemplate } from "./StepTemplate.ts"

/** A template with the values of a board put in. */
export interface FilledTemplate {
  readonly output: FilePath
  readonly for: StepTemplate["for"]
  /** Those that are not passed over, in the order in which they are tried. */
  readonly steps: readonly [BuiltinStep, ...ReadonlyArray<BuiltinStep>]
  readonly hint: string | undefined
}

/** Fails for a property that is missing, or whose value is no number, chip or flash mode where one is needed. */
export const fillTemplate = (
  template: StepTemplate,
  properties: Properties
): Result.Result<FilledTemplate, ArduinoError> =>
  Result.gen(function*() {
    const expanded = (text: string) => expand(properties, text, origin)
    const isSet = (key: string) => (properties.get(key)?.value ?? "") !== ""
    const wanted = template.forms.filter(({ given, unless }) =>
      (given === undefined || isSet(given)) && (unless === undefined || !isSet(unless))
    )
    const forms = wanted.length === 0 ? template.forms.slice(-1) : wanted
    const [first, ...more] = yield* Result.all(forms.map(({ step }) => fillForm(step, properties)))
    return {
      output: FilePath.make(yield* expanded(template.output)),
      for: template.for,
      steps: [first!, ...more],
      hint: template.hint === undefined ? undefined : yield* expanded(template.hint)
    }
  })

const fillForm = (form: StepForm, properties: Properties): Result.Result<BuiltinStep, ArduinoError> =>
  Result.gen(function*() {
    const read = reader(properties)
    switch (form._tag) {
      case "CopyFile":
        return { _tag: "CopyFile", file: yield* read.file(form.file) }
      case "WriteFile":
        return { _tag: "WriteFile", text: yield* read.text(form.text) }
      case "EspImage":
        return {
          _tag: "EspImage",
          elf: yield* read.file(form.elf),
          chip: yield* read.chip(form.chip),
          flash: yield* read.flash(form)
        }
      case "Esp8266Image": {
        const layout = { _tag: "Arduino", eboot: yield* read.file(form.eboot) } as const
        return { _tag: "Esp8266Image", elf: yield* read.file(form.elf), flash: yield* read.flash(form), layout }
      }
      case "PartitionTable":
        return {
          _tag: "PartitionTable",
          csv: yield* read.file(form.csv),
          tableOffset: yield* read.number(form.tableOffset),
          bootLoaderOffset: yield* read.number(form.bootLoaderOffset),
          flashSize: yield* read.number(form.flashSize)
        }
      case "MergedImage": {
        const [first, ...more] = yield* Result.all(form.parts.map((part) => read.part(part)))
        const table = form.partitions
        return {
          _tag: "MergedImage",
          chip: yield* read.chip(form.chip),
          parts: [first!, ...more],
          partitions: { file: yield* read.file(table.file), offset: yield* read.number(table.offset) },
          flashSize: yield* read.number(form.flashSize)
        }
      }
      case "Uf2Image":
        return {
          _tag: "Uf2Image",
          source: { _tag: "Elf", file: yield* read.file(form.elf) },
          familyId: yield* read.number(form.familyId),
          pageSize: yield* read.number(form.pageSize),
          sectorSize: yield* read.number(form.sectorSize),
          ...(form.absoluteBlock === undefined ? {} : { absoluteBlock: yield* read.number(form.absoluteBlock) })
        }
    }
  })

const reader = (properties: Properties) => {
  const text = (template: string) => expand(properties, template, origin)
  /** A value that is not what it must be is the fault of the property that it comes from. */
  const as = <A>(template: string, expected: string, parse: (value: string) => A | undefined) =>
    Result.flatMap(text(template), (value): Result.Result<A, BadValue> => {
      const parsed = parse(value)
      if (parsed !== undefined) return Result.succeed(parsed)
      const [, key = template] = /\{([^{}]+)\}/.exec(template) ?? []
      const { line, path } = properties.get(key) ?? origin
      return Result.fail(new BadValue({ path, line, key, value, expected }))
    })
  const number = (template: string) => as(template, "a number of bytes (0x10000, 65536, 64KB, 4MB)", byteCount)
  const file = (template: string) =>
    as(template, "the path of a file", (path) => path === "" ? undefined : FilePath.make(path))
  return {
    text,
    file,
    number,
    chip: (template: string) => as(template, `one of ${EspChip.literals.join(", ")}`, isOneOf(EspChip)),
    flash: (form: { readonly mode: string; readonly frequency: string; readonly size: string }) =>
      Result.gen(function*() {
        const mode = FlashSettings.fields.mode
        return {
          mode: yield* as(form.mode, `one of ${mode.literals.join(", ")}`, isOneOf(mode)),
          frequency: yield* text(form.frequency),
          size: yield* text(form.size)
        }
      }),
    part: (form: { readonly offset: string; readonly file: string }) =>
      Result.gen(function*() {
        const named = partitions.find((name) => name === form.offset)
        return { offset: named ?? (yield* number(form.offset)), file: yield* file(form.file) }
      })
  }
}

const partitions = ["application", "otadata"] as const

const isOneOf = <A extends string>(schema: Schema.Schema<A>) => {
  const is = Schema.is(schema)
  return (value: string): A | undefined => is(value) ? value : undefined
}

const byteCount = (text: string): number | undefined => {
  const [, digits, unit = ""] = /^(0x[\da-f]+|\d+)([KM]?)B?$/i.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const value = Number(digits) * ({ K: 1024, M: 1024 * 1024 }[unit.toUpperCase()] ?? 1)
  return value <= 0xffff_ffff ? value : undefined
}

const origin = { path: "fbuild", line: 0, key: "the platform's steps" }
