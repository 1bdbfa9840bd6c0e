import type { Macro } from "./Macros.ts"

/**
 * The value of an `#if` expression: `undefined` when it depends on a macro of which nothing is known, on
 * `__has_include`, on a function-like macro, or is no expression. Integers have 64 bits and a sign, as `intmax_t`.
 *
 * Source: C17 6.10.1 and 6.6; GCC manual, "If".
 */
export const evaluateCondition = (expression: string, lookup: (name: string) => Macro): boolean | undefined => {
  const tokens = expression.match(/\w[\w.']*|'(?:\\.|[^'\\])+'|<<|>>|<=|>=|==|!=|&&|\|\||\S/g) ?? []
  const parser = new Parser(tokens, lookup)
  const value = parser.expression(0)
  return value === undefined || !parser.atEnd ? undefined : value !== 0n
}

/** 64-bit integer, or not known. */
type Value = bigint | undefined

/** Deeper than any real condition; more must not exhaust the stack. */
const maxDepth = 200

class Parser {
  private at = 0
  private depth = 0
  private readonly tokens: ReadonlyArray<string>
  private readonly lookup: (name: string) => Macro

  constructor(tokens: ReadonlyArray<string>, lookup: (name: string) => Macro) {
    this.tokens = tokens
    this.lookup = lookup
  }

  get atEnd(): boolean {
    return this.at === this.tokens.length
  }

  /** Precedence climbing: takes the operators that bind at least as tightly as `least`. */
  expression(least: number): Value {
    let left = this.operand()
    for (;;) {
      const operator = this.tokens[this.at] ?? ""
      const precedence = precedences.get(operator)
      if (precedence === undefined || precedence < least) return left
      this.at++
      left = apply(operator, left, this.expression(precedence + 1))
    }
  }

  private operand(): Value {
    const token = this.tokens[this.at++]
    if (token === undefined || ++this.depth > maxDepth) return this.giveUp()
    const value = this.prefixed(token)
    this.depth--
    return value
  }

  private prefixed(token: string): Value {
    switch (token) {
      case "!": {
        const value = this.operand()
        return value === undefined ? undefined : value === 0n ? 1n : 0n
      }
      case "-":
        return wrap(this.operand(), (value) => -value)
      case "~":
        return wrap(this.operand(), (value) => ~value)
      case "+":
        return this.operand()
      case "(": {
        const value = this.expression(0)
        return this.take(")") ? value : this.giveUp()
      }
      case "defined":
        return this.defined()
    }
    if (/^\d/.test(token)) return integer(token)
    if (!/^[A-Za-z_]/.test(token)) return this.giveUp()
    if (this.tokens[this.at] === "(") return this.call()
    return macroValue(token, this.lookup)
  }

  private defined(): Value {
    const parenthesized = this.take("(")
    const name = this.tokens[this.at++]
    if (name === undefined || (parenthesized && !this.take(")"))) return this.giveUp()
    const macro = this.lookup(name)
    return macro === undefined ? undefined : macro === false ? 0n : 1n
  }

  /** Skips the arguments of a function-like macro, or of `__has_include`. */
  private call(): Value {
    let open = 0
    do {
      const next = this.tokens[this.at++]
      if (next === undefined) return this.giveUp()
      if (next === "(") open++
      if (next === ")") open--
    } while (open > 0)
    return undefined
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  /** Leaves the parser where `atEnd` is false, so that the whole is unknown. */
  private giveUp(): undefined {
    this.at = this.tokens.length + 1
    return undefined
  }
}

const precedences: ReadonlyMap<string, number> = new Map(
  [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]
    .flatMap((operators, precedence) => operators.map((operator) => [operator, precedence] as const))
)

const apply = (operator: string, left: Value, right: Value): Value => {
  if (operator === "&&") return left === 0n || right === 0n ? 0n : wrap(both(left, right), () => 1n)
  if (operator === "||") {
    const isTrue = (left !== undefined && left !== 0n) || (right !== undefined && right !== 0n)
    return isTrue ? 1n : wrap(both(left, right), () => 0n)
  }
  if (left === undefined || right === undefined) return undefined
  const value = arithmetic(operator, left, right)
  return typeof value === "boolean" ? (value ? 1n : 0n) : wrap(value, (integer) => integer)
}

const arithmetic = (operator: string, left: bigint, right: bigint): bigint | boolean | undefined => {
  switch (operator) {
    case "==":
      return left === right
    case "!=":
      return left !== right
    case "<":
      return left < right
    case ">":
      return left > right
    case "<=":
      return left <= right
    case ">=":
      return left >= right
    case "|":
      return left | right
    case "^":
      return left ^ right
    case "&":
      return left & right
    case "+":
      return left + right
    case "-":
      return left - right
    case "*":
      return left * right
    case "/":
      return right === 0n ? undefined : left / right
    case "%":
      return right === 0n ? undefined : left % right
    case "<<":
      return right < 0n || right > 63n ? undefined : left << right
    case ">>":
      return right < 0n || right > 63n ? undefined : left >> right
    default:
      return undefined
  }
}

const both = (left: Value, right: Value): Value => left === undefined || right === undefined ? undefined : 1n

const wrap = (value: Value, change: (value: bigint) => bigint): Value =>
  value === undefined ? undefined : BigInt.asIntN(64, change(value))

/** An integer constant, with a sign or not; `undefined` for others, and for what does not fit into 63 bits. */
const integer = (token: string): Value => {
  const parts = /^(-?)(?:(0[xX][\da-fA-F]+|0[bB][01]+)|0([0-7]+)|(0|[1-9]\d*))(?:[uU]?[lL]{0,2}|[lL]{1,2}[uU])$/.exec(
    token.replaceAll("'", "")
  )
  if (parts === null || token.length > 80) return undefined
  const [, sign, prefixed, octal, decimal] = parts
  const value = BigInt(prefixed ?? (octal === undefined ? decimal! : `0o${octal}`))
  if (BigInt.asIntN(64, value) !== value) return undefined
  return sign === "-" ? -value : value
}

/** The value of a macro whose text is an integer or the name of another such macro. */
const macroValue = (name: string, lookup: (name: string) => Macro): Value => {
  let macro = lookup(name)
  for (let steps = 0; steps < 16; steps++) {
    if (macro === false) return 0n
    const text = macro?.trim().replace(/^\((.*)\)$/, "$1").trim()
    if (text === undefined) return undefined
    if (!/^[A-Za-z_]\w*$/.test(text)) return integer(text)
    macro = lookup(text)
  }
  return undefined
}
