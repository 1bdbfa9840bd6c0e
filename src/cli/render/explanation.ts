import { type Uncacheable, uncacheableText } from "../../cache/Fingerprint.ts"
import { baseName } from "../../domain/paths.ts"
import type { CacheAnswer, Reason } from "../../exec/BuildEvent.ts"
import type { Explanation } from "../../exec/Explanation.ts"
import { shellQuote } from "../../plan/render.ts"
import { bold, dim } from "../colors.ts"

const outcomes = {
  Executed: "ran",
  Cached: "cached",
  UpToDate: "up to date",
  Failed: "failed",
  Cancelled: "did not run"
} as const

/**
 * What the last build of an environment did, and why. Actions that did the same for the same reason stand together; those
 * that stood are only counted, unless they are what was asked for.
 */
export const explanationText = (environment: string, actions: ReadonlyArray<Explanation>, color: boolean): string => {
  const groups = Map.groupBy(
    actions,
    (action) =>
      [`  ${outcomes[action.outcome]}`, ...reasonsOf(action).map((line) => dim(`    ${line}`, color))].join("\n")
  )
  const lines = [...groups].flatMap(([text, group]) =>
    group[0]?.outcome === "UpToDate" && group.length > few
      ? [`  up to date: ${group.length} actions`]
      : [text, ...group.map(({ id, mnemonic }) => `      ${mnemonic} ${id}`)]
  )
  return [bold(environment, color), ...lines, ""].join("\n")
}

/** As many actions that stood are named: those of one file. */
const few = 5

/** Why an action did what it did, in lines. */
export const reasonsOf = (
  { cache, mnemonic, outcome, reason }: Pick<Explanation, "cache" | "mnemonic" | "outcome" | "reason">
): ReadonlyArray<string> => [
  ...(mnemonic === "Hook" && reason?._tag !== "AlwaysRuns"
    ? ["a hook of the core whose command names all that it reads and writes: it runs when that has changed"]
    : []),
  ...(reason === undefined
    ? [outcome === "UpToDate" ? "nothing it reads has changed" : "what it needs was not made"]
    : reasonText(reason)),
  ...(cache === undefined ? [] : cacheText(cache))
]

/** Why an action had to run, in lines. */
const reasonText = (reason: Reason): ReadonlyArray<string> => {
  switch (reason._tag) {
    case "NeverBuilt":
      return ["nothing is known of an earlier success"]
    case "CommandChanged": {
      const { added, moved, removed } = reason
      if (added.length + removed.length + moved.length === 0) return ["its inputs or outputs are others"]
      return [
        "its command has changed",
        ...removed.map((word) => `  - ${shellQuote(word)}`),
        ...added.map((word) => `  + ${shellQuote(word)}`),
        ...moved.map((word) => `  ${shellQuote(word)} has another place`)
      ]
    }
    case "ToolchainChanged":
      return [`a program or file of the toolchain has changed: ${partsText(reason.parts ?? []) ?? change(reason)}`]
    case "OutputMissing":
      return [`${reason.path} was not there`]
    case "OutputChanged":
      return [`${reason.path} was not what had been made: ${change(reason)}`]
    case "InputMissing":
      return [`${reason.path}, which it had read, was not there`]
    case "InputChanged":
      return [`${reason.path} has changed: ${change(reason)}`]
    case "InputShadowed":
      return [`${reason.path} has appeared, which comes before a file that it had read or had asked for`]
    case "AlwaysRuns":
      return [`a hook of the core, which runs in every build: ${reason.why}`]
  }
}

/** Names of some parts; `undefined`: none are known. */
const partsText = (parts: ReadonlyArray<{ readonly path: string; readonly change: string }>): string | undefined => {
  const names = parts.map(({ change, path }) =>
    `${baseName(path)}${change === "Changed" ? "" : ` (${change.toLowerCase()})`}`
  )
  const more = names.length > few ? [`and ${names.length - few} more`] : []
  return names.length === 0 ? undefined : [...new Set(names.slice(0, few)), ...more].join(", ")
}

const change = ({ after, before }: { readonly before: string; readonly after: string }): string =>
  `${before.slice(0, 12)} → ${after.slice(0, 12)}`

const cacheText = (answer: CacheAnswer): ReadonlyArray<string> => {
  switch (answer._tag) {
    case "NotAsked":
      return []
    case "Hit":
      return ["its outputs were in the cache"]
    case "NoEntry":
      return ["the cache had nothing for this command and these inputs"]
    case "ContentMissing":
      return ["the cache knew it, but no longer had its outputs"]
    case "EntryDiffers": {
      const [first = "", ...more] = reasonText(answer.difference)
      return [`the nearest entry of the cache differs: ${first}`, ...more]
    }
    case "Uncacheable":
      return [`not kept in the cache: ${uncacheableText(answer.reason satisfies Uncacheable)}`]
  }
}
