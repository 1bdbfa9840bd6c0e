import { contains, excludes, nestBlocks, wordsOfConditions } from "./blocks.ts"
import { wordsOf } from "./cppTokens.ts"
import type { SketchTokens } from "./lexSketch.ts"
import { lastAtOrBefore } from "./mergeTabs.ts"
import type { Block } from "./preprocessor.ts"
import type { Range } from "./readHeader.ts"
import type { Declaration, Outline, SketchFunction } from "./readOutline.ts"

/** Where the prototype of a function goes. */
export interface Placement {
  readonly function: SketchFunction
  /** Offset of the insertion, between two declarations. */
  readonly at: number
  /** Blocks around the definition that are not around the insertion, outermost first. */
  readonly wrappers: ReadonlyArray<Block>
  /** Whether the default arguments move from the definition to the prototype. */
  readonly movesDefaults: boolean
}

/**
 * Chooses where prototypes go, in the order of their insertion. Each goes in front of the first function definition and
 * of the first use of its name, but behind all that its header needs: the types, constants, macros and functions that
 * the sketch declares, and, if it names something else, the includes that are not behind the first use.
 * Functions that are declared already, or that would be declared at their definition only, get none.
 */
export const placePrototypes = (text: string, tokens: SketchTokens, outline: Outline): ReadonlyArray<Placement> => {
  const blocksAround = nestBlocks([...tokens.branches, ...outline.linkages])
  const known = knownNames(tokens, outline)
  const functionMacros = new Set(tokens.macros.filter((macro) => macro.hasParameters).map((macro) => macro.name))
  const braceMacros = new Set(tokens.macros.filter((macro) => macro.hasBraces).map((macro) => macro.name))
  const imports = [...tokens.includes, ...outline.usings].sort((a, b) => a - b)
  const placements: Array<Placement> = []
  /** Absent: not looked at yet. `undefined`: no prototype, or being looked at. */
  const points = new Map<SketchFunction, number | undefined>()
  let waiting = 0

  const itemAround = (offset: number): Range | undefined => {
    const item = outline.items[lastAtOrBefore(outline.items, offset, (item) => item.start)]
    return item !== undefined && item.start < offset && offset < item.end ? item : undefined
  }

  /** The nearest offset where `inner` could be declared, searched forwards or backwards. */
  const settle = (offset: number, inner: number, edge: "start" | "end"): number => {
    for (let at = offset;;) {
      const foreign = blocksAround(at).findLast((block) => !contains(block, inner))
      const next = itemAround(at)?.[edge] ?? foreign?.construct[edge] ?? at
      if (next === at) return at
      at = next
    }
  }

  /** The latest point behind one of `ends` (ascending, up to `last`) that is not behind `limit`, else the earliest. */
  const behind = (ends: ReadonlyArray<number>, last: number, inner: number, limit: number): number | undefined => {
    let earliest: number | undefined
    for (let i = lastAtOrBefore(ends, last, (end) => end); i >= 0; i--) {
      const end = ends[i]!
      if (blocksAround(end).some((block) => excludes(block, inner))) continue
      earliest = settle(end, inner, "end")
      if (earliest <= limit) return earliest
    }
    return earliest
  }

  /** Where `names` are known, `from` at least. Only what is declared up to `last` counts. */
  const knownAt = (names: Iterable<string>, of: SketchFunction, from: number, last: number, limit: number): number => {
    const inner = of.range.start
    let at = from
    for (const name of names) {
      if (name === of.header.name) continue
      const declared = known.get(name)
      if (declared === undefined) {
        // It may come from an include, but need not.
        const point = behind(imports, Math.min(last, limit), inner, limit)
        if (point !== undefined && point <= limit) at = Math.max(at, point)
        continue
      }
      const prototypes = declared.functions.flatMap((other) => place(other) ?? [])
      const ends = prototypes.length === 0 ? declared.ends : [...declared.ends, ...prototypes].sort((a, b) => a - b)
      at = Math.max(at, behind(ends, last, inner, limit) ?? at)
    }
    return at
  }

  const place = (candidate: SketchFunction): number | undefined => {
    if (points.has(candidate) || waiting > maxWaiting) return points.get(candidate)
    points.set(candidate, undefined)
    waiting++
    const placement = choose(candidate)
    waiting--
    if (placement !== undefined) placements.push(placement)
    points.set(candidate, placement?.at)
    return placement?.at
  }

  const choose = (candidate: SketchFunction): Placement | undefined => {
    const { header, range } = candidate
    const around = blocksAround(range.start)
    const macroUse = tokens.macroUses.get(header.name)
    const firstFunction = outline.firstFunction ?? range.start
    const use = Math.min(tokens.uses.get(header.name) ?? range.start, range.start)
    const limit = Math.min(use, macroUse === undefined ? range.start : Math.max(macroUse, firstFunction))
    if (functionMacros.has(header.name) || [...header.names].some((name) => braceMacros.has(name))) return undefined
    if (isDeclared(candidate, limit) || hasDirective(header.range)) return undefined
    if (around.reduce((sum, block) => sum + block.openings, 0) > maxOpenings) return undefined

    let at = settle(Math.min(firstFunction, use), range.start, "start")
    for (const block of around) {
      const words = wordsOfConditions(block)
      at = knownAt(words, candidate, at, block.construct.start, limit)
    }
    at = knownAt(header.names, candidate, at, range.start, limit)
    const defaults = header.defaults.flatMap(({ end, start }) => wordsOf(text.slice(start, end)))
    const withDefaults = knownAt(defaults, candidate, at, range.start, limit)
    // Templates must have their defaults in the first declaration.
    const movesDefaults = header.defaults.length > 0 && (header.isTemplate || withDefaults <= Math.max(at, limit))
    at = skipLineEnd(text, movesDefaults ? withDefaults : at)
    if (at >= range.start) return undefined

    const entered = new Set(blocksAround(at))
    const wrappers = around.filter((block) => !entered.has(block)).reverse()
    return { function: candidate, at, wrappers, movesDefaults }
  }

  /** Whether the sketch itself declares the function before its first use, under the same conditions. */
  const isDeclared = ({ header, range }: SketchFunction, limit: number): boolean =>
    (header.isTemplate || header.defaults.length === 0) &&
    known.get(header.name)?.declarations.some((declaration) =>
        declaration.signature === header.signature && declaration.range.start <= limit &&
        blocksAround(declaration.range.start).every((block) => contains(block, range.start))
      ) === true

  const hasDirective = (header: Range): boolean => {
    const directive = tokens.directives[lastAtOrBefore(tokens.directives, header.end, (start) => start)]
    return directive !== undefined && directive > header.start
  }

  for (const candidate of outline.functions) place(candidate)
  // Stable: what a prototype needs was placed before it.
  return placements.sort((a, b) => a.at - b.at)
}

