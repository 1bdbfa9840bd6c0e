import type { BuildEvent, EnvironmentResult } from "../../exec/BuildEvent.ts"
import { dim, green, red, withoutColor } from "../colors.ts"
import type { Sink } from "../Terminal.ts"

/** Where a renderer writes, and how much. */
export interface Look {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdoutColor: boolean
  readonly stderrColor: boolean
  /** `-v` prints each command in place of a short line. */
  readonly detail: "short" | "commands"
}

type Tagged<Tag extends BuildEvent["_tag"]> = Extract<BuildEvent, { readonly _tag: Tag }>

/** `CxxCompile .fbuild/build/uno/src/main.cpp.o` */
export const actionLine = (event: { readonly mnemonic: string; readonly id: string }): string =>
  `${event.mnemonic} ${event.id}`

/** What a command said, ending in a newline, with or without its colours. */
export const outputText = (output: string, color: boolean): string => {
  const text = color ? output : withoutColor(output)
  return text.endsWith("\n") ? text : `${text}\n`
}

/** For every environment that came to an end the size table and one line; after an early failure nothing. */
export const finishedText = (event: Tagged<"BuildFinished">, color: boolean): string =>
  event.environments.map((result) => sizeTable(result) + resultLine(result, event.durationMs, color)).join("")

const resultLine = (result: EnvironmentResult, durationMs: number, color: boolean): string => {
  const { cacheHits, cancelled, executed, failed, total, upToDate } = result.actions
  const counts = [
    [executed, "run"],
    [cacheHits, "cached"],
    [upToDate, "up to date"],
    [failed, "failed"],
    [cancelled, "not run"]
  ].filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`).join(", ")
  const mark = result.ok ? green("✓", color) : red("✗", color)
  const time = dim(`${(durationMs / 1000).toFixed(2)} s`, color)
  return `${mark} ${result.name}  ${total} actions: ${counts}  ${time}\n`
}

/** Used and available bytes of each memory. */
const sizeTable = (result: EnvironmentResult): string =>
  (["flash", "ram", "eeprom"] as const).map((memory) => {
    const use = result.size[memory]
    if (use === undefined || (memory === "eeprom" && use.used === 0)) return ""
    const of = use.max === undefined ? "" : ` of ${use.max} bytes  ${(100 * use.used / use.max).toFixed(1)} %`
    return `${memory.padEnd(6)} ${String(use.used).padStart(8)}${of}\n`
  }).join("")
