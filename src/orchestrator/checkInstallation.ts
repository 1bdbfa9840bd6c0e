import * as Effect from "effect/Effect"
import { loadPlatform, platformNames } from "../../platforms/index.ts"
import { Disk } from "../disk/Disk.ts"
import { findCore, type PackageSearch } from "../packages/findCore.ts"
import { Span } from "../telemetry/names.ts"
import { findToolchain } from "../toolchain/Toolchain.ts"

/** Something that a build may need, and whether it is there. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
  readonly hint?: string
}

/** Looks for the core and the toolchain of every platform, and for the emulators. */
export const checkInstallation = Effect.fn(Span.checkInstallation)(function*(search: PackageSearch, path: string) {
  const disk = yield* Disk
  const platforms = yield* Effect.forEach(platformNames, (name) =>
    Effect.gen(function*() {
      const spec = yield* loadPlatform(name)
      if (spec === undefined) return []
      const core = yield* findCore(spec.core, search).pipe(
        Effect.map(({ path, source }): Finding => ({ what: `${name} core`, ok: true, detail: `${path} (${source})` })),
        Effect.catch((error) => Effect.succeed(failed(`${name} core`, error)))
      )
      const toolchain = yield* findToolchain(spec.toolchain, search, path).pipe(
        Effect.map(({ compiler, version }): Finding => ({
          what: `${name} compiler`,
          ok: true,
          detail: `${compiler} ${version}`
        })),
        Effect.catch((error) => Effect.succeed(failed(`${name} compiler`, error)))
      )
      return [core, toolchain]
    }))
  const simavr = yield* Effect.findFirst(
    path.split(":").map((folder) => `${folder}/simavr`),
    (file) => Effect.map(disk.signature(file), (signature) => signature !== undefined)
  )
  const emulators: ReadonlyArray<Finding> = [
    { what: "emulator avr8js", ok: true, detail: "part of fbuild" },
    simavr._tag === "Some"
      ? { what: "emulator simavr", ok: true, detail: simavr.value }
      : { what: "emulator simavr", ok: true, detail: "not installed; only MCUs other than the ATmega328P need it" }
  ]
  return [...platforms.flat(), ...emulators]
})

const failed = (what: string, error: { readonly message: string; readonly hint?: string }): Finding => ({
  what,
  ok: false,
  detail: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint })
})
