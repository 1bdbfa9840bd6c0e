import * as Schema from "effect/Schema"
import { imageSteps } from "./steps/ImageStep.ts"

/** Flags added to a recipe, just before its include list, for reasons the core's own files do not know. */
export class Overlay extends Schema.Class<Overlay>("fbuild/plan/Overlay")({
  /** Why it is needed, with the version that needs it. Printed by `fbuild board`. */
  why: Schema.NonEmptyString,
  /** Applies when the version of the compiler is in this range (`effect/SemVerRange` syntax); always when absent. */
  compilerVersion: Schema.optionalKey(Schema.String),
  /** Applies to boards with this `build.mcu`; to all when absent. */
  mcu: Schema.optionalKey(Schema.String),
  c: Schema.optionalKey(Schema.Array(Schema.String)),
  cxx: Schema.optionalKey(Schema.Array(Schema.String)),
  asm: Schema.optionalKey(Schema.Array(Schema.String)),
  link: Schema.optionalKey(Schema.Array(Schema.String))
}) {}

/** Properties of all MCUs whose name matches. */
export const McuRule = Schema.Struct({
  /** A regular expression on the name in lower case. */
  pattern: Schema.String,
  /** Below the board's own. */
  properties: Schema.Record(Schema.String, Schema.String)
})
export type McuRule = typeof McuRule.Type

/** How a setting of the project (`board_hardware.bod` as `hardware.bod`) chooses an option of a menu, where the board has that menu. */
export const MenuRule = Schema.TaggedUnion({
  /** By a size, as `65536`, `64k`, `0.5m`: the option where `to` - `from` is that many bytes. */
  Size: { setting: Schema.String, menu: Schema.String, from: Schema.String, to: Schema.String },
  /** By a number, as `16000000L`: the first option with which `property` is the same. */
  Number: { setting: Schema.String, menu: Schema.String, property: Schema.String },
  /** By a word, in lower case: the first option whose id matches its regular expression. Another word is an error. */
  Word: { setting: Schema.String, menu: Schema.String, words: Schema.Record(Schema.String, Schema.String) }
})
export type MenuRule = typeof MenuRule.Type

/** An image that fbuild makes itself, in place of a recipe. */
export const ReplacedImage = Schema.Struct({
  recipe: Schema.String,
  why: Schema.NonEmptyString,
  /** The board's properties have these values. */
  when: Schema.Record(Schema.String, Schema.String),
  /** `firmware.uf2` of the ELF. */
  uf2: Schema.Struct({
    familyId: imageSteps.Uf2Image.familyId,
    pageSize: imageSteps.Uf2Image.pageSize,
    sectorSize: imageSteps.Uf2Image.sectorSize,
    absoluteBlock: imageSteps.Uf2Image.absoluteBlock
  })
})
export type ReplacedImage = typeof ReplacedImage.Type

/** All that fbuild knows of one MCU family beyond its cores' own files. No functions, no I/O. */
export class PlatformSpec extends Schema.Class<PlatformSpec>("fbuild/plan/PlatformSpec")({
  id: Schema.NonEmptyString,
  /** What users write in `platform =`; `owner/` and `@version` are taken off before comparing. */
  names: Schema.NonEmptyArray(Schema.String),
  /** What `framework =` may say. */
  frameworks: Schema.Array(Schema.Literals(["arduino"])),
  /** Builds without a framework, where the family has them. */
  bare: Schema.optionalKey(Schema.Struct({
    /**
     * In the form of `platform.txt`. `{build.f_cpu_flags}` and `{build.ldscript_flags}` are what the board says of its clock and linker script,
     * or empty.
     */
    recipes: Schema.String,
    /** MCUs that a board may be named by; the first rule that matches counts. */
    mcus: Schema.Array(McuRule)
  })),
  /** Where recipes and boards come from. */
  core: Schema.Struct({
    /** PlatformIO's package name, as in `platform_packages`. */
    package: Schema.String,
    vendor: Schema.String,
    architecture: Schema.String,
    /** Folders where distributions put it. */
    systemPaths: Schema.Array(Schema.String),
    debianPackages: Schema.Array(Schema.String)
  }),
  /** PlatformIO's names of cores (`board_build.core`) → the folders that they are in. */
  cores: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Rules of one menu narrow its options one after the other; one that leaves none does not count. */
  menus: Schema.optionalKey(Schema.Array(MenuRule)),
  /** PlatformIO's names of board options (`board_fuses.lfuse` as `fuses.lfuse`) → the core's names of properties. */
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Fuses and lock bits → the properties that have their values. */
  fuses: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Libraries of the core that are for builds with a macro only: headers of others include theirs under that condition. */
  conditionalLibraries: Schema.optionalKey(Schema.Array(Schema.Struct({
    library: Schema.String,
    macro: Schema.String,
    why: Schema.NonEmptyString
  }))),
  /** Recipes for which fbuild has steps of its own. */
  images: Schema.optionalKey(Schema.Array(ReplacedImage)),
  toolchain: Schema.Struct({
    /** PlatformIO's package name, as in `platform_packages`. */
    package: Schema.String,
    /** The names by which cores ask for this package: `runtime.tools.NAME.path`. */
    tools: Schema.Array(Schema.String),
    /** Files of it beyond GCC's usual ones that images depend on, with `{properties}`, for the driver's `-print-file-name`. */
    files: Schema.Array(Schema.String)
  }),
  /** PlatformIO board id → the vendor's board id and menu options (`id:option=value,…`). */
  boards: Schema.Record(Schema.String, Schema.String),
  overlays: Schema.Array(Overlay)
}) {}
