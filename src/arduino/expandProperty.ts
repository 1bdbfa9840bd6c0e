import * as Result from "effect/Result"
import { type ArduinoError, ExpansionTooLarge, type Origin, PropertyCycle, UndefinedProperty } from "./ArduinoError.ts"
import type { Properties } from "./Properties.ts"

/** The text being expanded: where it stands, and the property that it is the value of. */
export interface ExpansionOrigin extends Origin {
  readonly key: string
}

/** Longest result, in characters. Real command lines stay below 100,000. */
export const maximumLength = 1024 * 1024

/** Deepest chain of references. Real cores stay below 20. */
export const maximumDepth = 200

/**
 * `text` with every `{key}` replaced by the expansion of that property. Inner references come first, so
 * `{build.extra_flags.{build.mcu}}` works. Braces around anything that cannot be a key (`{}`, `{a b}`, JSON) are plain
 * text. It ends on every input: each property is expanded once, and length and depth have limits.
 */
export const expand = (
  properties: Pick<Properties, "get">,
  text: string,
  origin: ExpansionOrigin
): Result.Result<string, ArduinoError> => {
  const done = new Map<string, string>()
  const active: Array<string> = []

  const expandText = (value: string, at: ExpansionOrigin): Result.Result<string, ArduinoError> => {
    // The last element is the text since the innermost `{` that is still open.
    const open = [""]
    let length = value.length
    let position = 0
    for (const { index, 0: brace } of value.matchAll(/[{}]/g)) {
      append(open, value.slice(position, index))
      position = index + 1
      if (brace === "{") {
        open.push("")
      } else if (open.length === 1) {
        append(open, "}")
      } else {
        const name = open.pop() ?? ""
        if (!isKey(name)) {
          append(open, `{${name}}`)
          continue
        }
        const expanded = expandKey(name, at)
        if (Result.isFailure(expanded)) return expanded
        length += expanded.success.length
        if (length > maximumLength) return tooLarge(at, "length")
        append(open, expanded.success)
      }
    }
    append(open, value.slice(position))
    return Result.succeed(open.join("{"))
  }

  const expandKey = (key: string, at: ExpansionOrigin): Result.Result<string, ArduinoError> => {
    const known = done.get(key)
    if (known !== undefined) return Result.succeed(known)
    const property = properties.get(key)
    if (property === undefined) {
      return Result.fail(new UndefinedProperty({ path: at.path, line: at.line, key: at.key, property: key }))
    }
    const { path, line } = property
    if (active.includes(key)) {
      return Result.fail(new PropertyCycle({ path, line, chain: [...active.slice(active.indexOf(key)), key] }))
    }
    if (active.length === maximumDepth) return tooLarge(at, "depth")
    active.push(key)
    const expanded = expandText(property.value, { path, line, key })
    active.pop()
    if (Result.isSuccess(expanded)) done.set(key, expanded.success)
    return expanded
  }

  return expandText(text, origin)
}

/** Characters that keys of real platforms have; tools are named with versions, as in `avr-gcc-7.3.0-atmel3.6.1+x`. */
const isKey = (name: string): boolean => /^[\w.+@-]+$/.test(name)

const append = (open: Array<string>, text: string): void => {
  open[open.length - 1] += text
}

const tooLarge = (at: ExpansionOrigin, limit: "length" | "depth") =>
  Result.fail(
    new ExpansionTooLarge({
      path: at.path,
      line: at.line,
      key: at.key,
      limit,
      maximum: limit === "length" ? maximumLength : maximumDepth
    })
  )
