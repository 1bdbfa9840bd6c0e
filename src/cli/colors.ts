import type { Sink } from "./Terminal.ts"

export type ColorMode = "auto" | "always" | "never"

/** Whether a sink gets colours. Source for NO_COLOR: no-color.org, any value but the empty one. */
export const usesColor = (mode: ColorMode, sink: Sink, variables: Readonly<Record<string, string>>): boolean => {
  if (mode !== "auto") return mode === "always"
  return sink.isTTY && !variables["NO_COLOR"] && variables["TERM"] !== "dumb"
}

/** Text without the colours (SGR) and line erasures (EL) that GCC writes. */
export const withoutColor = (text: string): string => text.replaceAll(/\x1b\[[0-9;]*[mK]/g, "")

const sgr = (code: number) => (text: string, on: boolean): string => on ? `\x1b[${code}m${text}\x1b[0m` : text

export const red = sgr(31)
export const green = sgr(32)
export const yellow = sgr(33)
export const dim = sgr(2)
export const bold = sgr(1)
