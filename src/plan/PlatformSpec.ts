import * as Schema from "effect/Schema"
import { imageSteps } from "./steps/ImageStep.ts"
import { ReplacedRecipe } from "./steps/StepTemplate.ts"

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
  /** By any text: the first option with which `property` is the same. */
  Text: { setting: Schema.String, menu: Schema.String, property: Schema.String },
  /** By a word, in lower case: the first option whose id matches its regular expression. Another word is an error. */
  Word: { setting: Schema.String, menu: Schema.String, words: Schema.Record(Schema.String, Schema.String) }
})
export type MenuRule = typeof MenuRule.Type

/** What PlatformIO's `board_build.X` and board files say, in the words of `boards.txt`. */
export const Translation = Schema.Struct({
  /** `board_build.f_flash` as `build.f_flash`. */
  option: Schema.String,
  property: Schema.String,
  /** `Megahertz`: `80000000L` → `80`. `Word`: `tables/huge-app.csv` → `huge_app`. */
  form: Schema.optionalKey(Schema.Literals(["Megahertz", "Word"])),
  suffix: Schema.optionalKey(Schema.String),
  /** By the value so far; others stay as they are. */
  values: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
export type Translation = typeof Translation.Type

/** PlatformIO ids that follow a rule: the first pattern that matches the whole id gives the vendor's. */
export const BoardRule = Schema.Struct({ pattern: Schema.String, board: Schema.String })
export type BoardRule = typeof BoardRule.Type

/** A package besides the core: where it is installed, it decides these properties. `{folder}` is its folder. */
const PackageRule = Schema.Struct({
  /** PlatformIO's name, as in `platform_packages`. */
  package: Schema.String,
  properties: Schema.Record(Schema.String, Schema.String)
})

const text = Schema.String

/** Where a file system is in flash, with `{properties}`, or a partition of one of these subtypes, the first one preferred. */
const FileSystemPlace = Schema.Union([
  Schema.Struct({ from: text, to: text }),
  Schema.Struct({ subtypes: Schema.NonEmptyArray(text) })
])

const littleFs = imageSteps.LittleFsImage
const spiffs = imageSteps.SpiffsImage

/** A file system that a project's `data_dir` is put into, by PlatformIO's name (`board_build.filesystem`). */
export const FileSystemRule = Schema.Union([
  Schema.Struct({
    name: Schema.Literal("littlefs"),
    place: FileSystemPlace,
    /** Bytes, with `{properties}`. */
    blockSize: text,
    /** As the driver of the core is configured. */
    driver: Schema.Struct({
      pageSize: littleFs.pageSize,
      nameLimit: littleFs.nameLimit,
      cacheSize: littleFs.cacheSize
    })
  }),
  Schema.Struct({
    name: Schema.Literal("spiffs"),
    place: FileSystemPlace,
    blockSize: text,
    driver: Schema.Struct({
      pageSize: spiffs.pageSize,
      nameLimit: spiffs.nameLimit,
      metaSize: spiffs.metaSize,
      marks: spiffs.marks,
      tableAlignment: spiffs.tableAlignment
    })
  })
])
export type FileSystemRule = typeof FileSystemRule.Type

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
  /** Board options, of board files too, that have another form or meaning in the core; rules of menus see what they become. */
  translations: Schema.optionalKey(Schema.Array(Translation)),
  /** Fuses and lock bits → the properties that have their values. */
  fuses: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Libraries of the core that are for builds with a macro only: headers of others include theirs under that condition. */
  conditionalLibraries: Schema.optionalKey(Schema.Array(Schema.Struct({
    library: Schema.String,
    macro: Schema.String,
    why: Schema.NonEmptyString
  }))),
  /** Below the core's own properties. */
  properties: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Properties in which the core and its variant are compiled otherwise than the rest. */
  coreProperties: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  packages: Schema.optionalKey(Schema.Array(PackageRule)),
  /** Commands of the core for which fbuild has steps of its own. */
  replaced: Schema.optionalKey(Schema.Array(ReplacedRecipe)),
  fileSystems: Schema.optionalKey(Schema.Array(FileSystemRule)),
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
  boardRules: Schema.optionalKey(Schema.Array(BoardRule)),
  overlays: Schema.Array(Overlay)
}) {}