/** How long a chain of functions in default arguments of functions is followed. */
const maxWaiting = 100

/** How many directives a prototype may need around it: each is repeated for each prototype. */
const maxOpenings = 256

/** What the sketch says of a name. */
interface Known {
  /** Where declarations and definitions of it end, ascending. */
  readonly ends: Array<number>
  readonly declarations: Array<Declaration>
  readonly functions: Array<SketchFunction>
}

const knownNames = (tokens: SketchTokens, outline: Outline): ReadonlyMap<string, Known> => {
  const known = new Map<string, Known>()
  const add = (name: string, end: number): Known => {
    const entry = known.get(name) ?? { ends: [], declarations: [], functions: [] }
    known.set(name, entry)
    entry.ends.push(end)
    return entry
  }
  for (const macro of tokens.macros) add(macro.name, macro.end)
  for (const declaration of outline.declarations) {
    add(declaration.name, declaration.range.end).declarations.push(declaration)
  }
  for (const defined of outline.functions) add(defined.header.name, defined.range.end).functions.push(defined)
  for (const { ends } of known.values()) ends.sort((a, b) => a - b)
  return known
}

/** The next line, if nothing but white space is left on this one. */
const skipLineEnd = (text: string, offset: number): number => {
  const lineEnd = /[ \t]*\n/y
  lineEnd.lastIndex = offset
  return offset + (lineEnd.exec(text)?.[0].length ?? 0)
}
