import { mergeProperties, type Properties, type Property } from "../arduino/Properties.ts"
import { extraFlags } from "./extraFlags.ts"

/** `Translation` of `plan/PlatformSpec.ts` says what each part means. */
export interface TranslationRule {
  readonly option: string
  readonly property: string
  readonly form?: "Megahertz" | "Word"
  readonly suffix?: string
  readonly values?: Readonly<Record<string, string>>
}

/** What PlatformIO's words mean in a family, as `PlatformSpec` has it. */
export interface Dialect {
  readonly cores?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, string>>
  readonly translations?: ReadonlyArray<TranslationRule>
}

/** The `board_*` options of an environment (`board_build.X` as `build.X`), each with its place in the project. */
export const writtenOptions = ({ boardOptions, place, where }: {
  readonly boardOptions: Readonly<Record<string, string>>
  readonly place: { readonly path: string; readonly line: number }
  readonly where: Readonly<Record<string, { readonly path: string; readonly line: number }>>
}): Properties =>
  new Map(
    Object.entries(boardOptions).map(([name, value]) => {
      const { line, path } = where[`board_${name}`] ?? place
      return [name, { value, path, line }]
    })
  )

/**
 * Properties that have PlatformIO's names, under the names and in the form that `boards.txt` has for them. An option with translations is
 * gone after that, unless one of them gives it its own name; what is written in the vendor's words is stronger than a translation.
 */
export const vendorNames = (
  written: Properties,
  { cores = {}, options = {}, translations = [] }: Dialect,
  /** What the core and the board have said before. */
  before: Properties
): Properties => {
  const named = new Map<string, Property>()
  for (const [name, property] of translated(written, { translations })) {
    if (name === "upload.maximum_ram_size") named.set("upload.maximum_data_size", property)
    else if (name === "build.core") named.set(name, { ...property, value: cores[property.value] ?? property.value })
    else if (name === "build.extra_flags") {
      for (const [key, value] of extraFlags(property.value, before.get(name)?.value)) {
        named.set(key, { ...property, value })
      }
    } else named.set(options[name] ?? name, property)
  }
  return named
}

/** The translations alone, which board files need too. */
export const translated = (written: Properties, { translations = [] }: Pick<Dialect, "translations">): Properties => {
  const found = new Map<string, Property>()
  for (const rule of translations) {
    const property = written.get(rule.option)
    if (property !== undefined) found.set(rule.property, { ...property, value: valueOf(property.value, rule) })
  }
  const others = [...written].filter(([name]) => !translations.some(({ option }) => option === name))
  return mergeProperties(found, new Map(others))
}

const valueOf = (written: string, { form, suffix = "", values = {} }: TranslationRule): string => {
  const value = form === "Megahertz" ? megahertz(written) : form === "Word" ? word(written) : written
  return (Object.hasOwn(values, value) ? values[value]! : value) + suffix
}

/** `80000000L` → `80`; what is no such number stays, and is found wrong where it is used. */
const megahertz = (text: string): string => {
  const [, digits] = /^(\d+)(?:U?L+)?$/i.exec(text.trim()) ?? []
  return digits === undefined ? text : String(Number(digits) / 1_000_000)
}

const word = (path: string): string => path.replace(/^.*\//s, "").replace(/\.csv$/i, "").replaceAll(/\W/g, "_")
