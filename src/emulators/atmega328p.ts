import {
  adcConfig,
  AVRADC,
  AVRClock,
  AVREEPROM,
  avrInstruction,
  AVRIOPort,
  AVRSPI,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  AVRWatchdog,
  clockConfig,
  CPU,
  EEPROMMemoryBackend,
  portBConfig,
  portCConfig,
  portDConfig,
  spiConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  usart0Config,
  watchdogConfig
} from "avr8js"
import type { Mcu, Status } from "./inProcess.ts"

/** Source of all sizes and addresses: Microchip, "ATmega48A/PA/88A/PA/168A/PA/328/P datasheet", DS40002061B. */
export const flashBytes = 32_768
const sramBytes = 2048
const eepromBytes = 1024

/**
 * Powers an ATmega328P on. The program has ended when it sleeps, or jumps to itself, with interrupts off, and no
 * watchdog is going to reset it; or when it sleeps and no peripheral is running. A `SLEEP` skips the time to the next
 * event. avr8js itself executes a `SLEEP` as nothing, and ignores what it does not know.
 *
 * @param flash its contents, at most `flashBytes` long
 */
export const atmega328p = (flash: Uint8Array, frequencyHz: number): Mcu => {
  const program = new Uint16Array(flashBytes / 2).fill(erased)
  new Uint8Array(program.buffer).set(flash)
  const eeprom = new EEPROMMemoryBackend(eepromBytes)
  let output: Array<number> = []
  let cpu: CPU
  let mustReset: boolean
  let asleep: boolean

  const powerOn = (resetFlags: number) => {
    cpu = new CPU(program, sramBytes)
    mustReset = false
    asleep = false
    cpu.data[MCUSR] = resetFlags
    cpu.reset = () => {
      mustReset = true
    }
    attachPeripherals(cpu, eeprom, frequencyHz).usart.onByteTransmit = (byte) => output.push(byte)
  }

  /** The watchdog starts the program again. RAM keeps its contents, as in the chip. */
  const reset = () => {
    const sram = cpu.data.slice(sramStart)
    powerOn(WDRF)
    cpu.data.set(sram, sramStart)
  }

  /** Executes the instructions that avr8js does not, or not fully. */
  const special = (opcode: number | undefined): Status => {
    switch (opcode) {
      case SEI:
        // The instruction after it is executed before any interrupt, so that `sei` + `sleep` cannot miss a wake-up.
        avrInstruction(cpu)
        return running
      case SLEEP:
      case RJMP_SELF: {
        const sleeps = opcode === SLEEP && (cpu.data[SMCR]! & SE) !== 0
        if (!cpu.interruptsEnabled && (sleeps || opcode === RJMP_SELF)) {
          if ((cpu.data[WDTCSR]! & WDE) === 0) return ended
          cpu.cycles++
        } else {
          avrInstruction(cpu)
        }
        cpu.tick()
        asleep = sleeps && cpu.interruptsEnabled
        return running
      }
      default:
        return { _tag: "Crashed", detail: `no program at 0x${(cpu.pc * 2).toString(16).padStart(4, "0")}` }
    }
  }

  /** Goes to the next event; an interrupt ends the sleep and turns interrupts off, as every one does. */
  const sleepOn = (): Status => {
    if (cpu.nextInterrupt < 0) {
      const event = cpu["nextClockEvent"] as { readonly cycles: number } | null
      if (event === null) return ended
      cpu.cycles = Math.max(cpu.cycles, event.cycles)
    }
    cpu.tick()
    asleep = cpu.interruptsEnabled
    return running
  }

  const step = (): Status => {
    if (asleep) return sleepOn()
    const opcode = program[cpu.pc]
    switch (opcode) {
      case SEI:
      case SLEEP:
      case RJMP_SELF:
      case erased:
      case undefined:
        return special(opcode)
    }
    avrInstruction(cpu)
    cpu.tick()
    return running
  }

  powerOn(PORF)
  return {
    run: (instructions) => {
      for (let executed = 0; executed < instructions; executed++) {
        const status = step()
        if (status !== running) return status
        if (mustReset) reset()
      }
      return running
    },
    takeOutput: () => {
      const bytes = Uint8Array.from(output)
      output = []
      return bytes
    }
  }
}

/** Each hooks itself into the CPU that it is made with. */
const attachPeripherals = (cpu: CPU, eeprom: EEPROMMemoryBackend, frequencyHz: number) => ({
  ports: [portBConfig, portCConfig, portDConfig].map((port) => new AVRIOPort(cpu, port)),
  timers: [timer0Config, timer1Config, timer2Config].map((timer) => new AVRTimer(cpu, timer)),
  usart: new AVRUSART(cpu, usart0Config, frequencyHz),
  adc: new AVRADC(cpu, adcConfig),
  spi: new AVRSPI(cpu, spiConfig, frequencyHz),
  twi: new AVRTWI(cpu, twiConfig, frequencyHz),
  eeprom: new AVREEPROM(cpu, eeprom),
  watchdog: new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, frequencyHz, clockConfig))
})

const running: Status = { _tag: "Running" }
const ended: Status = { _tag: "Ended" }

const SEI = 0x9478
const RJMP_SELF = 0xcfff
const SLEEP = 0x9588
/** No instruction: `SBRS` has bit 3 clear. */
const erased = 0xffff

const sramStart = 0x100
const SMCR = 0x53
const SE = 0x01
const MCUSR = 0x54
const PORF = 0x01
const WDRF = 0x08
const WDTCSR = 0x60
const WDE = 0x08
