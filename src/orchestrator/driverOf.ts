import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expand } from "../arduino/expandProperty.ts"
import type { Properties } from "../arduino/Properties.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { Disk } from "../disk/Disk.ts"
import type { Digest } from "../domain/Digest.ts"
import { dirName } from "../domain/paths.ts"
import type { PackageSearch } from "../packages/findCore.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { findProgram, missing, pathFolders } from "../toolchain/findTool.ts"
import { compilerVersion } from "../toolchain/Toolchain.ts"
import { toolchainIdentity } from "../toolchain/toolchainIdentity.ts"

/** The compiler driver that recipes call, and what is behind it. */
export interface Driver {
  readonly compiler: string
  readonly version: string
  readonly identity: Digest
}

/** The driver that the recipe for C starts, and its identity for the flags that choose among its libraries. */
export const driverOf = Effect.fnUntraced(function*(
  properties: Properties,
  spec: PlatformSpec,
  search: PackageSearch
) {
  const disk = yield* Disk
  const bindings = { includes: [], source_file: "x", object_file: "x" }
  const [program = "", ...words] = yield* Effect.fromResult(expandRecipe(properties, "recipe.c.o.pattern", bindings))
  const compiler = program.includes("/") ? program : yield* findProgram(program, search.variables)
  if (compiler === undefined) return yield* missing(program, pathFolders(search.variables))
  if ((yield* disk.signature(compiler)) === undefined) {
    return yield* missing(compiler, [dirName(compiler)])
  }
  const origin = { path: "fbuild", line: 0, key: "toolchain.files" }
  const files = yield* Effect.fromResult(
    Result.all(spec.toolchain.files.map((text) => expand(properties, text, origin)))
  )
  const driver: Driver = {
    compiler,
    version: yield* compilerVersion(compiler, search.home),
    identity: yield* toolchainIdentity({
      compiler,
      flags: words.filter(choosesLibraries),
      specs: files,
      home: search.home
    })
  }
  return driver
})

/** Machine options and specs files lead to other libraries, start files and specs. Source: GCC manual, "Spec Files", "Submodel Options". */
const choosesLibraries = (flag: string): boolean => /^(?:-m|-{1,2}specs=)/.test(flag)
