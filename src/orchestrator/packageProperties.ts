import * as Effect from "effect/Effect"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import { Disk } from "../disk/Disk.ts"
import { platformioPackages } from "../packages/corePlaces.ts"
import { folderOf, type PackageSearch } from "../packages/findCore.ts"
import type { PackageRule, PlatformSpec } from "../plan/PlatformSpec.ts"

/** What packages besides the core decide: those that the project names, else those of fbuild's store, else PlatformIO's. */
export const packageProperties = Effect.fnUntraced(function*(
  { packages = [] }: Pick<PlatformSpec, "packages">,
  search: PackageSearch
) {
  const layers = yield* Effect.forEach(
    packages,
    (rule) =>
      Effect.map(
        packageFolder(rule, search),
        (folder): Properties =>
          folder === undefined ? new Map() : literalProperties(
            Object.fromEntries(
              Object.entries(rule.properties).map(([key, value]) => [key, value.replaceAll("{folder}", folder)])
            ),
            rule.package
          )
      )
  )
  return mergeProperties(...layers)
})

const packageFolder = Effect.fnUntraced(function*({ package: name }: PackageRule, search: PackageSearch) {
  const disk = yield* Disk
  const named = folderOf(name, search)
  if (named !== undefined) return named
  const platformio = platformioPackages(search.variables)
  for (const parent of [`${search.home}/packages`, ...(platformio === undefined ? [] : [platformio])]) {
    if ((yield* disk.signature(`${parent}/${name}`)) !== undefined) return `${parent}/${name}`
  }
  return undefined
})
