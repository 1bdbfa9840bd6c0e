import * as Effect from "effect/Effect"
import type { Sink } from "../../src/cli/Terminal.ts"
import type { BuildEvent, EnvironmentResult } from "../../src/exec/BuildEvent.ts"
import { ActionId } from "../../src/plan/Action.ts"

/** A sink that keeps what is written to it. */
export const memorySink = (isTTY = false, columns = 40): Sink & { readonly text: () => string } => {
  const chunks: Array<string> = []
  return {
    write: (text) => Effect.sync(() => void chunks.push(text)),
    writeBytes: (bytes) => Effect.sync(() => void chunks.push(new TextDecoder().decode(bytes))),
    isTTY,
    columns: () => isTTY ? columns : undefined,
    text: () => chunks.join("")
  }
}

/**
 * What a terminal shows after `text`: cursor up (`CSI n A`), erase below (`CSI J`) and colours, which it drops. Lines
 * wrap at `columns`.
 */
export const screen = (text: string, columns = 40): string => {
  const lines: Array<string> = [""]
  let [row, column] = [0, 0]
  for (const token of text.match(/\x1b\[[0-9;]*[A-Za-z]|[^\x1b]/gu) ?? []) {
    if (token === "\n") {
      row++
      column = 0
      lines[row] ??= ""
    } else if (!token.startsWith("\x1b")) {
      if (column === columns) [row, column] = [row + 1, 0]
      lines[row] = `${(lines[row] ?? "").slice(0, column)}${token}${(lines[row] ?? "").slice(column + 1)}`
      column++
    } else if (token.endsWith("A")) {
      row -= Number(token.slice(2, -1))
      if (row < 0) throw new Error("the cursor left the screen")
    } else if (token === "\x1b[J") {
      lines[row] = lines[row]!.slice(0, column)
      lines.length = row + 1
    } else if (!token.endsWith("m")) throw new Error(`the screen does not know ${JSON.stringify(token)}`)
  }
  return lines.join("\n")
}

const about = (name: string) => ({
  environment: "uno",
  id: ActionId.make(`out/${name}.o`),
  mnemonic: "CxxCompile" as const
})

export const events = {
  environment: (actions: number): BuildEvent => ({
    _tag: "EnvironmentStarted",
    environment: "uno",
    board: "uno",
    actions
  }),
  started: (name: string): BuildEvent => ({
    _tag: "ActionStarted",
    ...about(name),
    argv: ["/bin/c++", `my ${name}.cpp`],
    reason: { _tag: "NeverBuilt" },
    cache: { _tag: "NotAsked" }
  }),
  finished: (name: string, output = "", ok = true): BuildEvent => ({
    _tag: "ActionFinished",
    ...about(name),
    ok,
    durationMs: 12,
    output
  }),
  upToDate: (name: string): BuildEvent => ({ _tag: "ActionUpToDate", ...about(name) }),
  planned: (name: string, command: string): BuildEvent => ({
    _tag: "ActionPlanned",
    ...about(name),
    argv: ["/bin/c++"],
    command
  }),
  warning: (message: string): BuildEvent => ({ _tag: "Warning", error: { _tag: "ConfigWarning", message } }),
  done: (result: Partial<EnvironmentResult> = {}): BuildEvent => ({
    _tag: "BuildFinished",
    ok: result.ok ?? true,
    exitCode: result.ok === false ? 1 : 0,
    durationMs: 412,
    traceId: "t",
    environments: [{
      name: "uno",
      board: "uno",
      platform: "avr",
      ok: true,
      images: [],
      size: { flash: { used: 1976, max: 32256 }, ram: { used: 204, max: 2048 }, eeprom: { used: 0, max: 1024 } },
      actions: { total: 3, executed: 2, cacheHits: 0, upToDate: 1, failed: 0, cancelled: 0 },
      errors: [],
      ...result
    }],
    errors: [...result.errors ?? []]
  })
}
