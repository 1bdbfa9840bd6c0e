import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { placeText } from "../domain/place.ts"

/** A board as an emulator sees it, and the image to run on it. */
export interface Machine {
  /** As in the board file (`atmega328p`), lower case. */
  readonly mcu: string
  /** CPU clock, Hz (`F_CPU`). */
  readonly frequencyHz: number
  /** Absolute path of the Intel HEX image. */
  readonly hex: string
  /** Absolute path of the ELF image. */
  readonly elf: string
}

/** The emulator's program is not installed. */
export class MissingEmulator extends Schema.TaggedError<MissingEmulator>()("MissingEmulator", {
  emulator: Schema.String,
  debianPackage: Schema.String,
  /** Folders that were searched for the program. */
  searched: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.emulator} not found in ${this.searched.join(", ")}`
  }

  get hint() {
    return `install it: apt-get install ${this.debianPackage}`
  }
}

/** The image cannot be loaded. */
export class ImageInvalid extends Schema.TaggedError<ImageInvalid>()("ImageInvalid", {
  path: Schema.String,
  /** 1-based, of an Intel HEX file. */
  line: Schema.optionalKey(Schema.Int),
  reason: Schema.String
}) {
  override get message() {
    return `${placeText(this)}: ${this.reason}`
  }
}

/** The emulated program did what no CPU can go on from: it left the flash, wrote outside of RAM … */
export class ProgramCrashed extends Schema.TaggedError<ProgramCrashed>()("ProgramCrashed", {
  emulator: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `the program crashed in ${this.emulator}: ${this.detail}`
  }
}

/** The emulator itself ended with something else than success. */
export class EmulatorExited extends Schema.TaggedError<EmulatorExited>()("EmulatorExited", {
  emulator: Schema.String,
  /** `code 1`, `signal SIGSEGV` */
  status: Schema.String,
  /** The last it said, which may be empty. */
  detail: Schema.String
}) {
  override get message() {
    return `${this.emulator} exited with ${this.status}${this.detail === "" ? "" : `: ${this.detail}`}`
  }
}

export type EmulatorError = MissingEmulator | ImageInvalid | ProgramCrashed | EmulatorExited

/** Runs the image of one machine. Nothing is paced: emulated time passes as fast as the host allows. */
export class Emulator extends Context.Service<Emulator, {
  readonly name: string
  readonly supports: (machine: Machine) => boolean
  /**
   * What the program writes to its serial port, as it writes it. The stream ends when the program has ended, which is
   * when it sleeps with interrupts off; interrupting it stops the emulator and leaves no process behind.
   */
  readonly run: (machine: Machine) => Stream.Stream<Uint8Array, EmulatorError>
}>()("fbuild/emulators/Emulator") {}
