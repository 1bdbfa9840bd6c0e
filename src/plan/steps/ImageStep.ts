import * as Schema from "effect/Schema"
import { FilePath } from "../../domain/FilePath.ts"

/** Espressif's chips after the ESP8266, by the name that `build.mcu` has. */
export const EspChip = Schema.Literals([
  "esp32",
  "esp32s2",
  "esp32s3",
  "esp32c2",
  "esp32c3",
  "esp32c5",
  "esp32c6",
  "esp32h2",
  "esp32p4"
])
export type EspChip = typeof EspChip.Type

/** How the boot ROM reads the flash: what the header of an image says. */
export const FlashSettings = Schema.Struct({
  mode: Schema.Literals(["qio", "qout", "dio", "dout"]),
  /** `40m`, `80m`, …: what the chip can do. */
  frequency: Schema.String,
  /** `512KB`, `4MB`, … */
  size: Schema.String
})
export type FlashSettings = typeof FlashSettings.Type

/** A file of a file system image: its name there, without a leading `/`, and where its content is. */
export const PackedFile = Schema.Struct({ name: Schema.NonEmptyString, file: FilePath })

const address = Schema.Int
const byteCount = Schema.Int

/**
 * Kinds of steps that make an image, or a source, of files: the cases of `BuiltinStep` (`../Action.ts`) that are written
 * once for all platforms. Every file that a step names has to be among the inputs of its action, which has one output.
 */
export const imageSteps = {
  /** The same bytes in another place. */
  CopyFile: { file: FilePath },
  /** A text that is known when the build is planned. */
  WriteFile: { text: Schema.String },
  /** The application, or second stage boot loader, of an ESP32 as `esptool elf2image` makes it. */
  EspImage: {
    elf: FilePath,
    chip: EspChip,
    flash: FlashSettings,
    /** Where in the image the SHA-256 of the ELF file goes. Without it: 0xb0 if there is an application description. */
    elfDigestOffset: Schema.optionalKey(byteCount),
    /** Chip revisions that may run it, as major × 100 + minor. */
    minimumRevision: Schema.optionalKey(Schema.Int),
    maximumRevision: Schema.optionalKey(Schema.Int),
    /** Of the flash's MMU, where the chip has a choice. Without it: what the application description says, else 64 KiB. */
    pageSize: Schema.optionalKey(byteCount)
  },
  /** The image of an ESP8266's application. */
  Esp8266Image: {
    elf: FilePath,
    flash: FlashSettings,
    layout: Schema.Union([
      /** Arduino's: its boot loader in 4 KiB, then the application, with a CRC over all. */
      Schema.TaggedStruct("Arduino", { eboot: FilePath }),
      /** For the ROM: what it loads into RAM (to flash at 0), or what is mapped. */
      Schema.TaggedStruct("V1", { part: Schema.Literals(["loaded", "mapped"]) }),
      /** For Espressif's boot loader and rBoot, `esptool elf2image --version 2`. */
      Schema.TaggedStruct("V2", {})
    ])
  },
  /** `partitions.csv` → the table in flash, 3072 bytes. */
  PartitionTable: {
    csv: FilePath,
    /** Where the table goes: 0x8000, unless the boot loader was made for another place. */
    tableOffset: address,
    /** Where the boot loader is; only tables with rows for it need to know. */
    bootLoaderOffset: Schema.optionalKey(address),
    /** The partitions have to end there. */
    flashSize: Schema.optionalKey(byteCount)
  },
  /** One file of several with gaps of 0xff, to be written to offset 0. */
  MergedImage: {
    parts: Schema.NonEmptyArray(Schema.Struct({
      /**
       * Of `partitions`: `application` is the one that the boot loader starts first (0x10000 without one), `otadata` what tells it
       * which; a table without that has no use for the part.
       */
      offset: Schema.Union([address, Schema.Literals(["application", "otadata"])]),
      file: FilePath
    })),
    chip: EspChip,
    /** Put into the header of the boot loader; without them it stays as it is. */
    flash: Schema.optionalKey(FlashSettings),
    /** A binary partition table and its place: parts behind it have to begin with a partition, and to fit into it. */
    partitions: Schema.optionalKey(Schema.Struct({ file: FilePath, offset: address })),
    flashSize: Schema.optionalKey(byteCount),
    /** The image is filled up with 0xff to so many bytes. */
    size: Schema.optionalKey(byteCount)
  },
  /** The loadable segments of an ELF file, or a binary at `address`, in the USB flashing format. */
  Uf2Image: {
    source: Schema.Union([
      Schema.TaggedStruct("Elf", { file: FilePath }),
      Schema.TaggedStruct("Binary", { file: FilePath, address })
    ]),
    /** Source: `uf2families.json` of the UF2 specification. */
    familyId: Schema.Int,
    /** Blocks begin at multiples of this many bytes, and have that payload: 256. */
    pageSize: byteCount,
    /** Pages between the first and the last of such a sector are filled with zeros: 4096 for the RP2040 and RP2350. */
    sectorSize: Schema.optionalKey(byteCount),
    /** What may be written to, for example the flash. */
    memory: Schema.optionalKey(Schema.Struct({ start: address, end: address })),
    /** RP2350-E10: a block for this address goes first; 0x10ffff00 suits every size of flash. */
    absoluteBlock: Schema.optionalKey(address)
  },
  /** The second stage boot loader of an RP2040 (at most 252 bytes), padded and with its CRC. */
  Boot2: {
    binary: FilePath,
    /** 256 bytes, or assembler source of them in section `.boot2`. */
    form: Schema.Literals(["binary", "assembler"])
  },
  LittleFsImage: {
    files: Schema.Array(PackedFile),
    size: byteCount,
    blockSize: byteCount,
    /** What the chip's driver writes at once. */
    pageSize: byteCount,
    /** Bytes of a name, as the chip's driver has it (`LFS_NAME_MAX`): it refuses images that say more. */
    nameLimit: Schema.Int,
    /** Bytes of the driver's cache: files that do not fit into it cannot be kept in a directory. */
    cacheSize: byteCount
  },
  SpiffsImage: {
    files: Schema.Array(PackedFile),
    size: byteCount,
    blockSize: byteCount,
    pageSize: byteCount,
    /** `SPIFFS_OBJ_NAME_LEN` of the chip's driver: bytes of a name with its leading `/` and its NUL. */
    nameLimit: Schema.Int,
    /** `SPIFFS_OBJ_META_LEN` of the chip's driver: bytes for times and the like that every file has. */
    metaSize: byteCount,
    /** `SPIFFS_USE_MAGIC_LENGTH` of the chip's driver. */
    marks: Schema.Literals(["WithLength", "Plain"]),
    /** 2 with `SPIFFS_ALIGNED_OBJECT_INDEX_TABLES`, else 1. */
    tableAlignment: byteCount
  },
  /** Assembler source that has a file in `.rodata.embedded`, under the symbols that `objcopy -I binary` would give it. */
  EmbedFile: {
    file: FilePath,
    /** `_binary_<path as in the ini, other characters than letters and digits replaced by _>`. */
    symbol: Schema.NonEmptyString,
    /** `Text` ends in a NUL that counts. */
    content: Schema.Literals(["Bytes", "Text"])
  }
}
