import type { Action } from "./Action.ts"
import { type ActionGraph, dependenciesOf } from "./ActionGraph.ts"

/** The command of an action as a POSIX shell would take it, for people to read and paste. Empty for a built-in step. */
export const shellCommand = (action: Action): string => {
  const command = action.argv.map(shellQuote).join(" ")
  return action.stdout === undefined ? command : `${command} > ${shellQuote(action.stdout)}`
}

/** Quotes one word for a POSIX shell, only where it needs it. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** The graph for Graphviz: one node an action, edges along the flow of files. */
export const dot = (graph: ActionGraph, name: string): string => {
  const ids = new Map(graph.actions.map((action, index) => [action, `a${index}`]))
  const nodes = graph.actions.map((action) =>
    `  ${ids.get(action)} [label=${dotString(`${action.mnemonic}\n${action.id}`)}];`
  )
  const edges = graph.actions.flatMap((action) =>
    [...dependenciesOf(graph, action)].map((needed) => `  ${ids.get(needed)} -> ${ids.get(action)};`)
  )
  return [`digraph ${dotString(name)} {`, "  rankdir=LR;", "  node [shape=box];", ...nodes, ...edges, "}", ""].join(
    "\n"
  )
}

const dotString = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")}"`
