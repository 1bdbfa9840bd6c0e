import type { ProfileDiff } from "../../profile/diff.ts"
import type { Item, Summary } from "../../profile/summary.ts"
import { bold, dim, green, red } from "../colors.ts"

/** Slowest actions that are shown. */
const shownActions = 15

/** `fbuild profile`: tables of where the time went. */
export const profileText = (summary: Summary, color: boolean): string => {
  const { actions, beforeActionsMs, cache, criticalPath, durationMs, parallelism, slowest } = summary
  const head = (text: string) => `\n${bold(text, color)}\n`
  const mark = summary.exitCode === 0 ? green("✓", color) : red("✗", color)
  const counts = [
    [actions.executed, "run"],
    [actions.cacheHits, "cached"],
    [actions.upToDate, "up to date"],
    [actions.failed, "failed"],
    [actions.cancelled, "not run"]
  ].filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`).join(", ")
  const lines = [
    `${mark} ${timeOfDay(summary.startedMillis)}  fbuild ${summary.args.join(" ")}  ${duration(durationMs)}  ${
      dim(`trace ${summary.traceId}`, color)
    }\n`,
    `  ${summary.environments.join(", ")}  ${actions.total} actions${counts === "" ? "" : `: ${counts}`}\n`
  ]
  if (slowest.length > 0) {
    lines.push(head("Slowest actions"))
    lines.push(dim(`  ${["time", "cpu", "memory", "waited"].map((name) => name.padStart(9)).join("")}\n`, color))
    lines.push(...slowest.slice(0, shownActions).map((item) => `  ${columns(item)}  ${named(item, summary)}\n`))
    if (slowest.length > shownActions) lines.push(dim(`  and ${slowest.length - shownActions} more\n`, color))

    lines.push(head(`Critical path: ${duration(criticalPath.ms)}, ${percent(criticalPath.share)} of the build`))
    lines.push(pathLine(beforeActionsMs, beforeActionsMs / durationMs, "before the first action"))
    for (const item of criticalPath.actions) {
      const wait = item.waitMs >= 1 ? dim(`  after ${duration(item.waitMs)} of waiting for a job`, color) : ""
      lines.push(pathLine(item.ms, item.share, `${named(item, summary)}${wait}`))
    }

    if (parallelism.most > 0) {
      lines.push(head(`Commands at once: ${parallelism.average.toFixed(1)} on average, ${parallelism.most} at most`))
      lines.push(`  ${bars(parallelism.parts)}\n`)
    }
  }
  if (cache.hits > 0) {
    lines.push(head("Cache"))
    lines.push(
      `  ${cache.hits} hits: commands that had taken ${duration(cache.savedMs)} were replaced in ${
        duration(cache.spentMs)
      }\n`
    )
  }
  const phases = summary.phases.filter(({ ms }) => ms >= 1).slice(0, 10)
  if (phases.length > 0) {
    lines.push(head("Parts of the request"))
    lines.push(...phases.map(({ ms, name }) => `  ${duration(ms).padStart(9)}  ${name}\n`))
  }
  return lines.join("")
}

/** `fbuild profile diff`: what got slower, and what got faster. */
export const diffText = (diff: ProfileDiff, color: boolean): string => {
  const signed = (ms: number) => {
    const text = `${ms > 0 ? "+" : ms < 0 ? "−" : ""}${duration(Math.abs(ms))}`.padStart(10)
    return ms >= 1 ? red(text, color) : ms <= -1 ? green(text, color) : text
  }
  const side = (side: { readonly outcome: string; readonly ms: number } | undefined) =>
    side === undefined ? "not run" : `${side.outcome} ${duration(side.ms)}`
  const actions = diff.actions.filter(({ differenceMs }) => Math.abs(differenceMs) >= 1).slice(0, shownActions)
  const phases = diff.phases.filter(({ differenceMs }) => Math.abs(differenceMs) >= 1).slice(0, 10)
  return [
    `${signed(diff.differenceMs)}  whole build: ${duration(diff.beforeMs)} → ${duration(diff.afterMs)}\n`,
    ...actions.map(({ after, before, differenceMs, mnemonic, path }) =>
      `${signed(differenceMs)}  ${mnemonic} ${path}: ${side(before)} → ${side(after)}\n`
    ),
    ...(phases.length === 0 ? [] : [`\n${bold("Parts of the request", color)}\n`]),
    ...phases.map(({ afterMs, beforeMs, differenceMs, name }) =>
      `${signed(differenceMs)}  ${name}: ${duration(beforeMs)} → ${duration(afterMs)}\n`
    )
  ].join("")
}

/** `fbuild profile --list`: a line for each build that is remembered. */
export const listText = (summaries: ReadonlyArray<{ readonly index: number; readonly summary: Summary }>): string =>
  summaries.map(({ index, summary: { args, durationMs, exitCode, startedMillis, traceId } }) =>
    `${String(index).padStart(3)}  ${timeOfDay(startedMillis)}  ${duration(durationMs).padStart(9)}  ${
      exitCode === 0 ? "✓" : "✗"
    }  ${traceId.slice(0, 16)}  fbuild ${args.join(" ")}\n`
  ).join("")

const columns = ({ cpuMs, ms, peakBytes, waitMs }: Item): string =>
  [
    duration(ms),
    cpuMs === undefined ? "" : duration(cpuMs),
    peakBytes === undefined ? "" : `${(peakBytes / 1024 / 1024).toFixed(0)} MB`,
    duration(waitMs)
  ].map((text) => text.padStart(9)).join("")

const named = ({ environment, mnemonic, outcome, path }: Item, { environments }: Summary): string =>
  [
    mnemonic,
    path,
    ...(environments.length > 1 ? [`(${environment})`] : []),
    ...(outcome === "Executed" ? [] : [outcome.toLowerCase()])
  ].join(" ")

const pathLine = (ms: number, share: number, text: string): string =>
  `  ${duration(ms).padStart(9)} ${percent(share).padStart(6)}  ${text}\n`

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

const duration = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`

/** Eighths of a line's height, the highest for the most. */
const bars = (parts: ReadonlyArray<number>): string => {
  const most = Math.max(...parts)
  return parts.map((part) => part <= 0 ? " " : "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor((part / most) * 8))]).join("")
}

/** Local time would need a clock of the user; the ISO form in UTC is the same everywhere. */
const timeOfDay = (millis: number): string => new Date(millis).toISOString().replace(/\.\d+Z$/, "Z")
