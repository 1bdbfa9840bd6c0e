import * as Result from "effect/Result"
import type { ArduinoError } from "./ArduinoError.ts"
import type { ResolvedBoard } from "./boards.ts"
import { expand } from "./expandProperty.ts"
import { type ArduinoPlatform, type CoreReference, parseCoreReference } from "./platform.ts"
import { literalProperties, mergeProperties, type Properties } from "./Properties.ts"

/** A tool as installed: `{runtime.tools.NAME.path}` is its folder. */
export interface InstalledTool {
  /** As the core asks for it, which may be with a version: `avr-gcc-7.3.0`. */
  readonly name: string
  readonly path: string
}

/** What a build adds to the files of its platform. All paths are absolute or relative to where recipes are run. */
export interface BuildValues {
  readonly buildPath: string
  /** The folder of the sketch or project. */
  readonly sourcePath: string
  readonly projectName: string
  /** `ARDUINO=`, two digits a part: `10819` is 1.8.19. */
  readonly ideVersion: string
  readonly idePath: string
  readonly warnings: "none" | "default" | "more" | "all"
  readonly optimization: "release" | "debug"
  /** Seconds since 1970. Time zone and daylight saving are always those of UTC, so that builds are reproducible. */
  readonly timeUtc: number
  readonly tools: ReadonlyArray<InstalledTool>
  /** The platform that `build.core` refers to, when it is another one: its `platform.txt` lies under all else. */
  readonly corePlatform?: ArduinoPlatform | undefined
  /** The platform that `build.variant` refers to, when it is another one. */
  readonly variantPlatform?: ArduinoPlatform | undefined
  /** In place of the platform's own `variants`. */
  readonly variantsDir?: string | undefined
  /** Go over the board and its options, below the values of the build. The last one wins. */
  readonly overlays: ReadonlyArray<Properties>
}

/**
 * All properties of a build, lowest layer first: the core platform's, the platform's, the board's and its options', the
 * overlays, and what the specification has the build tool provide. Callers lay values for a single action over it, or
 * pass them as bindings of `expandRecipe`.
 * Source: Arduino platform specification, "Global Predefined properties", "boards.txt".
 */
export const boardProperties = (
  platform: ArduinoPlatform,
  board: ResolvedBoard,
  values: BuildValues
): Result.Result<Properties, ArduinoError> =>
  Result.gen(function*() {
    const written = mergeProperties(
      values.corePlatform?.properties ?? new Map(),
      platform.properties,
      board.properties,
      ...values.overlays
    )
    const origin = { path: platform.boards.path, line: 0, key: `board ${board.id}` }
    const core = parseCoreReference(yield* expand(written, "{build.core}", origin))
    const variant = written.has("build.variant")
      ? parseCoreReference(yield* expand(written, "{build.variant}", origin))
      : { name: "" }
    return mergeProperties(
      written,
      literalProperties({
        ...runtimeValues(platform, values),
        ...toolPaths(values.tools),
        ...chosenFlags(written, values),
        ...folders(platform, values, core, variant),
        _id: board.id,
        "build.arch": platform.architecture.toUpperCase(),
        "build.board": written.get("build.board")?.value || `${platform.architecture}_${board.id}`.toUpperCase(),
        "build.fqbn": fqbn(platform, board),
        "build.path": values.buildPath,
        "build.project_name": values.projectName,
        "build.source.path": values.sourcePath,
        sketch_path: values.sourcePath,
        "build.library_discovery_phase": "0"
      }, "fbuild")
    )
  })

const runtimeValues = (platform: ArduinoPlatform, values: BuildValues) => ({
  "runtime.platform.path": platform.path,
  "runtime.hardware.path": platform.path.replace(/\/[^/]*$/, ""),
  "runtime.ide.path": values.idePath,
  "runtime.ide.version": values.ideVersion,
  ide_version: values.ideVersion,
  "runtime.os": platform.os,
  software: "ARDUINO",
  "extra.time.utc": String(values.timeUtc),
  "extra.time.local": String(values.timeUtc),
  "extra.time.zone": "0",
  "extra.time.dst": "0"
})

const toolPaths = (tools: ReadonlyArray<InstalledTool>): Record<string, string> =>
  Object.fromEntries(tools.map(({ name, path }) => [toolKey(name), path]))

/** The property that is the folder of a tool. */
export const toolKey = (name: string): string => `runtime.tools.${name}.path`

/** Flags that the platform offers at several levels. Without the level that is asked for, it stays as written. */
const chosenFlags = (written: Properties, values: BuildValues): Record<string, string> => {
  const warnings = "compiler.warning_flags"
  const optimization = "compiler.optimization_flags"
  const optimized = written.get(`${optimization}.${values.optimization}`)
  return {
    [warnings]: (written.get(`${warnings}.${values.warnings}`) ?? written.get(warnings))?.value ?? "",
    ...(optimized === undefined ? {} : { [optimization]: optimized.value })
  }
}

const folders = (
  platform: ArduinoPlatform,
  values: BuildValues,
  core: CoreReference,
  variant: CoreReference
) => {
  const corePlatform = values.corePlatform ?? platform
  const variantPlatform = values.variantPlatform ?? platform
  return {
    "build.board.platform.path": platform.path,
    "build.core.platform.path": corePlatform.path,
    "build.core.path": `${corePlatform.path}/cores/${core.name}`,
    "build.system.path": `${corePlatform.path}/system`,
    "build.variant.path": variant.name === ""
      ? ""
      : `${values.variantsDir ?? `${variantPlatform.path}/variants`}/${variant.name}`
  }
}

const fqbn = (platform: ArduinoPlatform, board: ResolvedBoard): string => {
  const options = Object.entries(board.options).map(([menu, option]) => `${menu}=${option}`)
  const id = `${platform.vendor}:${platform.architecture}:${board.id}`
  return options.length === 0 ? id : `${id}:${options.join(",")}`
}
