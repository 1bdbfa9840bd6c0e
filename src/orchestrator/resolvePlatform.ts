import * as Effect from "effect/Effect"
import { loadFamily, loadPlatform, platformNames } from "../../platforms/index.ts"
import type { ArduinoPlatform } from "../arduino/platform.ts"
import type { Place } from "../config/ConfigError.ts"
import { Disk } from "../disk/Disk.ts"
import { type CoreFolder, coreInFolder, findCore, type PackageSearch } from "../packages/findCore.ts"
import { coreNames, platformReference } from "../packages/platformReference.ts"
import { coreOf, derivedSpec } from "../plan/derivedSpec.ts"
import { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import { loadCore } from "./loadCore.ts"
import { UnknownPlatform } from "./OrchestratorError.ts"

/** The family that a project builds for. `folder`: the core that `platform =` names itself. */
export interface NamedPlatform {
  readonly spec: PlatformSpec
  /** Whose words `platform =` is in: what a user of PlatformIO or of Arduino's tools expects beside the ELF differs. */
  readonly manner: "platformio" | "arduino"
  readonly folder?: CoreFolder
}

/** A core that has been found and read, as one of its family, or as one that fbuild knows nothing more of. */
export interface ResolvedPlatform extends Pick<NamedPlatform, "manner" | "spec"> {
  readonly core: CoreFolder
  readonly platform: ArduinoPlatform
}

/** What `platform =` names. `place` is where it says so. */
export const namedPlatform = Effect.fnUntraced(function*(written: string, search: PackageSearch, place: Place) {
  const reference = platformReference(written, search.projectDir, search.variables["HOME"])
  const ofFolder = Effect.fnUntraced(function*(path: string) {
    const folder = yield* coreInFolder(path, place.line)
    return { spec: yield* specOf(coreNames(folder.path)), manner: "arduino", folder } satisfies NamedPlatform
  })
  switch (reference._tag) {
    case "Folder":
      return yield* ofFolder(reference.path)
    case "Installed":
      return { spec: yield* specOf(reference), manner: "arduino" } satisfies NamedPlatform
    case "Named": {
      const disk = yield* Disk
      const spec = yield* loadPlatform(reference.name)
      if (spec !== undefined) return { spec, manner: "platformio" } satisfies NamedPlatform
      if ((yield* disk.signature(`${reference.folder}/platform.txt`)) !== undefined) {
        return yield* ofFolder(reference.folder)
      }
      const { line, path } = place
      return yield* new UnknownPlatform({ path, line, platform: written, known: platformNames })
    }
  }
})

/** Finds and reads the core of a platform. */
export const resolvePlatform = Effect.fn(Span.resolvePlatform)(function*(named: NamedPlatform, search: PackageSearch) {
  const core = named.folder ?? (yield* findCore(named.spec.core, search))
  const resolved: ResolvedPlatform = {
    spec: named.spec,
    manner: named.manner,
    core,
    platform: yield* loadCore(named.spec.core, core)
  }
  return resolved
})

/** The platform of another vendor that a board's core or variant comes from; of the same architecture. */
export const referencedPlatform = Effect.fnUntraced(function*(
  vendor: string,
  from: ArduinoPlatform,
  search: PackageSearch
) {
  const { core } = yield* specOf({ vendor, architecture: from.architecture })
  // Beside the core that refers to it, as in a `hardware` folder that was copied whole.
  const beside = `${from.path.replace(/\/[^/]*\/[^/]*$/, "")}/${vendor}/${from.architecture}`
  const found = yield* findCore({ ...core, systemPaths: [...core.systemPaths, beside] }, search)
  return yield* loadCore(core, found)
})

/** What is known of cores of an architecture, for the core of one vendor. */
const specOf = Effect.fnUntraced(function*(names: { readonly vendor: string; readonly architecture: string }) {
  const { architecture, vendor } = names
  const family = yield* loadFamily(architecture)
  if (family === undefined) return derivedSpec(vendor, architecture)
  if (family.core.vendor === vendor) return family
  return PlatformSpec.make({ ...family, core: coreOf(vendor, architecture) })
})
