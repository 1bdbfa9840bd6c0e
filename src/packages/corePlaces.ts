import type { PackageSearch } from "./findCore.ts"

/** Whose folder a core comes from. `platform`: `platform =` names it. `none`: a build without a framework has no core. */
export type CoreSource =
  | "none"
  | "platform"
  | "platform_packages"
  | "store"
  | "project"
  | "arduino"
  | "platformio"
  | "system"

/** A folder in which a core is looked for. */
export interface CorePlace {
  readonly path: string
  readonly source: CoreSource
  /** `folder`: it is the core. `tree`: the core is there or at most two levels below. `versions`: in a folder for each version. */
  readonly layout: "folder" | "tree" | "versions"
}

/** A core by its names in all package systems, and where distributions put it. */
export interface CoreRequirement {
  /** PlatformIO's package name, or `vendor:architecture`, which is no folder's name. */
  readonly package: string
  /** Folder names of an Arduino `hardware` folder. */
  readonly vendor: string
  readonly architecture: string
  readonly systemPaths: ReadonlyArray<string>
  readonly debianPackages: ReadonlyArray<string>
}

/**
 * Where a core is looked for, in this order: fbuild's own store, the project's `hardware/`, the user's Arduino folders, PlatformIO's
 * packages (only read), the system. Sources: Arduino platform specification, "Hardware Folders structure"; arduino-cli
 * documentation, "Configuration keys" (`directories.user`, `directories.data`); PlatformIO documentation, "core_dir".
 */
export const corePlaces = (
  { architecture, package: name, systemPaths, vendor }: CoreRequirement,
  { home, projectDir, variables }: Pick<PackageSearch, "home" | "projectDir" | "variables">
): ReadonlyArray<CorePlace> => {
  const below = `${vendor}/${architecture}`
  const managed = `${vendor}/hardware/${architecture}`
  const user = arduinoUserDir(variables)
  const data = arduinoDataDir(variables)
  const platformio = platformioPackages(variables)
  const isFolderName = !name.includes(":")
  const place = (layout: CorePlace["layout"], source: CoreSource, path: string): CorePlace => ({ path, source, layout })
  return [
    ...(!isFolderName ? [] : [place("tree", "store", `${home}/packages/${name}`)]),
    place("folder", "store", `${home}/packages/${below}`),
    place("versions", "store", `${home}/packages/${managed}`),
    place("folder", "project", `${projectDir}/hardware/${below}`),
    ...(user === undefined ? [] : [place("folder", "arduino", `${user}/hardware/${below}`)]),
    ...(data === undefined ? [] : [place("versions", "arduino", `${data}/packages/${managed}`)]),
    ...(platformio === undefined || !isFolderName ? [] : [place("tree", "platformio", `${platformio}/${name}`)]),
    ...systemPaths.map((path) => place("tree", "system", path))
  ]
}

/** Where Arduino's tools keep what users make: sketches, `hardware/`, `libraries/`. */
export const arduinoUserDir = (variables: Readonly<Record<string, string>>): string | undefined =>
  variables["ARDUINO_DIRECTORIES_USER"] || inHome(variables, "Arduino")

/** Where Arduino's tools keep what they install: `packages/`. */
export const arduinoDataDir = (variables: Readonly<Record<string, string>>): string | undefined =>
  variables["ARDUINO_DIRECTORIES_DATA"] || inHome(variables, ".arduino15")

/** Where PlatformIO installs packages. */
export const platformioPackages = (variables: Readonly<Record<string, string>>): string | undefined => {
  const core = variables["PLATFORMIO_CORE_DIR"] || inHome(variables, ".platformio")
  return variables["PLATFORMIO_PACKAGES_DIR"] || (core === undefined ? undefined : `${core}/packages`)
}

/** Where PlatformIO installs platforms, which have board files. */
export const platformioPlatforms = (variables: Readonly<Record<string, string>>): string | undefined => {
  const core = variables["PLATFORMIO_CORE_DIR"] || inHome(variables, ".platformio")
  return variables["PLATFORMIO_PLATFORMS_DIR"] || (core === undefined ? undefined : `${core}/platforms`)
}

const inHome = (variables: Readonly<Record<string, string>>, name: string): string | undefined => {
  const home = variables["HOME"]
  return home === undefined || home === "" ? undefined : `${home}/${name}`
}
