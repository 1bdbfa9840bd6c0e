import { sha256 } from "./sha256.ts"

/** A text with its own SHA-256 in a line before it, so that a flipped bit or a missing end is noticed. */
export const seal = (text: string): string => `${sha256(text)}\n${text}`

/** The text that was sealed, or `undefined` when this is not what `seal` gave. */
export const unseal = (sealed: string | undefined): string | undefined => {
  if (sealed === undefined) return undefined
  const text = sealed.slice(sealed.indexOf("\n") + 1)
  return sealed === seal(text) ? text : undefined
}
