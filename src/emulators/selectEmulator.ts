import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { qemuMachine } from "./qemuMachine.ts"

export const EmulatorName = Schema.Literals(["avr8js", "rp2040js", "simavr", "qemu"])
export type EmulatorName = typeof EmulatorName.Type

/** `--emulator` names something else than an emulator. */
export class UnknownEmulator extends Schema.TaggedError<UnknownEmulator>()("UnknownEmulator", {
  requested: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    return `unknown emulator ${this.requested}`
  }

  get hint() {
    return `emulators: ${this.known.join(", ")}`
  }
}

/** The board's MCU is one that the requested emulator, or any, cannot run. */
export class NoEmulatorForMcu extends Schema.TaggedError<NoEmulatorForMcu>()("NoEmulatorForMcu", {
  mcu: Schema.String,
  /** Absent when none was asked for. */
  requested: Schema.optionalKey(Schema.String),
  /** Those that can run it. */
  usable: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.requested === undefined
      ? `no emulator runs the ${this.mcu}`
      : `${this.requested} does not run the ${this.mcu}`
  }

  get hint() {
    return this.usable.length === 0 ? undefined : `use --emulator ${this.usable[0]}, or leave the choice to fbuild`
  }
}

/** Whether an emulator can run an MCU. */
export const emulatorRuns = (emulator: EmulatorName, mcu: string): boolean => runs[emulator](mcu.toLowerCase())

/** An MCU and the emulators that may run what is built for it, the best one first. */
export interface EmulatorChoice {
  readonly mcu: string
  readonly emulators: readonly [EmulatorName, ...ReadonlyArray<EmulatorName>]
}

/** The emulator for an image: the first of a choice that has memory where the image is loaded to. */
export const emulatorFor = ({ emulators, mcu }: EmulatorChoice, loadAddress: number): EmulatorName =>
  emulators.find((name) => holds[name](mcu.toLowerCase(), loadAddress)) ?? emulators[0]

/**
 * Decides, before anything is built, which emulators may be used. Without a request: all that run the MCU, those in process
 * (nothing to install) before others. A core may have several names for the MCU (`rp2040`, `cortex-m0plus`): the first that an
 * emulator knows counts.
 */
export const selectEmulator = (options: {
  /** The value of `--emulator`. */
  readonly requested?: string
  readonly mcus: ReadonlyArray<string>
}): Result.Result<EmulatorChoice, UnknownEmulator | NoEmulatorForMcu> => {
  const { mcus, requested } = options
  const known = mcus.find((name) => EmulatorName.literals.some((emulator) => emulatorRuns(emulator, name)))
  const mcu = known ?? mcus[0] ?? "board's MCU"
  const usable = EmulatorName.literals.filter((name) => emulatorRuns(name, mcu))
  if (requested === undefined) {
    const [first, ...others] = usable
    return first === undefined
      ? Result.fail(new NoEmulatorForMcu({ mcu, usable }))
      : Result.succeed({ emulators: [first, ...others], mcu })
  }
  const name = EmulatorName.literals.find((known) => known === requested)
  if (name === undefined) return Result.fail(new UnknownEmulator({ requested, known: EmulatorName.literals }))
  return usable.includes(name)
    ? Result.succeed({ emulators: [name], mcu })
    : Result.fail(new NoEmulatorForMcu({ mcu, requested, usable }))
}

/** Source: `simavr --list-cores`, Debian simavr 1.6+dfsg-3. */
const simavrMcus: ReadonlySet<string> = new Set([
  ..."atmega128 atmega128l atmega1280 atmega1281 atmega1284p atmega1284 atmega128rfa1 atmega128rfr2".split(" "),
  ..."atmega16 atmega164 atmega164p atmega164pa atmega168 atmega168p atmega168pa atmega16m1 atmega2560".split(" "),
  ..."atmega32 atmega324 atmega324p atmega324a atmega324pa atmega328 atmega328p atmega32u4".split(" "),
  ..."atmega48 atmega48p atmega48pa atmega644 atmega644p atmega8 atmega8l atmega88 atmega88p atmega88pa".split(" "),
  ..."attiny13 attiny13a attiny2313 attiny2313v attiny2313a attiny24 attiny25 attiny4313".split(" "),
  ..."attiny44 attiny45 attiny84 attiny85 at90usb162".split(" ")
])

const runs: Record<EmulatorName, (mcu: string) => boolean> = {
  // The one MCU whose memory and peripherals `atmega328p.ts` sets up.
  avr8js: (mcu) => mcu === "atmega328p",
  // A core may say no more than what the processor is; where the program lies tells whether the chip is this one.
  rp2040js: (mcu) => mcu === "rp2040" || mcu === "cortex-m0plus",
  simavr: (mcu) => simavrMcus.has(mcu),
  qemu: (mcu) => qemuMachine(mcu) !== undefined
}

const holds: Record<EmulatorName, (mcu: string, loadAddress: number) => boolean> = {
  avr8js: () => true,
  rp2040js: (_, loadAddress) => loadAddress >= 0x1000_0000 && loadAddress < 0x1100_0000,
  simavr: () => true,
  qemu: (mcu, loadAddress) => qemuMachine(mcu, loadAddress) !== undefined
}
