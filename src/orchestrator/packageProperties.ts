import * as Effect from "effect/Effect"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import type { PackageSearch } from "../packages/findCore.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { findTool } from "../toolchain/findTool.ts"

/** What packages besides the core decide, where they are installed. Fails for one that the project names and that is not there. */
export const packageProperties = Effect.fnUntraced(function*(
  { packages = [] }: Pick<PlatformSpec, "packages">,
  search: PackageSearch
) {
  const layers = yield* Effect.forEach(
    packages,
    ({ package: name, properties }) =>
      Effect.map(findTool({ name, programs: [] }, search), (found): Properties => {
        if (found === undefined) return new Map()
        const values = Object.entries(properties).map(([key, value]) => [key, value.replaceAll("{folder}", found.path)])
        return literalProperties(Object.fromEntries(values), name)
      })
  )
  return mergeProperties(...layers)
})
