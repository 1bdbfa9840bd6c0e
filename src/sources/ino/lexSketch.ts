import { type Blank, blankOut, tokenPattern } from "./cppTokens.ts"

/** A stretch of text whose meaning depends on what encloses it: a branch of an `#if`, or the braces of `extern "C"`. */
export interface Block {
  /** Extent of the content. */
  readonly start: number
  readonly end: number
  readonly construct: Construct
  /** How many of `construct.opening` come before the content, at least 1. */
  readonly openings: number
}

/** What a block is a part of: all of `#if … #endif`, all of `extern "C" {…}`. */
export interface Construct {
  readonly start: number
  /** For conditionals, after the line of `#endif`. */
  readonly end: number
  /** The directives of all branches in order, or `extern "C" {`. */
  readonly opening: ReadonlyArray<string>
  readonly closing: string
}

/** A `#define`. `end` is the start of the line after it. */
export interface Macro {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly hasParameters: boolean
  /** Whether it can stand for more than a part of a declaration. */
  readonly hasBraces: boolean
}

/** What a text says before any C++ is parsed: its directives, its brackets, where each word first occurs. */
export interface SketchTokens {
  /**
   * The text, offset by offset, with spaces for all that declarations do not need or a C++ grammar stumbles over:
   * directives, branches that the rest of the text has no brackets for, function bodies, initializer lists,
   * macros that only stand for attributes.
   */
  readonly skeleton: string
  /** Where each identifier is first used: not as the name of a type's member. */
  readonly uses: ReadonlyMap<string, number>
  /** The first macro that each identifier occurs in. */
  readonly macroUses: ReadonlyMap<string, number>
  readonly macros: ReadonlyArray<Macro>
  /** For each `#include`, the start of the line after it. */
  readonly includes: ReadonlyArray<number>
  /** Macros that only stand for attributes, ascending. */
  readonly attributes: ReadonlyArray<{ readonly start: number; readonly end: number }>
  /** Start of every directive. */
  readonly directives: ReadonlyArray<number>
  readonly branches: ReadonlyArray<Block>
}

/** Reads a text with LF line ends. Total: whatever the text is, there is a result. Linear in its length. */
export const lexSketch = (text: string): SketchTokens => {
  const uses = new Map<string, number>()
  const blanks: Array<Blank> = []
  const attributes: Array<Blank> = []
  const preprocessor = makePreprocessor(text, blanks)
  let brackets: Brackets = undefined
  let previous = ""
  /** Whether `class`, `struct`, `union`, `enum` or `namespace` began the current declaration. */
  let typeOpen = false

  const token = tokenPattern()
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const lexeme = match[0]
    const start = match.index
    if (match[1] !== undefined) {
      brackets = preprocessor.read(lexeme, start, brackets)
      continue
    }
    if (preprocessor.isDead() || lexeme.startsWith("//") || lexeme.startsWith("/*")) continue
    if (match[3] !== undefined) {
      if (attributeMacro.test(lexeme)) {
        attributes.push({ start, end: start + lexeme.length, fill: " " })
        continue
      }
      if (/^(class|struct|union|enum|namespace)$/.test(lexeme)) typeOpen ||= !/^[<,(]$/.test(previous)
      const isMember = previous === "." || previous === "->" || brackets?.role === "type"
      if (!isMember && !uses.has(lexeme)) uses.set(lexeme, start)
    } else if (lexeme === "(" || lexeme === "[") {
      brackets = open(brackets, start, lexeme === "(" ? ")" : "]", brackets?.role)
    } else if (lexeme === "{") {
      brackets = open(brackets, start, "}", roleOfBrace(previous, typeOpen, brackets))
    } else if (lexeme === ")" || lexeme === "]" || lexeme === "}") {
      const closed = findOpen(brackets, lexeme)
      if (closed !== undefined) {
        brackets = closed.outer
        if (lexeme === "}") blanks.push(...blanksOf(closed, start))
      }
    }
    if (lexeme === ";" || lexeme === "{" || lexeme === "}") typeOpen = false
    previous = lexeme
  }
  const { branches, directives, includes, macroUses, macros } = preprocessor.end()
  const skeleton = blankOut(text, [...blanks, ...attributes])
  return { skeleton, uses, macroUses, macros, includes, attributes, directives, branches }
}

/** A piece of the text with spaces for macros that put a function into a section. */
export const withoutAttributeMacros = (text: string): string => {
  const blanks: Array<Blank> = []
  for (const { 3: word, index } of text.matchAll(tokenPattern())) {
    if (word !== undefined && attributeMacro.test(word)) {
      blanks.push({ start: index, end: index + word.length, fill: " " })
    }
  }
  return blankOut(text, blanks)
}

/**
 * Macros that put a function or constant into a section. They may differ at each use (ESP-IDF numbers the sections),
 * so a prototype must not repeat them. Sources: esp_attr.h (ESP-IDF 5), c_types.h (ESP8266 core 3), avr/pgmspace.h and
 * avr/eeprom.h (avr-libc 2), pgmspace.h (Teensyduino 1.59).
 */
const attributeMacro = /^(?:[A-Z][A-Z0-9_]*_ATTR|PROGMEM|EEMEM|FASTRUN|FLASHMEM|DMAMEM|EXTMEM)$/

/** The open brackets, innermost first. Immutable, so that it can be remembered at an `#if`. */
type Brackets = Bracket | undefined
interface Bracket {
  readonly start: number
  readonly closing: string
  readonly role: Role
  readonly outer: Brackets
  readonly depth: number
}

