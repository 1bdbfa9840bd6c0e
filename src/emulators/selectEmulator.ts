import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { qemuMachine } from "./qemuMachine.ts"

export const EmulatorName = Schema.Literals(["avr8js", "simavr", "qemu"])
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

/**
 * Decides, before anything is built, which emulator to use. Without a request: the first that runs the MCU, one in process
 * (nothing to install) before others. A core may have several names for the MCU (`rp2040`, `cortex-m0plus`): the first that an
 * emulator knows counts.
 */
export const selectEmulator = (options: {
  /** The value of `--emulator`. */
  readonly requested?: string
  readonly mcus: ReadonlyArray<string>
}): Result.Result<{ readonly emulator: EmulatorName; readonly mcu: string }, UnknownEmulator | NoEmulatorForMcu> => {
  const { mcus, requested } = options
  const known = mcus.find((name) => EmulatorName.literals.some((emulator) => emulatorRuns(emulator, name)))
  const mcu = known ?? mcus[0] ?? "board's MCU"
  const usable = EmulatorName.literals.filter((name) => emulatorRuns(name, mcu))
  if (requested === undefined) {
    const [first] = usable
    return first === undefined
      ? Result.fail(new NoEmulatorForMcu({ mcu, usable }))
      : Result.succeed({ emulator: first, mcu })
  }
  const name = EmulatorName.literals.find((known) => known === requested)
  if (name === undefined) return Result.fail(new UnknownEmulator({ requested, known: EmulatorName.literals }))
  return usable.includes(name)
    ? Result.succeed({ emulator: name, mcu })
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
  simavr: (mcu) => simavrMcus.has(mcu),
  qemu: (mcu) => qemuMachine(mcu) !== undefined
}
