import { pathFrom } from "../domain/paths.ts"

/** A folder that `platform_packages` names for a package. */
export interface PackageOverride {
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/**
 * Reads one line of `platform_packages`: `name@file:///path`, `name @ symlink://../path`, `name@/path`. Anything that is
 * not a local folder (a version, an archive, a repository) is `undefined`. Relative paths start at the project folder.
 * Source: PlatformIO documentation, "platform_packages" and "Package Specifications".
 */
export const packageOverride = (line: string, projectDir: string): PackageOverride | undefined => {
  const match =
    /^(?:[\w.-]+\/)?([\w.-]+)\s*[@=]\s*(?:(?:file|symlink):\/\/)?((?:\/|\.{1,2}(?:\/|$)).*)$/.exec(line.trim())
      ?? /^(?:[\w.-]+\/)?([\w.-]+)\s*[@=]\s*(?:file|symlink):\/\/(.+)$/.exec(line.trim())
  const [, name, written] = match ?? []
  if (name === undefined || written === undefined) return undefined
  const path = written.replace(/(?<=.)\/+$/, "")
  return { name, path: pathFrom(projectDir, path) }
}
