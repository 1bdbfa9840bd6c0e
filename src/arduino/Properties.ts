import * as Result from "effect/Result"
import { manySmall, pause, type Steps } from "../domain/steps.ts"
import { BadLine, type Origin } from "./ArduinoError.ts"

/** The value of a property, not expanded, and where it was written. */
export interface Property extends Origin {
  readonly value: string
}

/** Properties by key, in the order of the file; a key that is set again keeps its first place and takes the new value. */
export type Properties = ReadonlyMap<string, Property>

/** The host's name in keys such as `compiler.path.linux`, and the value of `runtime.os`. */
export type HostOs = "linux" | "macosx" | "windows"

/** A file that was read. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/**
 * Reads `platform.txt`, `boards.txt` and files of their form: `key=value` lines, `#` comments, white space around keys
 * and values dropped. There is no escaping and no continuation of lines.
 * Source: Arduino platform specification, "Configuration files format".
 */
export const parseProperties = (path: string, text: string): Result.Result<Properties, BadLine> =>
  Result.gen(() => propertiesOf({ path, text }))

/** The steps of `parseProperties`. */
export function* propertiesOf({ path, text }: TextFile): Steps<Properties, BadLine> {
  const properties = new Map<string, Property>()
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    if (index % manySmall === manySmall - 1) yield* pause
    // `trim` takes a byte order mark for white space.
    const content = raw.trim()
    if (content === "" || content.startsWith("#")) continue
    const equals = content.indexOf("=")
    const key = content.slice(0, equals).trim()
    const problem = equals < 0
      ? "no equals sign"
      : key === ""
      ? "empty key"
      : content.includes("\0")
      ? "NUL character"
      : undefined
    if (problem !== undefined) return yield* Result.fail(new BadLine({ path, line: index + 1, text: content, problem }))
    properties.set(key, { value: content.slice(equals + 1).trim(), path, line: index + 1 })
  }
  return properties
}

/**
 * The properties as they are on one host: `key.<os>` replaces `key`.
 * It applies to one file at a time, so that a `.local.txt` overrides `key` whatever the host.
 * Source: Arduino platform specification, "Automatic property override for specific OS".
 */
export const selectOs = (properties: Properties, os: HostOs): Properties => {
  const suffix = `.${os}`
  const forOs = [...properties.keys()].filter((key) => key.endsWith(suffix) && key !== suffix)
  if (forOs.length === 0) return properties
  const selected = new Map(properties)
  for (const key of forOs) selected.delete(key)
  for (const key of forOs) selected.set(key.slice(0, -suffix.length), properties.get(key)!)
  return selected
}

/** One layer over another: of a key that several have, the last one wins. */
export const mergeProperties = (...layers: ReadonlyArray<Properties>): Properties => {
  const merged = new Map<string, Property>()
  for (const layer of layers) {
    for (const [key, property] of layer) merged.set(key, property)
  }
  return merged
}

/** A layer of values that no file has. `origin` names their author in messages: `fbuild`, `board_build of uno`. */
export const literalProperties = (values: Readonly<Record<string, string>>, origin: string): Properties =>
  new Map(Object.entries(values).map(([key, value]) => [key, { value, path: origin, line: 0 }]))
