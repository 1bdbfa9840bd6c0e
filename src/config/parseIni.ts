import * as Result from "effect/Result"
import { ConfigError } from "./ConfigError.ts"

/** One `key = value`. */
export interface IniEntry {
  /** Lower case: keys are case-insensitive, as in Python's configparser. */
  readonly key: string
  /** Without comments; the lines of a multi-line value are trimmed and joined by `\n`. */
  readonly value: string
  /** Where each line of `value` stands, from 1; none for a value that no file has. */
  readonly valueLines: ReadonlyArray<number>
  readonly path: string
  /** Line and column of the key, from 1. */
  readonly line: number
  readonly column: number
}

export interface IniSection {
  /** As written between the brackets, trimmed. */
  readonly name: string
  readonly path: string
  readonly line: number
  readonly entries: ReadonlyMap<string, IniEntry>
}

export interface IniDocument {
  readonly path: string
  /** In file order. */
  readonly sections: ReadonlyMap<string, IniSection>
}

/**
 * Reads the dialect of `platformio.ini`: Python's configparser with strict checks, `;` and `#` as comments (at the start
 * of a line, or after white space), and values that go on over lines indented deeper than their key. Blank and comment
 * lines do not end a value. Any line end and a byte order mark are accepted.
 *
 * Fails at the first bad line, duplicate section, duplicate key of a section, or key before any section.
 *
 * Source: Python 3.13 library reference, "configparser"; PlatformIO documentation, "platformio.ini".
 */
export const parseIni = (path: string, text: string): Result.Result<IniDocument, ConfigError> => {
  const sections = new Map<string, OpenSection>()
  let section: OpenSection | undefined
  let entry: OpenEntry | undefined
  let entryIndent = 0

  for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const line = index + 1
    const bare = stripComment(raw)
    const content = bare.trim()
    if (content === "") {
      if (bare.length === raw.length) entry?.lines.push({ text: "", line })
      continue
    }
    const indent = bare.length - bare.trimStart().length
    if (entry !== undefined && indent > entryIndent) {
      entry.lines.push({ text: content, line })
      continue
    }
    entryIndent = indent
    entry = undefined
    const place = { path, line, column: indent + 1 }

    const header = /^\[(.+)\]$/.exec(content)
    if (header !== null && header[1]!.trim() !== "") {
      const name = header[1]!.trim()
      const first = sections.get(name)
      if (first !== undefined) {
        return Result.fail(
          ConfigError.at(place, { _tag: "DuplicateSection", section: name, firstLine: first.line })
        )
      }
      section = { name, path, line, entries: new Map() }
      sections.set(name, section)
      continue
    }

    const separator = content.search(/[=:]/)
    if (separator <= 0 || content.startsWith("[")) {
      return Result.fail(ConfigError.at(place, { _tag: "BadLine", text: content }))
    }
    const key = content.slice(0, separator).trim().toLowerCase()
    if (section === undefined) return Result.fail(ConfigError.at(place, { _tag: "KeyBeforeSection", key }))
    const first = section.entries.get(key)
    if (first !== undefined) {
      return Result.fail(
        ConfigError.at(place, { _tag: "DuplicateKey", section: section.name, key, firstLine: first.line })
      )
    }
    entry = { key, ...place, lines: [{ text: content.slice(separator + 1).trim(), line }] }
    section.entries.set(key, entry)
  }

  return Result.succeed({ path, sections: new Map(Array.from(sections.values(), (open) => [open.name, close(open)])) })
}

/**
 * The sections of both files; where they have the same key of the same section, that of `extra` counts.
 *
 * Source: PlatformIO documentation, "extra_configs".
 */
export const mergeDocuments = (base: IniDocument, extra: IniDocument): IniDocument => {
  const sections = new Map(base.sections)
  for (const section of extra.sections.values()) {
    const below = sections.get(section.name)
    sections.set(
      section.name,
      below === undefined ? section : { ...below, entries: new Map([...below.entries, ...section.entries]) }
    )
  }
  return { path: base.path, sections }
}

interface OpenEntry {
  readonly key: string
  readonly path: string
  readonly line: number
  readonly column: number
  readonly lines: Array<{ readonly text: string; readonly line: number }>
}

interface OpenSection {
  readonly name: string
  readonly path: string
  readonly line: number
  readonly entries: Map<string, OpenEntry>
}

const close = (section: OpenSection): IniSection => ({
  ...section,
  entries: new Map(Array.from(section.entries.values(), ({ lines, ...entry }) => {
    const start = lines.findIndex(({ text }) => text !== "")
    const used = start < 0 ? [] : lines.slice(start, lines.findLastIndex(({ text }) => text !== "") + 1)
    const value = used.map(({ text }) => text).join("\n")
    return [entry.key, { ...entry, value, valueLines: used.map(({ line }) => line) }]
  }))
})

/** configparser knows no quotes: ` ;` begins a comment wherever it stands, `a;b` and `url#ref` do not. */
const stripComment = (line: string): string => {
  const start = line.search(/(?:^|\s)[;#]/)
  if (start < 0) return line
  return line.slice(0, /\s/.test(line[start]!) ? start + 1 : start)
}
