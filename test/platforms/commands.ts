import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { planProject } from "../../src/orchestrator/planProject.ts"
import { projectFolder } from "../sources/projectFolder.ts"

/** The commands of a build, one of each kind and recipe, with the paths of the project and of compilers replaced. */
export const commands = Effect.fnUntraced(function*(
  ini: ReadonlyArray<string>,
  /** Compilers by name, each with its version. */
  programs: Readonly<Record<string, string>>
) {
  const fs = yield* FileSystem.FileSystem
  const root = yield* projectFolder({
    ...Object.fromEntries(Object.entries(programs).map(([name, version]) => [`tools/bin/${name}`, says(version)])),
    "p/platformio.ini": `[env:x]\n${ini.join("\n")}\n`,
    "p/src/main.cpp": "int main() {}\n",
    "p/src/start.S": "nop\n",
    "p/src/more.c": "int more;\n"
  })
  for (const name of Object.keys(programs)) yield* fs.chmod(`${root}/tools/bin/${name}`, 0o755)
  const variables = { PATH: `${root}/tools/bin:/usr/bin:/bin` }
  const [planned] = yield* planProject({ projectDir: `${root}/p`, environments: [], home: `${root}/home`, variables })
  const seen = new Set<string>()
  const lines = planned!.graph.actions.flatMap(({ argv, id, mnemonic, step }) => {
    const key = ["CCompile", "CxxCompile", "Assemble"].includes(mnemonic) ? mnemonic : id
    if (seen.has(key)) return []
    seen.add(key)
    const words = step === undefined ? argv : [JSON.stringify(step)]
    return [`${mnemonic} ${id}`, ...words.map((word) => `  ${word}`), ""]
  })
  return lines.join("\n").replaceAll(`${root}/tools/`, "/TOOLS/").replaceAll(root, "/ROOT")
})

/** A compiler that says its version, and nothing else of itself. */
const says = (version: string) => `#!/bin/sh\n[ "$*" = -dumpversion ] && echo ${version}\n`
