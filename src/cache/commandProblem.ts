import type { Action } from "../plan/Action.ts"
import { type Argument, classifyArguments } from "./classifyArguments.ts"
import type { Uncacheable } from "./Fingerprint.ts"
import { familyOf } from "./flagTable.ts"
import { hasOutputName, isOutputName, memberNames } from "./outputNames.ts"

/**
 * Why what a command makes cannot be told from its words, its inputs and the traces that a depfile and a map leave. `argv`:
 * the command of `action` with response files in their place, and names for its outputs
 * and members.
 */
export const commandProblem = (action: Action, argv: ReadonlyArray<string>): Uncacheable | undefined => {
  const program = argv[0] ?? ""
  const args = classifyArguments(argv)
  if (args === undefined) return { _tag: "UnknownProgram", program }
  if (action.toolchain === undefined) return { _tag: "NotIdentified" }
  for (const [names, why] of variables) {
    const name = names.find((name) => (action.env[name] ?? "") !== "")
    if (name !== undefined) return { _tag: "UncacheableFlag", flag: `${name}=${action.env[name]}`, why }
  }
  const isLink = action.mnemonic === "Link"
  const inputs = new Set<string>([...action.inputs, ...memberNames(action).values()])
  for (const arg of args) {
    const problem = argumentProblem(arg, inputs, isLink)
    if (problem !== undefined) return problem
  }
  const tells = isLink ? args.some(({ name }) => name === "--Map") : action.depfile !== undefined
  return familyOf(program) === "gcc" && !tells ? { _tag: "Untraced" } : undefined
}

const argumentProblem = (
  { class: meaning, flag, name, value, why }: Argument,
  inputs: ReadonlySet<string>,
  isLink: boolean
): Uncacheable | undefined => {
  const uncacheable = (why: string): Uncacheable => ({ _tag: "UncacheableFlag", flag, why })
  switch (meaning) {
    case "unknown":
      return { _tag: "UnknownFlag", flag }
    case "uncacheable":
    case "untold":
      return uncacheable(why ?? "")
    case "output":
      return isOutputName(value) ? undefined : uncacheable("writes a file that is not one of the outputs")
    case "operand":
      if (value.startsWith("@")) return uncacheable("cannot be read")
      // The link's map tells what it read.
      return isLink || isOutputName(value) || inputs.has(value) ? undefined : uncacheable("is not one of the inputs")
    default:
      return hasOutputName(value) && !targets.includes(name)
        ? uncacheable("has the name of an output in it, which is a temporary one when the command runs")
        : undefined
  }
}

/** They name an output in the depfile. */
const targets = ["-MT", "-MQ"]

/** Variables that change what a compiler reads, writes or starts. Source: GCC manual, "Environment Variables". */
const variables: ReadonlyArray<readonly [names: ReadonlyArray<string>, why: string]> = [
  [
    ["GCC_EXEC_PREFIX", "COMPILER_PATH", "LD_PRELOAD", "LD_LIBRARY_PATH"],
    "may start programs that are not the toolchain's"
  ],
  [
    ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH"],
    "looks for files where nobody else would know to look"
  ],
  [["DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES", "GCC_COMPARE_DEBUG"], "writes a file beside its object"]
]
