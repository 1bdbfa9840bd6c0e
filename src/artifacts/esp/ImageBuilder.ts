import * as Result from "effect/Result"
import { concatenate, filled, words } from "../bytes.ts"
import { EspError, type EspProblem } from "./EspError.ts"

/**
 * An image as it grows: header, segments (address, length, content), checksum. The checksum is 0xEF and every byte of every
 * segment, combined with xor. Source: ESP-IDF Programming Guide, "App Image Format".
 */
export class ImageBuilder {
  readonly #path: string
  readonly #pieces: Array<Uint8Array> = []
  #checksum = checksumStart
  #size = 0
  #segments = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /** Segments so far. */
  get segments(): number {
    return this.#segments
  }

  /** Adds bytes as they are. */
  append(...pieces: ReadonlyArray<Uint8Array>): void {
    for (const piece of pieces) {
      this.#pieces.push(piece)
      this.#size += piece.length
    }
  }

  segment(address: number, data: Uint8Array): void {
    for (const byte of data) this.#checksum ^= byte
    this.append(words(address, data.length), data)
    this.#segments++
  }

  /** What is added from here on has a checksum of its own. */
  restartChecksum(): void {
    this.#checksum = checksumStart
  }

  /** The checksum, as the last byte of a block of 16. */
  appendChecksum(): void {
    this.append(filled(15 - this.#size % 16, 0), Uint8Array.of(this.#checksum))
  }

  build(): Uint8Array {
    return concatenate(this.#pieces)
  }

  fail(problem: EspProblem): Result.Result<never, EspError> {
    return Result.fail(new EspError({ path: this.#path, problem }))
  }
}

const checksumStart = 0xef
