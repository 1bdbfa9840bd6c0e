import * as Schema from "effect/Schema"
import { isCompile } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"

/** One entry as clangd reads it. Source: Clang documentation, "JSON Compilation Database Format Specification". */
const Entry = Schema.Struct({
  directory: Schema.String,
  file: Schema.String,
  arguments: Schema.Array(Schema.String),
  output: Schema.String
})

const encodeEntry = Schema.encodeSync(Schema.fromJsonString(Entry))

/**
 * `compile_commands.json` for the compile actions of some graphs, in pieces; the first graph that compiles a file wins.
 */
export function* compileDatabase(projectDir: string, graphs: ReadonlyArray<ActionGraph>): Generator<string> {
  const files = new Set<string>()
  for (const { actions } of graphs) {
    for (const action of actions) {
      const file = action.inputs[0]
      if (!isCompile(action) || file === undefined || files.has(file)) continue
      yield files.size === 0 ? "[" : ",\n"
      files.add(file)
      yield encodeEntry({ directory: projectDir, file, arguments: action.argv, output: action.outputs[0] })
    }
  }
  yield files.size === 0 ? "[]\n" : "]\n"
}
