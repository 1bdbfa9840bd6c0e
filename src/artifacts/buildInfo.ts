import * as Schema from "effect/Schema"
import type { Image } from "./images.ts"

const Memory = Schema.Struct({ used: Schema.Int, max: Schema.optionalKey(Schema.Int) })

const Sizes = Schema.Struct({
  flash: Schema.optionalKey(Memory),
  ram: Schema.optionalKey(Memory),
  eeprom: Schema.optionalKey(Memory)
})

const Fuse = Schema.Struct({ value: Schema.String, path: Schema.String, line: Schema.Int })

const Core = Schema.Struct({
  path: Schema.String,
  version: Schema.String,
  source: Schema.String,
  files: Schema.Record(Schema.String, Schema.String)
})

/** `build_info.json`: what a firmware was made from, and how to make it again. */
const BuildInfo = Schema.fromJsonString(
  Schema.Struct({
    environment: Schema.String,
    board: Schema.Struct({ id: Schema.String, name: Schema.String, vendor: Schema.String }),
    platform: Schema.String,
    toolchain: Schema.Struct({ compiler: Schema.String, version: Schema.String, identity: Schema.String }),
    core: Core,
    elf: Schema.Struct({ path: Schema.String, sha256: Schema.String }),
    images: Schema.Array(Schema.Struct({
      kind: Schema.String,
      path: Schema.String,
      sha256: Schema.String,
      bytes: Schema.Int
    })),
    /** Not written by a build: what the board's are meant to be, and where that is said. */
    fuses: Schema.optionalKey(Schema.Record(Schema.String, Fuse)),
    size: Sizes,
    reproduce: Schema.Array(Schema.String)
  }),
  { space: 2 }
)

/** What `build_info.json` tells of one environment. */
export interface BuildFacts {
  readonly environment: string
  readonly board: { readonly id: string; readonly name: string; readonly vendor: string }
  readonly platform: string
  /** `identity` is the digest over the driver and all that it calls. */
  readonly toolchain: { readonly compiler: string; readonly version: string; readonly identity: string }
  /** The core is known by the digests of its `platform.txt` and `boards.txt`. */
  readonly core: typeof Core.Type
  /** `path` is relative to the project, or absolute. */
  readonly elf: { readonly path: string; readonly sha256: string }
  /** Empty where the family has none. */
  readonly fuses: Readonly<Record<string, typeof Fuse.Type>>
  readonly sizes: typeof Sizes.Type
  readonly images: ReadonlyArray<Image>
}

/** The text of `build_info.json`. */
export const buildInfo = ({ fuses, sizes, ...facts }: BuildFacts): string =>
  `${
    encode({
      ...facts,
      ...(Object.keys(fuses).length === 0 ? {} : { fuses }),
      size: sizes,
      reproduce: ["fbuild", "build", "-e", facts.environment]
    })
  }\n`

const encode = Schema.encodeSync(BuildInfo)
