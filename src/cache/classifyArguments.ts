import { binutilsFlags } from "./binutilsFlags.ts"
import { cppFlags, gccFlags } from "./compilerFlags.ts"
import { type Family, familyOf, type FlagClass, type FlagRow, type FlagTable } from "./flagTable.ts"

/** One option of a command line, or a word that is none. */
export interface Argument {
  /** `operand`: no option. `unknown`: in no table, or without the value that it needs. */
  readonly class: FlagClass | "operand" | "unknown"
  /** The words that it is made of, as they stand there. */
  readonly flag: string
  /** Its name in the table; empty for an operand. */
  readonly name: string
  /** What stands behind the name; for an operand, the operand. */
  readonly value: string
  /** For `uncacheable` and `untold`. */
  readonly why?: string | undefined
}

/**
 * What each argument of a command means to a cache. Words for programs behind the driver (`-Wl,`, `-Xlinker` …) are read
 * as these programs will read them, together. `undefined`: the program has no table. Response files have to be expanded
 * before: `@file` is an operand here.
 */
export const classifyArguments = (argv: ReadonlyArray<string>): ReadonlyArray<Argument> | undefined => {
  const before = known.get(argv)
  if (before !== undefined) return before
  const [program = "", ...words] = argv
  const family = familyOf(program)
  if (family === undefined) return undefined
  const found = classify(family, words)
  known.set(argv, found)
  return found
}

/** Of actions, which are asked about several times in a build, and are the same ones in the next. */
const known = new WeakMap<ReadonlyArray<string>, ReadonlyArray<Argument>>()

const classify = (family: Family, words: ReadonlyArray<string>): ReadonlyArray<Argument> => {
  const found: Array<Argument> = []
  const passed = new Map<Family, Array<string>>()
  const pass = (to: Family, ...more: ReadonlyArray<string>) => {
    const list = passed.get(to)
    if (list === undefined) passed.set(to, [...more])
    else list.push(...more)
  }
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const isOperation = family === "ar" && at === 0
    if (!word.startsWith("-") && !isOperation) {
      // The linker gets it between the words of -Wl, where it can be the value of one.
      if (family === "gcc") pass("ld", word)
      else found.push({ class: "operand", flag: word, name: "", value: word })
      continue
    }
    const match = find(family, isOperation && !word.startsWith("-") ? `-${word}` : word, words[at + 1])
    if (match === undefined) {
      found.push({ class: "unknown", flag: word, name: word, value: "" })
      continue
    }
    const { apart, name, row, value } = match
    if (row.to !== undefined) pass(row.to, ...(apart ? [value] : value.split(",")))
    else found.push({ class: row.class, flag: apart ? `${word} ${value}` : word, name, value, why: row.why })
    if (apart) at++
  }
  return [...found, ...[...passed].flatMap(([to, list]) => classify(to, list))]
}

interface Match {
  readonly row: FlagRow
  readonly name: string
  readonly value: string
  /** The value is the next word. */
  readonly apart: boolean
}

const find = (family: Family, word: string, next: string | undefined): Match | undefined => {
  const { found, starts } = indexOf(family)
  const known = found.get(word)
  if (known !== undefined) return known
  const candidates = starts.get(word.slice(0, 2)) ?? starts.get("-") ?? []
  // Long options of ld's may have one dash.
  const long = family === "ld" && /^-[^-]./.test(word) ? `-${word}` : undefined
  const all = long === undefined
    ? candidates
    : [...new Set([...candidates, ...starts.get("--") ?? []])].sort((one, other) => one.order - other.order)
  /** Whether the next word makes no difference. */
  let isWhole = true
  for (const { name, row } of all) {
    for (const spelling of long === undefined ? [word] : [word, long]) {
      if (!spelling.startsWith(name)) continue
      if (spelling === name && ["joined", "next", "long"].includes(row.match)) isWhole = false
      const match = matchRow(row, name, spelling.slice(name.length), next)
      if (match === undefined || row.value?.test(match.value) === false) continue
      if (isWhole) remember(found, word, match)
      return match
    }
  }
  return undefined
}

/** Most words of a command are those of all others. */
const remember = (found: Map<string, Match>, word: string, match: Match) => {
  if (found.size >= mostWords) found.clear()
  found.set(word, match)
}

const mostWords = 5000

/** `rest`: what stands behind the name in its word. */
const matchRow = (row: FlagRow, name: string, rest: string, next: string | undefined): Match | undefined => {
  const here = (value: string): Match => ({ row, name, value, apart: false })
  const apart = next === undefined ? undefined : { row, name, value: next, apart: true }
  switch (row.match) {
    case "exact":
      return rest === "" ? here("") : undefined
    case "prefix":
      return here(rest)
    case "joined":
      return rest === "" ? apart : here(rest)
    case "next":
      return rest === "" ? apart : undefined
    case "long":
      return rest === "" ? apart : rest.startsWith("=") ? here(rest.slice(1)) : undefined
    case "optional":
      return rest === "" ? here("") : rest.startsWith("=") ? here(rest.slice(1)) : undefined
  }
}

interface Candidate {
  readonly row: FlagRow
  readonly name: string
  /** Its place in the table: the first that matches counts. */
  readonly order: number
}

interface Index {
  /** By the first two letters of a word, in order: there are hundreds of names, and a command has dozens of words. */
  readonly starts: ReadonlyMap<string, ReadonlyArray<Candidate>>
  /** What words without a value of their own have turned out to be. */
  readonly found: Map<string, Match>
}

const indices = new Map<Family, Index>()

const indexOf = (family: Family): Index => {
  let index = indices.get(family)
  if (index === undefined) {
    const candidates = tables[family].flatMap((row) => row.names.map((name) => ({ name, row })))
      .map((candidate, order) => ({ ...candidate, order }))
    const any = candidates.filter(({ name }) => name.length === 1)
    const starts = new Map([["-", any]])
    for (const [start, some] of Map.groupBy(candidates, ({ name }) => name.slice(0, 2))) {
      starts.set(start, [...new Set([...any, ...some])].sort((one, other) => one.order - other.order))
    }
    index = { starts, found: new Map() }
    indices.set(family, index)
  }
  return index
}

const tables: Readonly<Record<Family, FlagTable>> = { gcc: gccFlags, cpp: cppFlags, ...binutilsFlags }
