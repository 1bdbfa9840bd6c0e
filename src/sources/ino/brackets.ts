import type { Blank } from "./cppTokens.ts"

/** The open brackets, innermost first. Immutable, so that it can be remembered at an `#if`. */
export type Brackets = Bracket | undefined
export interface Bracket {
  readonly start: number
  readonly closing: string
  readonly role: Role
  readonly outer: Brackets
  readonly depth: number
}

/** `type`: members, or a namespace; `body`: statements or initializers; `default`: a braced default argument. */
export type Role = "type" | "body" | "default" | undefined

/** Adds a bracket to the open ones. */
export const open = (outer: Brackets, start: number, closing: string, role: Role): Bracket => ({
  start,
  closing,
  role,
  outer,
  depth: depthOf(outer) + 1
})

/** How many brackets are open. */
export const depthOf = (brackets: Brackets): number => brackets?.depth ?? 0

/** What an opening brace holds, told from the token before it. */
export const roleOfBrace = (previous: string, typeOpen: boolean, outer: Brackets): Role => {
  if (outer?.role === "body" || outer?.role === "default") return outer.role
  if (previous === "=" && outer?.closing === ")") return "default"
  // extern "C" {…} holds what stands outside of it, too.
  if (previous.endsWith("\"")) return outer?.role
  return typeOpen && previous !== ")" && previous !== "=" ? "type" : "body"
}

/** The bracket that a closing one belongs to; a parenthesis left open ends with the braces around it. */
export const findOpen = (brackets: Brackets, closing: string): Brackets => {
  let found = brackets
  if (closing === "}") {
    while (found !== undefined && found.closing !== "}") found = found.outer
  }
  return found?.closing === closing ? found : undefined
}

/** What declarations can do without of a pair of braces; `end` is the offset of the closing one. */
export const blanksOf = (brace: Bracket, end: number): ReadonlyArray<Blank> => {
  if (brace.outer?.role === "body" || brace.outer?.role === "default") return []
  // The grammar has no `= {}` in parameter lists: it becomes a number.
  if (brace.role === "default") return [{ start: brace.start, end: end + 1, fill: "0" }]
  return brace.role === "body" ? [{ start: brace.start + 1, end, fill: " " }] : []
}
