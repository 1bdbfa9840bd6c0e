import { blanksOf, type Brackets, findOpen, open, roleOfBrace } from "./brackets.ts"
import { type Blank, blankOut, tokenPattern } from "./cppTokens.ts"
import { type Block, type Macro, makePreprocessor } from "./preprocessor.ts"

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
 * so a prototype must not repeat them. Sources: `esp_attr.h` of ESP-IDF, `avr/pgmspace.h` and `avr/eeprom.h` of avr-libc;
 * the last four are Teensy's.
 */
const attributeMacro = /^(?:[A-Z][A-Z0-9_]*_ATTR|PROGMEM|EEMEM|FASTRUN|FLASHMEM|DMAMEM|EXTMEM)$/
