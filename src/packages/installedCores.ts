import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { arduinoDataDir, arduinoUserDir } from "./corePlaces.ts"
import type { PackageSearch } from "./findCore.ts"

/** Every core of the folders of Arduino's tools, as `vendor:architecture`, in the order in which those folders count. */
export const installedCores = Effect.fnUntraced(function*(
  { home, projectDir, variables }: Pick<PackageSearch, "home" | "projectDir" | "variables">
) {
  const disk = yield* Disk
  const found = new Set<string>()
  const user = arduinoUserDir(variables)
  const data = arduinoDataDir(variables)
  const hardware = [
    `${projectDir}/hardware`,
    ...(user === undefined ? [] : [`${user}/hardware`]),
    "/usr/share/arduino/hardware"
  ]
  const managed = [`${home}/packages`, ...(data === undefined ? [] : [`${data}/packages`])]
  for (const folder of hardware) {
    for (const vendor of (yield* disk.list(folder)).toSorted()) {
      for (const architecture of (yield* disk.list(`${folder}/${vendor}`)).toSorted()) {
        const boards = `${folder}/${vendor}/${architecture}/boards.txt`
        if ((yield* disk.signature(boards)) !== undefined) found.add(`${vendor}:${architecture}`)
      }
    }
  }
  for (const folder of managed) {
    for (const vendor of (yield* disk.list(folder)).toSorted()) {
      for (const architecture of (yield* disk.list(`${folder}/${vendor}/hardware`)).toSorted()) {
        found.add(`${vendor}:${architecture}`)
      }
    }
  }
  return [...found]
})
