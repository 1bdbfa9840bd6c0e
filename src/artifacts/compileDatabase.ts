import * as Schema from "effect/Schema"
import type { ActionGraph } from "../plan/ActionGraph.ts"

/** One entry as clangd reads it. Source: Clang documentation, "JSON Compilation Database Format Specification". */
const Entry = Schema.Struct({
  directory: Schema.String,
  file: Schema.String,
  arguments: Schema.Array(Schema.String),
  output: Schema.String
})

const encodeEntry = Schema.encodeSync(Schema.fromJsonString(Entry))

/** `compile_commands.json` for the compile actions of some graphs; the first graph that compiles a file wins. */
export const compileDatabase = (projectDir: string, graphs: ReadonlyArray<ActionGraph>): string => {
  const entries = new Map<string, typeof Entry.Type>()
  for (const action of graphs.flatMap((graph) => graph.actions)) {
    const file = action.inputs[0]
    const compiles = action.mnemonic === "CCompile" || action.mnemonic === "CxxCompile" ||
      action.mnemonic === "Assemble"
    if (!compiles || file === undefined || entries.has(file)) continue
    entries.set(file, { directory: projectDir, file, arguments: action.argv, output: action.outputs[0] })
  }
  return `[${[...entries.values()].map((entry) => encodeEntry(entry)).join(",\n")}]\n`
}
