import * as Result from "effect/Result"
import type { FlashSettings } from "../../plan/steps/ImageStep.ts"
import { filled, words } from "../bytes.ts"
import { crc32Mpeg2 } from "../checksums.ts"
import type { ElfError } from "../elf/ElfError.ts"
import { parseElf } from "../elf/parseElf.ts"
import { EspError } from "./EspError.ts"
import { imageMagic } from "./espImage.ts"
import { settingsBytes } from "./flashSettings.ts"
import { ImageBuilder } from "./ImageBuilder.ts"

/** A file's path, for errors, and its content. */
export interface NamedBytes {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Low half of byte 3 of the header by flash frequency. */
export const esp8266Frequencies = { "40m": 0, "26m": 1, "20m": 2, "80m": 15 }

/** High half of byte 3 by flash size. */
export const esp8266Sizes = {
  "512KB": 0,
  "256KB": 1,
  "1MB": 2,
  "2MB": 3,
  "4MB": 4,
  "2MB-c1": 5,
  "4MB-c1": 6,
  "8MB": 8,
  "16MB": 9
}

/**
 * Arduino's image for the ESP8266: the boot loader, filled up with 0xAA to 4096 bytes, then the application, whose first
 * section begins with two words for the length of all and a CRC-32/MPEG-2 over all (taken while both are 0).
 *
 * Fails where a section is missing or the boot loader is too large.
 *
 * Source: ESP8266 Arduino core 3.1.2, what `tools/elf2bin.py` writes and `bootloaders/eboot` reads.
 */
export const esp8266Image = (
  eboot: NamedBytes,
  application: NamedBytes,
  flash: FlashSettings
): Result.Result<Uint8Array, ElfError | EspError> =>
  Result.gen(function*() {
    const image = new ImageBuilder(application.path)
    yield* appendSections(image, eboot, [".text", ".rodata"], flash)
    if (image.size + 8 > bootSize) {
      const problem = { _tag: "TooLarge", what: "the boot loader", size: image.size + 8, limit: bootSize } as const
      return yield* Result.fail(new EspError({ path: eboot.path, problem }))
    }
    image.append(filled(bootSize - image.size, 0xaa))
    const sections = [mappedSection, ".text", ".text1", ".data", ".rodata"]
    image.restartChecksum()
    const [first] = yield* appendSections(image, application, sections, flash)
    if (first === undefined || first < 8) return yield* image.fail({ _tag: "MissingSection", name: mappedSection })

    const whole = image.build()
    whole.fill(0, lengthAt, lengthAt + 8)
    whole.set(words(whole.length, crc32Mpeg2(whole)), lengthAt)
    return whole
  })

const bootSize = 0x1000
const mappedSection = ".irom0.text"
/** Behind the headers of the application's image and of its first section. */
const lengthAt = bootSize + 16

/** One image of the sections of an ELF file by name; returns their sizes. */
const appendSections = (
  image: ImageBuilder,
  { bytes, path }: NamedBytes,
  names: ReadonlyArray<string>,
  flash: FlashSettings
): Result.Result<ReadonlyArray<number>, ElfError | EspError> =>
  Result.gen(function*() {
    const elf = yield* parseElf(path, bytes)
    const [mode, sizeAndFrequency] = yield* settingsBytes(path, flash, esp8266Frequencies, esp8266Sizes)
    image.append(Uint8Array.of(imageMagic, names.length, mode, sizeAndFrequency), words(elf.entry))
    const sizes: Array<number> = []
    for (const name of names) {
      const section = elf.sections.find((candidate) => candidate.name === name)
      if (section === undefined || section.data.length !== section.size) {
        return yield* Result.fail(new EspError({ path, problem: { _tag: "MissingSection", name } }))
      }
      image.segment(section.address, section.data)
      sizes.push(section.size)
    }
    image.appendChecksum()
    return sizes
  })
