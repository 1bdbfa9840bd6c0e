import * as Result from "effect/Result"
import type { FlashSettings } from "../../plan/steps/ImageStep.ts"
import { concatenate, words } from "../bytes.ts"
import { crc32 } from "../checksums.ts"
import type { ElfError } from "../elf/ElfError.ts"
import { type Elf, parseElf } from "../elf/parseElf.ts"
import { esp8266Frequencies, esp8266Sizes, type NamedBytes } from "./esp8266Image.ts"
import { EspError } from "./EspError.ts"
import { imageMagic } from "./espImage.ts"
import { type EspSegment, espSegments } from "./espSegments.ts"
import { settingsBytes } from "./flashSettings.ts"
import { ImageBuilder } from "./ImageBuilder.ts"

/** The two files of a version 1 image. */
export interface Esp8266V1Image {
  /** What the ROM loads into RAM, to be written to offset 0. */
  readonly loaded: Uint8Array
  /** What is mapped, and the offset to write it to; `undefined` where nothing is. */
  readonly mapped: { readonly offset: number; readonly bytes: Uint8Array } | undefined
}

/**
 * The image that the ESP8266's ROM loads, as `esptool elf2image --version 1` makes it.
 * Source: esptool documentation, "Firmware Image Format"; compared with `esptool` 5.6.0.
 */
export const esp8266V1Image = (
  file: NamedBytes,
  flash: FlashSettings
): Result.Result<Esp8266V1Image, ElfError | EspError> =>
  Result.gen(function*() {
    const { elf, loaded, mapped } = yield* split(file)
    const image = new ImageBuilder(file.path)
    yield* appendLoaded(image, elf, loaded, flash)
    return {
      loaded: image.build(),
      mapped: mapped === undefined ? undefined : { offset: mapped.address - mapStart, bytes: mapped.data }
    }
  })

/**
 * The image for Espressif's boot loader and rBoot, as `esptool elf2image --version 2` makes it: a header and the mapped
 * segment, then an image like that of version 1, and a CRC over all.
 */
export const esp8266V2Image = (
  file: NamedBytes,
  flash: FlashSettings
): Result.Result<Uint8Array, ElfError | EspError> =>
  Result.gen(function*() {
    const { elf, loaded, mapped } = yield* split(file)
    const [mode, sizeAndFrequency] = yield* settingsBytes(file.path, flash, esp8266Frequencies, esp8266Sizes)
    const image = new ImageBuilder(file.path)
    image.append(Uint8Array.of(v2Magic, 4, mode, sizeAndFrequency), words(elf.entry))
    if (mapped !== undefined) {
      const padded = concatenate([mapped.data, new Uint8Array(-mapped.data.length & 15)])
      image.segment(0, padded)
    }
    image.restartChecksum()
    yield* appendLoaded(image, elf, loaded, flash)
    const whole = image.build()
    const crc = crc32(whole)
    return concatenate([whole, words(crc & 0x80000000 ? ~crc >>> 0 : crc + 1)])
  })

const v2Magic = 0xea
const mapStart = 0x40200000
const mapEnd = 0x40300000

/** Kinds of memory; sections become one segment only where both lie in the same. */
const memory = [[0x3ff00000, 0x3ff00010], [0x3ffe8000, 0x40000000], [0x40100000, 0x40108000], [0x40201010, 0x402e1010]]

const memoryOf = (address: number): number =>
  memory.findIndex(([start = 0, end = 0]) => start <= address && address < end)

const split = ({ bytes, path }: NamedBytes) =>
  Result.gen(function*() {
    const elf = yield* parseElf(path, bytes)
    const segments = yield* espSegments(elf, (first, second) => memoryOf(first) === memoryOf(second))
    const isMapped = ({ address }: EspSegment) => mapStart <= address && address < mapEnd
    const [mapped, ...more] = segments.filter(isMapped)
    if (mapped !== undefined && more.length > 0) {
      const addresses = [mapped, ...more].map(({ address }) => address)
      return yield* Result.fail(new EspError({ path, problem: { _tag: "SeveralFlashSegments", addresses } }))
    }
    return { elf, mapped, loaded: segments.filter((segment) => !isMapped(segment)) }
  })

const appendLoaded = (image: ImageBuilder, elf: Elf, segments: ReadonlyArray<EspSegment>, flash: FlashSettings) =>
  Result.gen(function*() {
    const [mode, sizeAndFrequency] = yield* settingsBytes(elf.path, flash, esp8266Frequencies, esp8266Sizes)
    image.append(Uint8Array.of(imageMagic, segments.length, mode, sizeAndFrequency), words(elf.entry))
    for (const { address, data } of segments) image.segment(address, data)
    image.appendChecksum()
  })
