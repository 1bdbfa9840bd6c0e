import type { ArduinoError } from "../arduino/ArduinoError.ts"
import type { ManifestInvalid } from "../boards/BoardManifest.ts"
import type { ConfigError } from "../config/ConfigError.ts"
import type { DiskError } from "../disk/Disk.ts"
import type { ImageInvalid, MissingEmulator } from "../emulators/Emulator.ts"
import type { InvalidPattern } from "../emulators/patterns.ts"
import type { NoEmulatorForMcu, UnknownEmulator } from "../emulators/selectEmulator.ts"
import type { ActionError } from "../exec/ActionError.ts"
import type { ReportedError } from "../exec/BuildEvent.ts"
import type {
  BoardFolderMissing,
  BoardNotFound,
  CoreFileMissing,
  LibraryMissing,
  NoFileSystem,
  PartitionsInvalid,
  ProjectFileMissing,
  SizeOverflow,
  UnknownPlatform,
  UnsupportedFramework
} from "../orchestrator/OrchestratorError.ts"
import type { PackageMissing, PackageUnusable } from "../packages/PackageError.ts"
import type { GraphError } from "../plan/ActionGraph.ts"
import type { SourcesError } from "../sources/SourcesError.ts"
import type { ToolBroken, ToolMissing } from "../toolchain/Toolchain.ts"
import { bold, dim, red, yellow } from "./colors.ts"
import type { NotBuilt, RequestTimedOut, UsageError } from "./UsageError.ts"

/** Every failure that a user can meet. */
export type FbuildError =
  | ActionError
  | ArduinoError
  | BoardFolderMissing
  | BoardNotFound
  | ConfigError
  | CoreFileMissing
  | DiskError
  | GraphError
  | ImageInvalid
  | InvalidPattern
  | LibraryMissing
  | ManifestInvalid
  | MissingEmulator
  | NoEmulatorForMcu
  | NoFileSystem
  | NotBuilt
  | PackageMissing
  | PackageUnusable
  | PartitionsInvalid
  | ProjectFileMissing
  | RequestTimedOut
  | SizeOverflow
  | SourcesError
  | ToolBroken
  | ToolMissing
  | UnknownEmulator
  | UnknownPlatform
  | UnsupportedFramework
  | UsageError

/** The exit status for a failure, as the command line page of the README lists them. */
export const exitCodeOf = (error: FbuildError): number => {
  switch (error._tag) {
    case "CommandFailed":
    case "DiskError":
    case "FolderUnreadable":
    case "ImageInvalid":
    case "OutputNotWritten":
    case "SizeOverflow":
    case "SourceUnreadable":
    case "SourceVanished":
    case "StepFailed":
      return 1
    case "ActionCycle":
    case "BadLine":
    case "BadQuoting":
    case "BadValue":
    case "BoardFolderMissing":
    case "BoardNotFound":
    case "ConfigError":
    case "DuplicateOutput":
    case "ExpansionTooLarge":
    case "FlagRefused":
    case "InvalidPattern":
    case "LibraryManifestInvalid":
    case "ManifestInvalid":
    case "MissingRecipe":
    case "NoEmulatorForMcu":
    case "NoFileSystem":
    case "NoSources":
    case "NotBuilt":
    case "PartitionsInvalid":
    case "ProjectFileMissing":
    case "PropertyCycle":
    case "SrcFilterInvalid":
    case "UndefinedProperty":
    case "UnknownBoard":
    case "UnknownEmulator":
    case "UnknownOption":
    case "UnknownPlatform":
    case "UnsupportedFramework":
    case "UsageError":
      return 2
    case "CoreFileMissing":
    case "LibraryMissing":
    case "MissingEmulator":
    case "PackageMissing":
    case "PackageUnusable":
    case "ToolBroken":
    case "ToolMissing":
      return 3
    case "SpawnFailed":
      return error.code === "ENOENT" ? 3 : 1
    case "ActionTimedOut":
    case "RequestTimedOut":
      return 124
  }
}

/** The exit status for several failures: a deadline tells most, else the first one counts. 0 for none. */
export const exitCodeOfAll = (errors: ReadonlyArray<FbuildError>): number => {
  const codes = errors.map(exitCodeOf)
  return codes.includes(124) ? 124 : codes[0] ?? 0
}

/** A failure as `--json` tells it. */
export const reportedError = (error: FbuildError): ReportedError => {
  // Fields and getters alike: an error has those that make sense for it.
  const facts = error as unknown as Readonly<Record<string, unknown>>
  const { column, hint, line, path } = facts
  return {
    _tag: error._tag,
    message: error.message,
    ...(typeof path === "string" ? { path } : {}),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof column === "number" ? { column } : {}),
    ...(typeof hint === "string" ? { hint } : {})
  }
}

/** A failure as people read it: what is wrong, then what helps. */
export const errorText = (error: ReportedError, color: boolean): string =>
  textOf(bold(red("error:", color), color), error, color)

/** The same of what does not make it fail. */
export const warningText = (error: ReportedError, color: boolean): string =>
  textOf(yellow("warning:", color), error, color)

const textOf = (title: string, error: ReportedError, color: boolean): string =>
  [
    `${title} ${error.message}`,
    ...(error.hint === undefined ? [] : [dim(`  hint: ${error.hint}`, color)]),
    ""
  ].join("\n")
