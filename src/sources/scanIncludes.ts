import { evaluateCondition } from "./conditions.ts"
import { type KnownMacros, MacroTable } from "./Macros.ts"
import * as Text from "./sourceText.ts"

/** An `#include`, `#include_next` or `#import`. */
export interface Include {
  /** Between the quotes or angles, as written. */
  readonly name: string
  readonly form: "quoted" | "angled"
  /** Of the directive, from 1. */
  readonly line: number
}

/**
 * The includes of a C, C++ or assembler source, in order, in one pass whose time is linear in the text. Comments, literals
 * (raw strings too) and continued lines are understood; digraphs and trigraphs are not.
 *
 * Conditions are evaluated as far as macros are known; where they are not, every branch counts, so that nothing which a
 * compiler could include is missed. One case is: a header that changes a macro which is in `known`, or which the file
 * itself defined above its `#include`. An include by macro counts if the macro is known and is a header name.
 */
export const scanIncludes = (text: string, known: KnownMacros = { defined: new Map() }): ReadonlyArray<Include> => {
  const scan = new Scan(text, known)
  scan.run()
  return scan.includes
}

/**
 * All that a text could include, in comments and under conditions too: more than `scanIncludes` finds, and much sooner.
 * Good where none of it is a library's.
 */
export const allIncludes = (text: string): ReadonlyArray<Include> =>
  [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm)].map(([, quoted, angled]) => ({
    name: quoted ?? angled ?? "",
    form: quoted === undefined ? "angled" : "quoted",
    line: 0
  }))

/** `undefined`: it could be either. */
type Truth = boolean | undefined

/** An open `#if`. */
interface Frame {
  /** Whether the text around it is compiled, and where changes of macros are collected there. */
  readonly outer: Truth
  readonly outerBranch: Set<string> | undefined
  /** Whether one of its branches so far was compiled. */
  taken: Truth
  /** Macros changed in the current branch, if its own condition is not known. */
  branch: Set<string> | undefined
}

class Scan {
  readonly includes: Array<Include> = []
  private readonly text: string
  private readonly macros: MacroTable
  private readonly frames: Array<Frame> = []
  private active: Truth = true
  private branch: Set<string> | undefined
  /** Line numbers are counted from the last place where one was needed. */
  private counted = 0
  private line = 1

  constructor(text: string, known: KnownMacros) {
    this.text = text
    this.macros = new MacroTable(known)
  }

  run(): void {
    const { text } = this
    let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
    while (at < text.length) {
      at = Text.skipBlanks(text, at)
      if (text[at] === "#") at = this.directive(at)
      else if (at < text.length) at = Text.skipLine(text, at)
    }
  }

  /** Returns where the next line begins. */
  private directive(hash: number): number {
    const start = Text.skipBlanksInLine(this.text, hash + 1)
    const end = Text.wordEnd(this.text, start)
    const name = this.text.slice(start, end)
    switch (name) {
      case "include":
      case "include_next":
      case "import":
        if (this.active !== false) this.include(hash, Text.skipBlanksInLine(this.text, end))
        return Text.skipLine(this.text, end)
      case "if":
      case "ifdef":
      case "ifndef":
      case "elif":
      case "elifdef":
      case "elifndef":
      case "else":
      case "endif":
      case "define":
      case "undef": {
        const { line, next } = Text.readLine(this.text, end)
        this.conditional(name, line)
        return next
      }
      default:
        return Text.skipLine(this.text, end)
    }
  }

  private conditional(name: string, rest: string): void {
    switch (name) {
      case "if":
      case "ifdef":
      case "ifndef":
        return this.open(this.test(name, rest))
      case "elif":
      case "elifdef":
      case "elifndef":
        return this.next((frame) => frame.taken === true ? false : this.test(name.slice(2), rest))
      case "else":
        return this.next(() => true)
      case "endif":
        return this.close()
      case "define":
      case "undef":
        return this.define(name, rest)
    }
  }

  private test(kind: string, rest: string): Truth {
    if (kind === "if") return evaluateCondition(rest, (name) => this.macros.get(name))
    const macro = this.macros.get(/\w+/.exec(rest)?.[0] ?? "")
    return macro === undefined ? undefined : (macro !== false) === (kind === "ifdef")
  }

  private open(condition: Truth): void {
    const frame: Frame = { outer: this.active, outerBranch: this.branch, taken: condition, branch: undefined }
    this.frames.push(frame)
    this.enter(frame, condition)
  }

  private next(test: (frame: Frame) => Truth): void {
    const frame = this.frames.at(-1)
    if (frame === undefined) return
    if (frame.branch !== undefined) this.macros.forget(frame.branch)
    const { taken } = frame
    const condition = test(frame)
    if (taken !== true && condition !== false) frame.taken = condition
    this.enter(frame, taken === true ? false : taken === undefined && condition === true ? undefined : condition)
  }

  private close(): void {
    const frame = this.frames.pop()
    if (frame === undefined) return
    if (frame.branch !== undefined) this.macros.forget(frame.branch)
    this.active = frame.outer
    this.branch = frame.outerBranch
  }

  private enter(frame: Frame, condition: Truth): void {
    frame.branch = condition === undefined ? new Set() : undefined
    this.branch = frame.branch ?? frame.outerBranch
    this.active = frame.outer === false || condition === false ? false : frame.outer && condition
  }

  private define(directive: string, rest: string): void {
    if (this.active === false) return
    const [, name, text] = /^\s*([A-Za-z_]\w*)(.*)$/s.exec(rest) ?? []
    if (name === undefined || text === undefined) return
    // A function-like macro has no value of its own; neither has a text too long for a number or a header name.
    const value = text.startsWith("(") || text.length > 1000 ? "()" : text.trim()
    this.macros.set(name, directive === "undef" ? false : value, this.branch)
  }

  private include(hash: number, at: number): void {
    const header = Text.headerName(this.text, at) ?? this.headerMacro(at)
    if (header !== undefined) this.includes.push({ ...header, line: this.lineAt(hash) })
  }

  private headerMacro(at: number) {
    const macro = this.macros.get(this.text.slice(at, Text.wordEnd(this.text, at)))
    return typeof macro === "string" ? Text.headerName(macro, 0) : undefined
  }

  private lineAt(position: number): number {
    for (;;) {
      const newline = this.text.indexOf("\n", this.counted)
      if (newline < 0 || newline >= position) return this.line
      this.counted = newline + 1
      this.line++
    }
  }
}
