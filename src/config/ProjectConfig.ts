import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConfigError, type Place } from "./ConfigError.ts"

/** Something in the file that has no effect. */
export class ConfigWarning extends Schema.TaggedClass<ConfigWarning>()("ConfigWarning", {
  path: Schema.String,
  line: Schema.Int,
  /** The section that holds the key, without brackets. */
  section: Schema.String,
  key: Schema.String,
  /** The most similar key that would be known there. */
  nearest: Schema.optionalKey(Schema.String),
  /** The section where this very key is known, for a key that stands in the wrong one. */
  belongsIn: Schema.optionalKey(Schema.String)
}) {
  get message() {
    const advice = this.belongsIn !== undefined
      ? `; it belongs in [${this.belongsIn}]`
      : this.nearest !== undefined
      ? `; did you mean "${this.nearest}"?`
      : ""
    return `${this.path}:${this.line}: unknown option "${this.key}" in [${this.section}] is ignored${advice}`
  }
}

/** A line of `platform_packages` that asks for what fbuild cannot get. */
export class PackageIgnored extends Schema.TaggedClass<PackageIgnored>()("PackageIgnored", {
  path: Schema.String,
  line: Schema.Int,
  /** The line as written. */
  spec: Schema.String,
  /** The package's own name, where the line has one. */
  package: Schema.optionalKey(Schema.String),
  /** The folder that another line names for the same package. */
  folder: Schema.optionalKey(Schema.String)
}) {
  get message() {
    const name = this.package ?? "package"
    const used = this.folder === undefined ? `the ${name} that is installed` : this.folder
    return `${this.path}:${this.line}: "${this.spec}" in platform_packages is ignored, packages are not downloaded: `
      + `${used} is used instead`
  }
}

/** One `[env:NAME]` with everything it inherits, references resolved. Paths are as written. */
export interface EnvironmentConfig {
  readonly name: string
  /** The `[env:NAME]` header. */
  readonly place: Place
  readonly platform: string | undefined
  readonly board: string | undefined
  readonly framework: ReadonlyArray<string>
  /** Flags as `splitFlags` gives them: for everything, for the project's own sources, and those to take away. */
  readonly buildFlags: ReadonlyArray<string>
  readonly buildSrcFlags: ReadonlyArray<string>
  readonly buildUnflags: ReadonlyArray<string>
  /** Text of `build_src_filter`, rules not yet parsed. */
  readonly srcFilter: string | undefined
  readonly buildType: "release" | "debug"
  /** Added, in place of the other `-O` and `-g` flags, when the build type is `debug`. */
  readonly debugBuildFlags: ReadonlyArray<string>
  readonly libDeps: ReadonlyArray<string>
  readonly libExtraDirs: ReadonlyArray<string>
  readonly libIgnore: ReadonlyArray<string>
  readonly libLdfMode: "off" | "chain" | "deep" | "chain+" | "deep+"
  readonly libCompatMode: "off" | "soft" | "strict"
  readonly libArchive: boolean
  readonly platformPackages: ReadonlyArray<string>
  /** `board_build.X` as `build.X`, `board_upload.X` as `upload.X`, and so on for every `board_…` with a dot. */
  readonly boardOptions: Readonly<Record<string, string>>
  /** Every option, known or not, by its lower-case key. */
  readonly options: Readonly<Record<string, string>>
  /** Where each of `options` was written. An option from the process environment has line 0. */
  readonly where: Readonly<Record<string, Place>>
}

/** A project as its `platformio.ini` describes it. Folders are as written: absolute, or relative to `projectDir`. */
export interface ProjectConfig {
  readonly projectDir: string
  readonly path: string
  /** In file order. */
  readonly environments: ReadonlyArray<EnvironmentConfig>
  /** Environments that cannot be built as they are written, and why. They do not hinder the others. */
  readonly invalid: ReadonlyMap<string, ConfigError>
  readonly defaultEnvs: ReadonlyArray<string>
  readonly dirs: {
    readonly src: string
    readonly include: string
    readonly lib: string
    readonly test: string
    readonly data: string
    readonly boards: string
    /** Holds one folder per environment. */
    readonly build: string
  }
  readonly warnings: ReadonlyArray<ConfigWarning | PackageIgnored>
}

/** The board id, which every build needs. Fails at the environment's header when there is none. */
export const requireBoard = (environment: EnvironmentConfig): Result.Result<string, ConfigError> =>
  required(environment, "board", environment.board)

/** As `requireBoard`, for `platform`. */
export const requirePlatform = (environment: EnvironmentConfig): Result.Result<string, ConfigError> =>
  required(environment, "platform", environment.platform)

const required = (environment: EnvironmentConfig, key: string, value: string | undefined) =>
  value === undefined || value === ""
    ? Result.fail(ConfigError.at(environment.place, { _tag: "MissingOption", environment: environment.name, key }))
    : Result.succeed(value)
