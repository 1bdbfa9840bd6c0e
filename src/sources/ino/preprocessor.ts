import { type Brackets, depthOf } from "./brackets.ts"
import { type Blank, tokenPattern } from "./cppTokens.ts"

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

/**
 * Follows the directives of a text as its tokens are read: what they define, include and enclose, and which branches
 * of conditionals must be left out for brackets to match. What is to be blanked out is added to `blanks`.
 */
export const makePreprocessor = (text: string, blanks: Array<Blank>) => {
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

  /** Takes a directive and the brackets open before it; gives those that are open behind it. */
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