/** `type`: members, or a namespace; `body`: statements or initializers; `default`: a braced default argument. */
type Role = "type" | "body" | "default" | undefined

const open = (outer: Brackets, start: number, closing: string, role: Role): Bracket => ({
  start,
  closing,
  role,
  outer,
  depth: depthOf(outer) + 1
})

const depthOf = (brackets: Brackets): number => brackets?.depth ?? 0

const roleOfBrace = (previous: string, typeOpen: boolean, outer: Brackets): Role => {
  if (outer?.role === "body" || outer?.role === "default") return outer.role
  if (previous === "=" && outer?.closing === ")") return "default"
  // extern "C" {…} holds what stands outside of it, too.
  if (previous.endsWith("\"")) return outer?.role
  return typeOpen && previous !== ")" && previous !== "=" ? "type" : "body"
}

/** The bracket that a closing one belongs to; a parenthesis left open ends with the braces around it. */
const findOpen = (brackets: Brackets, closing: string): Brackets => {
  let found = brackets
  if (closing === "}") {
    while (found !== undefined && found.closing !== "}") found = found.outer
  }
  return found?.closing === closing ? found : undefined
}

const blanksOf = (brace: Bracket, end: number): ReadonlyArray<Blank> => {
  if (brace.outer?.role === "body" || brace.outer?.role === "default") return []
  // The grammar has no `= {}` in parameter lists: it becomes a number.
  if (brace.role === "default") return [{ start: brace.start, end: end + 1, fill: "0" }]
  return brace.role === "body" ? [{ start: brace.start + 1, end, fill: " " }] : []
}

interface Conditional {
  readonly construct: { readonly start: number; end: number; opening: Array<string>; readonly closing: string }
  /** The open brackets at `#if`. */
  readonly brackets: Brackets
  branchStart: number
  /** Whether the current branch is not looked at. */
  dead: boolean
  /** The first branch that left other brackets open, while no branch has left the same. */
  uneven: { readonly start: number; readonly end: number; readonly brackets: Brackets } | undefined
  hasEven: boolean
}

const makePreprocessor = (text: string, blanks: Array<Blank>) => {
  const macroUses = new Map<string, number>()
  const macros: Array<Macro> = []
  const includes: Array<number> = []
  const directives: Array<number> = []
  const branches: Array<Block> = []
  const conditionals: Array<Conditional> = []

  /** Ends the current branch, and says which brackets are open for the next one. */
  const endBranch = (current: Conditional, end: number, brackets: Brackets): Brackets => {
    const { branchStart: start, construct } = current
    branches.push({ start, end, construct, openings: construct.opening.length })
    const blank = { start, end, fill: " " }
    if (current.dead) {
      blanks.push(blank)
      return current.brackets
    }
    if (depthOf(brackets) === depthOf(current.brackets)) {
      if (current.uneven !== undefined) blanks.push({ ...current.uneven, fill: " " })
      current.uneven = undefined
      current.hasEven = true
    } else if (current.uneven !== undefined) blanks.push(blank)
    else if (!current.hasEven) current.uneven = { start, end, brackets }
    else return brackets
    return current.brackets
  }

  const read = (source: string, start: number, brackets: Brackets): Brackets => {
    const end = start + source.length
    const nextLine = Math.min(end + 1, text.length)
    const keyword = /^[ \t]*#[ \t]*(\w*)/.exec(source)?.[1] ?? ""
    const current = conditionals.at(-1)
    const outer = conditionals.at(-2)
    directives.push(start)
    blanks.push({ start, end, fill: " " })
    if (/^if(n?def)?$/.test(keyword)) {
      conditionals.push({
        construct: { start, end: text.length, opening: [source], closing: "#endif" },
        brackets,
        branchStart: nextLine,
        dead: current?.dead === true || /^[ \t]*#[ \t]*if[ \t]+0[ \t]*(\/[/*]|$)/.test(source),
        uneven: undefined,
        hasEven: false
      })
    } else if (current !== undefined && /^(else|elif(n?def)?)$/.test(keyword)) {
      const next = endBranch(current, start, brackets)
      // In function bodies, what follows #endif is taken to fit the first branch, even beside an even one.
      current.dead = outer?.dead === true || (current.uneven !== undefined && current.brackets?.role === "body")
      current.construct.opening.push(source)
      current.branchStart = nextLine
      return next
    } else if (current !== undefined && keyword === "endif") {
      const next = endBranch(current, start, brackets)
      current.construct.end = nextLine
      conditionals.pop()
      return current.uneven?.brackets ?? next
    } else if (current?.dead !== true) {
      if (/^(include|include_next|import)$/.test(keyword)) includes.push(nextLine)
      const define = keyword === "define" ? /define[ \t]+([\w$\x80-\uFFFF]+)(\(?)/.exec(source) : null
      if (define === null) return brackets
      let hasBraces = false
      for (const { 0: lexeme, 3: word } of source.slice(define.index + define[0].length).matchAll(tokenPattern())) {
        hasBraces ||= /^[{};]$/.test(lexeme)
        if (word !== undefined && !macroUses.has(word)) macroUses.set(word, start)
      }
      macros.push({ name: define[1]!, start, end: nextLine, hasParameters: define[2] === "(", hasBraces })
    }
    return brackets
  }

  return {
    read,
    isDead: () => conditionals.at(-1)?.dead === true,
    end: () => {
      for (const conditional of conditionals) endBranch(conditional, text.length, conditional.brackets)
      return { branches, directives, includes, macroUses, macros }
    }
  }
}
