import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { baseName, dirName } from "../domain/paths.ts"
import { arduinoDataDir, platformioPackages } from "../packages/corePlaces.ts"
import { folderOf, type PackageSearch } from "../packages/findCore.ts"
import { newestFirst } from "../packages/versionOrder.ts"
import { Span } from "../telemetry/names.ts"
import { debianPackagesOf } from "./debianPackages.ts"
import { ToolMissing } from "./Toolchain.ts"

/** A tool that a core asks for as `{runtime.tools.NAME.path}`. */
export interface ToolRequirement {
  readonly name: string
  /** PlatformIO's name of the package, where it is another. */
  readonly package?: string
  /** Programs that must be in it, as paths below its folder; the first one is looked for on `PATH`. */
  readonly programs: ReadonlyArray<string>
  /** The folder that the core's own files have for it. */
  readonly written?: string
}

/** The folder of a tool, and whose it is. `core`: the core's own files name it. */
export interface ToolFolder {
  readonly path: string
  readonly source: "platform_packages" | "store" | "arduino" | "platformio" | "core" | "system"
}

/**
 * Finds the folder of a tool: what the project names, fbuild's store, what Arduino's tools and what PlatformIO installed, the
 * folder that the core has written in, else the place of its first program on the request's `PATH`. A folder without that
 * program does not count. A tool of which recipes start no program is nowhere when nobody has it: `undefined`.
 */
export const findTool = Effect.fn(Span.findTool)(function*(requirement: ToolRequirement, search: PackageSearch) {
  const { name, programs, written } = requirement
  const [, plain] = versioned.exec(name) ?? []
  const names = [name, plain, requirement.package].filter((one) => one !== undefined)
  const [program] = programs
  const holds = Effect.fnUntraced(function*(folder: string) {
    const disk = yield* Disk
    return (yield* disk.signature(program === undefined ? folder : `${folder}/${program}`)) !== undefined
  })
  const named = names.map((one) => folderOf(one, search)).find((folder) => folder !== undefined)
  if (named !== undefined) {
    if (yield* holds(named)) return { path: named, source: "platform_packages" } satisfies ToolFolder
    return yield* missing(program ?? name, [named + parentOf(program)])
  }
  const platformio = platformioPackages(search.variables)
  const places: ReadonlyArray<ToolFolder> = [
    ...names.map((one) => ({ path: `${search.home}/packages/${one}`, source: "store" as const })),
    ...(yield* arduinoTools(name, search)).map((path) => ({ path, source: "arduino" as const })),
    ...(platformio === undefined ? [] : names.map((one) => ({
      path: `${platformio}/${one}`,
      source: "platformio" as const
    }))),
    ...(written === undefined || written === "" ? [] : [{ path: written, source: "core" as const }])
  ]
  for (const place of places) if (yield* holds(place.path)) return place
  if (program === undefined) return undefined
  // A folder of wrappers (ccache's) has the program too, but not in the tool's folder `bin`.
  for (const folder of pathFolders(search.variables)) {
    const root = `${folder}/`.endsWith(`${parentOf(program)}/`)
      ? folder.slice(0, -parentOf(program).length || undefined)
      : ""
    if (root !== "" && (yield* holds(root))) return { path: root, source: "system" } satisfies ToolFolder
  }
  return yield* missing(program, [
    ...places.map(({ path }) => path + parentOf(program)),
    ...pathFolders(search.variables)
  ])
})

/** A program on the request's `PATH`, absolute. */
export const findProgram = Effect.fnUntraced(function*(name: string, variables: Readonly<Record<string, string>>) {
  const disk = yield* Disk
  for (const folder of pathFolders(variables)) {
    if ((yield* disk.signature(`${folder}/${name}`)) !== undefined) return `${folder}/${name}`
  }
  return undefined
})

/** A program that is not there, and where it should be. */
export const missing = (program: string, searched: ReadonlyArray<string>) =>
  new ToolMissing({
    tool: baseName(program),
    searched,
    debianPackages: debianPackagesOf(baseName(program))
  })

/** The folders of the request's `PATH`, without those that are relative. */
export const pathFolders = (variables: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  (variables["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/")).map((folder) =>
    folder.replace(/(?<=.)\/+$/, "")
  )

/** The folders of a tool in Arduino's packages: of each vendor the version that the name ends in, else the newest. */
const arduinoTools = Effect.fnUntraced(function*(name: string, { variables }: PackageSearch) {
  const disk = yield* Disk
  const data = arduinoDataDir(variables)
  if (data === undefined) return []
  const [, plain, exact] = versioned.exec(name) ?? []
  const found: Array<string> = []
  for (const vendor of (yield* disk.list(`${data}/packages`)).toSorted()) {
    const tools = `${data}/packages/${vendor}/tools`
    for (const version of newestFirst(yield* disk.list(`${tools}/${name}`))) found.push(`${tools}/${name}/${version}`)
    if (plain !== undefined) found.push(`${tools}/${plain}/${exact}`)
  }
  return found
})

/** `avr-gcc-7.3.0`: a core may ask for a version of a tool. */
const versioned = /^(.+?)-(\d[^/]*)$/

const parentOf = (program: string | undefined): string =>
  program === undefined || !program.includes("/") ? "" : `/${dirName(program)}`
