import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { FilePath } from "../domain/FilePath.ts"
import { joinPath } from "../domain/paths.ts"
import { Action } from "../plan/Action.ts"
import { type ActionGraph, makeGraph } from "../plan/ActionGraph.ts"
import { findProgram, missing, pathFolders } from "../toolchain/findTool.ts"

/**
 * A graph whose programs are all known by their place: a recipe may name one without a folder, as a shell's user would. Programs of
 * which nobody knows what they do get the request's `PATH` besides, because scripts start what they need by name; and files that their
 * words name are inputs, as soon as they are there.
 */
export const locatePrograms = Effect.fnUntraced(function*(
  graph: ActionGraph,
  { buildDir, projectDir }: { readonly buildDir: string; readonly projectDir: string },
  variables: Readonly<Record<string, string>>
) {
  const isBare = ({ argv: [program = ""] }: Action) => program !== "" && !program.includes("/")
  const isUnknown = ({ always, tentative }: Action) => always !== undefined || tentative !== undefined
  if (!graph.actions.some((action) => isUnknown(action) || isBare(action))) return graph
  const actions = yield* Effect.forEach(graph.actions, (action) =>
    Effect.gen(function*() {
      if (!isUnknown(action) && !isBare(action)) return action
      const [name = "", ...args] = action.argv
      const program = isBare(action) ? yield* findProgram(name, variables) : name
      if (program === undefined) return yield* missing(name, pathFolders(variables))
      const named = action.tentative === undefined ? [] : yield* namedIn(args, projectDir, buildDir)
      return Action.make({
        ...action,
        argv: [program, ...args],
        env: isUnknown(action) ? { ...action.env, PATH: variables["PATH"] ?? "" } : action.env,
        inputs: [...new Set([...action.inputs, ...named])]
      })
    }))
  return yield* Effect.fromResult(makeGraph(actions))
})

/**
 * The files that are there, and that words are or end in (`--script=tools/x.py`). Those of the build folder are not among them: whether
 * they are there tells nothing before the build, and the trace of the action will have them.
 */
const namedIn = Effect.fnUntraced(function*(words: ReadonlyArray<string>, projectDir: string, buildDir: string) {
  const disk = yield* Disk
  const found: Array<FilePath> = []
  for (const word of words) {
    for (const path of new Set([word, word.slice(word.indexOf("=") + 1)])) {
      if (path === "" || path.startsWith(`${buildDir}/`)) continue
      if (yield* disk.isFile(joinPath(projectDir, path))) found.push(FilePath.make(path))
    }
  }
  return found
})
