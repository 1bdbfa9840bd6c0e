import * as Result from "effect/Result"
import type { Steps } from "../domain/steps.ts"
import type { BadLine } from "./ArduinoError.ts"
import { type Boards, boardsOf } from "./boards.ts"
import { type HostOs, mergeProperties, type Properties, propertiesOf, selectOs, type TextFile } from "./Properties.ts"

/** An installed core with its configuration files read for one host. */
export interface ArduinoPlatform {
  /** Folder names by the specification: `arduino` and `avr` of `hardware/arduino/avr`. */
  readonly vendor: string
  readonly architecture: string
  /** Absolute path of the folder of `boards.txt`, no `/` at its end. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly os: HostOs
  /** `platform.txt` under `platform.local.txt`. */
  readonly properties: Properties
  readonly boards: Boards
}

export interface PlatformFiles {
  readonly vendor: string
  readonly architecture: string
  readonly path: string
  readonly os: HostOs
  /** May be absent when every board refers to a core of another platform. */
  readonly platformTxt?: TextFile | undefined
  readonly platformLocalTxt?: TextFile | undefined
  readonly boardsTxt: TextFile
  readonly boardsLocalTxt?: TextFile | undefined
}

/** Reads the files of a platform. OS-specific keys are chosen file by file. */
export const makePlatform = (files: PlatformFiles): Result.Result<ArduinoPlatform, BadLine> =>
  Result.gen(() => platformOf(files))

/** The steps of `makePlatform`. */
export function* platformOf(files: PlatformFiles): Steps<ArduinoPlatform, BadLine> {
  const { architecture, os, path, vendor } = files
  const layers: Array<Properties> = []
  for (const file of [files.platformTxt, files.platformLocalTxt]) {
    if (file === undefined) continue
    layers.push(selectOs(yield* propertiesOf(file), os))
  }
  const properties = mergeProperties(...layers)
  const name = properties.get("name")?.value ?? `${vendor}:${architecture}`
  const version = properties.get("version")?.value ?? ""
  const boards = yield* boardsOf(files.boardsTxt, files.boardsLocalTxt, os)
  return { vendor, architecture, path, name, version, os, properties, boards }
}

/** `vendor:name` of `build.core`, `build.variant` or `upload.tool`: that name in another vendor's platform. */
export interface CoreReference {
  readonly vendor?: string
  readonly name: string
}

/** Source: Arduino platform specification, "Referencing another core, variant or tool". */
export const parseCoreReference = (value: string): CoreReference => {
  const colon = value.indexOf(":")
  return colon < 0 ? { name: value } : { vendor: value.slice(0, colon), name: value.slice(colon + 1) }
}
