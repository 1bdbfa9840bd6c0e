import * as SemVer from "effect/SemVer"
import * as SemVerRange from "effect/SemVerRange"
import { classifyFlags } from "../config/classifyFlags.ts"
import type { EnvironmentConfig } from "../config/ProjectConfig.ts"
import type { LanguageFlags } from "../plan/BuildInputs.ts"
import type { Overlay, PlatformSpec } from "../plan/PlatformSpec.ts"

/** The flags of one environment beyond what the core's recipes say. */
export interface ProjectFlags {
  /** For the core, the variant and all libraries. */
  readonly vendor: LanguageFlags
  /** For the project's own sources. */
  readonly project: LanguageFlags
  readonly link: { readonly flags: ReadonlyArray<string>; readonly libraries: ReadonlyArray<string> }
}

/**
 * The version of PlatformIO whose behaviour fbuild follows, as `PLATFORMIO` tells it to sources: 6.1.19. Source:
 * PlatformIO documentation, "build_flags", built-in macro `PLATFORMIO`.
 */
const platformioMacro = "-DPLATFORMIO=60119"

/** Puts together the overlays of the platform, PlatformIO's macro, and the project's flags, in this order. */
export const projectFlags = (
  spec: PlatformSpec,
  environment: EnvironmentConfig,
  compilerVersion: string,
  /** `build.mcu` of the board. */
  mcu: string,
  /** `--release` and `--debug` of the command line, over `build_type`. */
  buildType: "release" | "debug"
): ProjectFlags => {
  const overlays = spec.overlays.filter((overlay) => applies(overlay, compilerVersion, mcu))
  const all = debugged(environment.buildFlags, environment, buildType)
  const own = debugged(environment.buildSrcFlags, environment, "release")
  const common = classifyFlags(all)
  const source = classifyFlags(own)
  const vendor = languageFlags(overlays, classifyFlags([platformioMacro, ...all]))
  return {
    vendor,
    project: {
      c: [...vendor.c, ...byLanguage(source).c],
      cxx: [...vendor.cxx, ...byLanguage(source).cxx],
      asm: [...vendor.asm, ...byLanguage(source).asm]
    },
    link: {
      flags: [
        ...overlays.flatMap((overlay) => overlay.link ?? []),
        ...common.link,
        ...source.link,
        ...(buildType === "debug" ? environment.debugBuildFlags.filter((flag) => /^-[Og]/.test(flag)) : [])
      ],
      libraries: [...common.libs, ...source.libs]
    }
  }
}

/** Whether an overlay is for this compiler and this MCU. A version that is no semantic version matches no range. */
export const applies = (overlay: Overlay, compilerVersion: string, mcu: string): boolean => {
  if (overlay.mcu !== undefined && overlay.mcu !== mcu) return false
  if (overlay.compilerVersion === undefined) return true
  const [major, minor = 0, patch = 0] = compilerVersion.split(/[.-]/).map(Number)
  if (major === undefined || [major, minor, patch].some((part) => !Number.isInteger(part))) return false
  return SemVerRange.matches(SemVerRange.parseUnsafe(overlay.compilerVersion), SemVer.make({ major, minor, patch }))
}

/**
 * PlatformIO's `build_type = debug`: the optimisation and debug flags of the project give way to `debug_build_flags`; the
 * core's own stay earlier on the line, where the later ones win.
 */
const debugged = (
  flags: ReadonlyArray<string>,
  environment: EnvironmentConfig,
  buildType: "release" | "debug"
): ReadonlyArray<string> =>
  buildType === "release" ? flags : [
    ...flags.filter((flag) => !/^-(O[s0-3g]?|g[0-3]?|ggdb[0-3]?)$/.test(flag)),
    "-D__PLATFORMIO_BUILD_DEBUG__",
    ...environment.debugBuildFlags
  ]

const byLanguage = (flags: ReturnType<typeof classifyFlags>): LanguageFlags => {
  const { c, compile, cxx, defines, includes } = flags
  return {
    c: [...compile, ...c, ...defines, ...includes],
    cxx: [...compile, ...cxx, ...defines, ...includes],
    asm: [...compile, ...defines, ...includes]
  }
}

const languageFlags = (overlays: ReadonlyArray<Overlay>, flags: ReturnType<typeof classifyFlags>): LanguageFlags => {
  const own = byLanguage(flags)
  return {
    c: [...overlays.flatMap((overlay) => overlay.c ?? []), ...own.c],
    cxx: [...overlays.flatMap((overlay) => overlay.cxx ?? []), ...own.cxx],
    asm: [...overlays.flatMap((overlay) => overlay.asm ?? []), ...own.asm]
  }
}
