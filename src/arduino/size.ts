import * as Result from "effect/Result"
import { BadValue } from "./ArduinoError.ts"
import type { Properties, Property } from "./Properties.ts"

/** How to read the output of `recipe.size.pattern`, and what there is room for. */
export interface SizeRecipe {
  readonly flash?: SizeRule
  readonly ram?: SizeRule
  readonly eeprom?: SizeRule
}

/** A regular expression that finds the numbers to add up, and the most that they may come to, in bytes. */
export interface SizeRule {
  readonly pattern: RegExp
  readonly max?: number
}

/** Bytes. */
export interface MemoryUse {
  readonly used: number
  readonly max?: number
}

export interface MemorySizes {
  readonly flash?: MemoryUse
  readonly ram?: MemoryUse
  readonly eeprom?: MemoryUse
}

/**
 * The size rules of a board. What the platform gives no regular expression for is left out.
 * Source: Arduino platform specification, "Recipes to compute binary sketch size".
 */
export const sizeRecipe = (properties: Properties): Result.Result<SizeRecipe, BadValue> =>
  Result.gen(function*() {
    const flash = yield* rule(properties, "recipe.size.regex", "upload.maximum_size")
    const ram = yield* rule(properties, "recipe.size.regex.data", "upload.maximum_data_size")
    const eeprom = yield* rule(properties, "recipe.size.regex.eeprom", undefined)
    return {
      ...(flash === undefined ? {} : { flash }),
      ...(ram === undefined ? {} : { ram }),
      ...(eeprom === undefined ? {} : { eeprom })
    }
  })

/** Adds up every number that a capture group of the rule matches in `output`, line by line. */
export const computeSize = (output: string, recipe: SizeRecipe): MemorySizes => ({
  ...(recipe.flash === undefined ? {} : { flash: measure(output, recipe.flash) }),
  ...(recipe.ram === undefined ? {} : { ram: measure(output, recipe.ram) }),
  ...(recipe.eeprom === undefined ? {} : { eeprom: measure(output, recipe.eeprom) })
})

const measure = (output: string, { max, pattern }: SizeRule): MemoryUse => {
  let used = 0
  for (const [, ...groups] of output.matchAll(pattern)) {
    for (const group of groups) if (/^[0-9]+$/.test(group ?? "")) used += Number(group)
  }
  return max === undefined ? { used } : { used, max }
}

const rule = (
  properties: Properties,
  patternKey: string,
  maxKey: string | undefined
): Result.Result<SizeRule | undefined, BadValue> =>
  Result.gen(function*() {
    const written = nonEmpty(properties, patternKey)
    if (written === undefined) return undefined
    const pattern = yield* compile(patternKey, written)
    const limit = maxKey === undefined ? undefined : nonEmpty(properties, maxKey)
    if (maxKey === undefined || limit === undefined) return { pattern }
    if (!/^[0-9]{1,15}$/.test(limit.value)) {
      return yield* Result.fail(new BadValue({ ...facts(maxKey, limit), expected: "a number of bytes" }))
    }
    return { pattern, max: Number(limit.value) }
  })

/**
 * Platforms write the syntax of Go's RE2. JavaScript's, with `u`, means the same but for what is translated here; what
 * RE2 has beyond that (`\A`, `\Q…\E`, `[[:digit:]]`) is an error, not a silent mismatch. Source: RE2 wiki, "Syntax".
 */
const compile = (key: string, written: Property): Result.Result<RegExp, BadValue> => {
  const [, inlineFlags = "", body = ""] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(written.value) ?? []
  const source = body.replaceAll(
    /\\(.)|\(\?P</gsu,
    (found, escaped: string | undefined) =>
      escaped === undefined ? "(?<" : isPlainMark(escaped) ? `\\u{${escaped.codePointAt(0)?.toString(16)}}` : found
  )
  const invalid = new BadValue({ ...facts(key, written), expected: "a regular expression that fbuild understands" })
  if (source.includes("[[:")) return Result.fail(invalid)
  const flags = [...new Set(`gmu${inlineFlags}`)].join("")
  return Result.try({ try: () => new RegExp(source, flags), catch: () => invalid })
}

/** A punctuation mark without a meaning: RE2 lets it be escaped all the same, `u` does not. */
const isPlainMark = (mark: string): boolean => /^[^a-z0-9^$\\.*+?()[\]{}|/]$/iu.test(mark)

const facts = (key: string, { line, path, value }: Property) => ({ path, line, key, value })

const nonEmpty = (properties: Properties, key: string): Property | undefined => {
  const property = properties.get(key)
  return property?.value === "" ? undefined : property
}
