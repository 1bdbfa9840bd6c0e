import * as Effect from "effect/Effect"
import { readBuildState } from "../cache/BuildState.ts"
import { joinPath } from "../domain/paths.ts"
import type { Explanation } from "../exec/Explanation.ts"

/**
 * Those of the explained actions that read or make a file: by their traces, which tell of headers too, or, where one has no
 * trace, by its first input. `file` is absolute, relative to the project, or the end of a path (`Wire.cpp`).
 */
export const readersOf = Effect.fnUntraced(function*(
  projectDir: string,
  buildDir: string,
  actions: ReadonlyArray<Explanation>,
  file: string
) {
  const absolute = (path: string) => joinPath(projectDir, path)
  const state = yield* readBuildState(absolute(`${buildDir}/state.json`))
  const wanted = absolute(file)
  const filesOf = ({ id, path }: Explanation): ReadonlyArray<string> => {
    const record = state.actions.get(id)
    return [id, path, ...(record === undefined ? [] : [...record.inputs.keys(), ...record.outputs.keys()])]
  }
  const those = (isIt: (path: string) => boolean) => actions.filter((action) => filesOf(action).some(isIt))
  const exact = those((path) => absolute(path) === wanted)
  return exact.length > 0 ? exact : those((path) => path.endsWith(`/${file}`))
})
