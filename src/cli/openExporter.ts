import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { joinPath } from "../domain/paths.ts"
import type { Measured } from "../telemetry/meter.ts"
import { readSettings, wantsTelemetry } from "../telemetry/settings.ts"
import type { Target } from "../telemetry/target.ts"
import type { Tls } from "../telemetry/Transport.ts"
import { Terminal } from "./Terminal.ts"

/** What sends the telemetry of this request, as its variables say; `undefined` when they ask for none. */
export const openExporter = Effect.fnUntraced(function*(version: string, measured: Measured) {
  const { stderr, variables } = yield* Terminal
  if (!wantsTelemetry(variables)) return undefined
  const settings = readSettings(variables)
  const problems = [...settings.problems]
  const tls = new Map<Target, Tls>()
  for (const target of Object.values(settings.targets)) {
    const read = yield* readTls(target)
    if (typeof read === "string") problems.push(`${read}, so nothing is sent to ${new URL(target.url).origin}`)
    else tls.set(target, read)
  }
  for (const problem of new Set(problems)) yield* stderr.write(`fbuild: ${problem}\n`)
  const targets = Object.fromEntries(Object.entries(settings.targets).filter(([, target]) => tls.has(target)))
  if (tls.size === 0) return undefined
  const { makeExporter } = yield* Effect.promise(() => import("../telemetry/Exporter.ts"))
  const exporter = yield* makeExporter({
    settings: { ...settings, targets },
    version,
    measured,
    tls: (target) => tls.get(target) ?? {}
  })
  return { settings: { ...settings, targets }, ...exporter }
})

/** Reads the files that a target names; what is wrong with them, if anything. */
const readTls = Effect.fnUntraced(function*({ files: { authority, certificate, key } }: Target) {
  const disk = yield* Disk
  const { cwd } = yield* Terminal
  const contents: Record<string, string> = {}
  for (const [name, file] of Object.entries({ ca: authority, cert: certificate, key })) {
    if (file === undefined) continue
    const text = yield* Effect.orElseSucceed(disk.readText(joinPath(cwd, file)), () => undefined)
    if (text === undefined) return `cannot read ${file}`
    contents[name] = text
  }
  return contents satisfies Tls
})
