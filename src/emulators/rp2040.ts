import { Simulator, USBCDC } from "rp2040js"
import type { ElfSegment } from "../artifacts/elf/parseElf.ts"
import { installBootRom } from "./bootRom.ts"
import type { Mcu, Status } from "./inProcess.ts"
import { installSioFifo } from "./sioFifo.ts"
import { XipControl } from "./xipControl.ts"

/** Source of all addresses: RP2040 datasheet, 2.2, "Address Map". */
const flashStart = 0x1000_0000
const flashBytes = 16 * 1024 * 1024
const ramStart = 0x2000_0000
const ramBytes = 264 * 1024

/** What of a program lies outside of flash and RAM; `undefined`: nothing. */
export const misplaced = (segments: ReadonlyArray<ElfSegment>): ElfSegment | undefined =>
  segments.find(({ data, physicalAddress: at }) =>
    !(at >= flashStart && at + data.length <= flashStart + flashBytes) &&
    !(at >= ramStart && at + data.length <= ramStart + ramBytes)
  )

/**
 * Starts as the boot ROM does: the second stage boot loader at the beginning of the flash, with the stack at the end of RAM. Output is of UART0, the USB serial port and semihosting, as it came. Interrupts, timers, UART, USB, PIO and DMA are those of rp2040js.
 * Source: RP2040 datasheet, 2.8.1.3, "Boot sequence".
 */
export const rp2040 = (segments: ReadonlyArray<ElfSegment>): Mcu => {
  const { clock, rp2040: mcu } = new Simulator()
  const { core } = mcu
  let output: Array<number> = []
  let status: Status = { _tag: "Running" }
  const crash = (detail: string) => {
    if (status._tag === "Running") status = { _tag: "Crashed", detail }
  }
  mcu.logger = {
    debug: () => {},
    info: () => {},
    warn: (_, message) => {
      // What restarts a clock divider of the PIO only moves when it ticks.
      if (!/clkDivRestart/.test(message) && /not implemented|undefined address|invalid memory/.test(message)) {
        crash(message.replace(/^Warning: /, ""))
      }
    },
    error: (_, message) => crash(message)
  }
  const print = (byte: number) => void output.push(byte)
  mcu.uart[0]!.onByte = print
  const usb = new USBCDC(mcu.usbCtrl)
  usb.onSerialData = (bytes) => bytes.forEach(print)
  mcu.onBreak = (code) => {
    if (code !== SEMIHOSTING) return crash(`breakpoint ${code}`)
    const [operation = 0, argument = 0] = core.registers
    switch (operation) {
      case SYS_WRITEC:
        return print(mcu.readUint8(argument))
      case SYS_WRITE0:
        for (let at = argument, byte = mcu.readUint8(at); byte !== 0; byte = mcu.readUint8(++at)) print(byte)
        return
      case SYS_EXIT:
        status = argument === ADP_STOPPED_APPLICATION_EXIT
          ? { _tag: "Ended" }
          : { _tag: "Crashed", detail: "it exited with an error" }
    }
  }
  for (const { data, physicalAddress: at } of segments) {
    if (at >= ramStart) mcu.sram.set(data, at - ramStart)
    else mcu.flash.set(data, at - flashStart)
  }
  installSioFifo(mcu, crash)
  mcu.peripherals[XipControl.place] = new XipControl(mcu)
  const rom = installBootRom(mcu)
  core.SP = stackOfRom
  core.LR = 0
  core.PC = flashStart

  return {
    run: (instructions) => {
      for (let left = instructions; left > 0 && status._tag === "Running"; left--) {
        if (core.waiting) {
          // Nothing can wake it: no interrupt is taken, and no alarm is coming.
          if (core.PM || clock.nanosToNextAlarm <= 0) status = { _tag: "Ended" }
          else {
            clock.tick(clock.nanosToNextAlarm)
            core.executeInstruction()
          }
          continue
        }
        clock.tick(core.executeInstruction() * nanosOfCycle)
        const pc = core.PC >>> 0
        if (pc < flashStart) {
          const called = rom.call(pc)
          if (typeof called === "number") clock.tick(called * nanosOfCycle)
          else status = called
        }
      }
      return status
    },
    takeOutput: () => {
      const taken = Uint8Array.from(output)
      output = []
      return taken
    }
  }
}

/** 125 MHz, which the SDK sets up. */
const nanosOfCycle = 8
/** Where the boot ROM has its stack when it starts the second stage. */
const stackOfRom = 0x2004_1f00

/** Source: Arm semihosting specification, "Semihosting operations". */
const SEMIHOSTING = 0xab
const SYS_WRITEC = 0x03
const SYS_WRITE0 = 0x04
const SYS_EXIT = 0x18
const ADP_STOPPED_APPLICATION_EXIT = 0x20026
