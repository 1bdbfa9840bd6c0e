import type { RP2040 } from "rp2040js"
import { hex } from "../domain/hex.ts"
import type { Status } from "./inProcess.ts"
import { romFloat, type RomFunction } from "./romFloat.ts"

/** The functions that an RP2040's programs call in its boot ROM, executed here: rp2040js comes without a ROM. */
export interface BootRom {
  /**
   * Executes the function at an address and returns from it; gives the cycles it took. A status: the program goes on no more,
   * as it does where there is no function.
   */
  readonly call: (address: number) => number | Status
}

/**
 * Puts the tables of version 3 (chips B2) into the ROM of an RP2040. Source: RP2040 datasheet, 2.8.2, "Bootrom Contents", and
 * 2.8.3, "Bootrom Functions". There is no second core and no debugger, whose functions are left out.
 */
export const installBootRom = (mcu: RP2040): BootRom => {
  const { core } = mcu
  const rom = new DataView(new ArrayBuffer(romBytes))
  const functions: Array<(registers: Uint32Array) => number | Status> = []
  /** The pointer to a function, with the bit of Thumb. */
  const pointerTo = (call: (registers: Uint32Array) => number | Status) =>
    (firstFunction + 4 * functions.push(call)) | 1
  const writeTable = (at: number, entries: Readonly<Record<string, number>>) => {
    for (const [index, [code, pointer]] of Object.entries(entries).entries()) {
      rom.setUint16(at + 4 * index, codeOf(code), true)
      rom.setUint16(at + 4 * index + 2, pointer, true)
    }
  }
  const writeFloats = (at: number, calls: ReadonlyArray<RomFunction>) => {
    // The number of entries stands before them.
    rom.setUint16(at - 2, calls.length, true)
    for (const [index, call] of calls.entries()) {
      rom.setUint32(at + 4 * index, pointerTo(taking(floatCycles, call)), true)
    }
  }

  const lookUp = (r: Uint32Array) => {
    let at = r[0]!
    while (mcu.readUint16(at) !== 0 && mcu.readUint16(at) !== r[1]) at += 4
    r[0] = mcu.readUint16(at) === 0 ? 0 : mcu.readUint16(at + 2)
    return at
  }
  const fill = (r: Uint32Array) => {
    const [to = 0, value = 0, count = 0] = r
    if (count > mcu.flash.length) return tooMuch(count)
    for (let i = 0; i < count; i++) mcu.writeUint8(to + i, value & 0xff)
    return count
  }
  const copy = (r: Uint32Array) => {
    const [to = 0, from = 0, count = 0] = r
    if (count > mcu.flash.length) return tooMuch(count)
    for (let i = 0; i < count; i++) mcu.writeUint8(to + i, mcu.readUint8(from + i))
    return count
  }
  const erase = (r: Uint32Array) => {
    const [from = 0, count = 0] = r
    mcu.flash.fill(0xff, from, from + count)
    return count
  }
  const program = (r: Uint32Array) => {
    const [to = 0, from = 0, count = 0] = r
    // Programming clears bits, erasing sets them.
    for (let i = 0; i < count && to + i < mcu.flash.length; i++) mcu.flash[to + i]! &= mcu.readUint8(from + i)
    return count
  }
  const word = (f: (value: number) => number) => (r: Uint32Array) => {
    r[0] = f(r[0]!)
    return shortCycles
  }
  // The flash is always there, and is not cached.
  const nothing = () => shortCycles

  rom.setUint32(0x10, 0x03_01_75_4d, true)
  rom.setUint16(0x14, functionTable, true)
  rom.setUint16(0x16, dataTable, true)
  rom.setUint16(0x18, pointerTo(lookUp), true)
  writeTable(functionTable, {
    P3: pointerTo(word(popCount)),
    R3: pointerTo(word(reverse)),
    L3: pointerTo(word(Math.clz32)),
    T3: pointerTo(word((value) => value === 0 ? 32 : 31 - Math.clz32(value & -value))),
    MS: pointerTo(fill),
    S4: pointerTo(fill),
    MC: pointerTo(copy),
    C4: pointerTo(copy),
    UB: pointerTo(() => ({ _tag: "Ended" })),
    IF: pointerTo(nothing),
    EX: pointerTo(nothing),
    RE: pointerTo(erase),
    RP: pointerTo(program),
    FC: pointerTo(nothing),
    CX: pointerTo(nothing)
  })
  writeTable(dataTable, { CR: copyright, GR: revision, SF: singleFloats, SD: doubleFloats })
  writeFloats(singleFloats, romFloat("single"))
  writeFloats(doubleFloats, romFloat("double"))
  mcu.bootrom.set(new Uint32Array(rom.buffer))

  return {
    call: (address) => {
      const call = functions[(address - firstFunction) / 4 - 1]
      if (call === undefined) {
        return { _tag: "Crashed", detail: `it jumped to ${hex(address)}, where the boot ROM has no function` }
      }
      const result = call(core.registers)
      if (typeof result === "number") core.BXWritePC(core.LR)
      return result
    }
  }
}

/** More than there is of any memory. */
const tooMuch = (count: number): Status => ({ _tag: "Crashed", detail: `the boot ROM was to write ${count} bytes` })

const taking = (cycles: number, call: RomFunction) => (registers: Uint32Array) => {
  call(registers)
  return cycles
}

const codeOf = (code: string): number => code.charCodeAt(0) | code.charCodeAt(1) << 8

const popCount = (value: number): number => {
  let count = 0
  for (let left = value; left !== 0; left &= left - 1) count++
  return count
}

const reverse = (value: number): number => {
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) reversed |= (value >>> bit & 1) << 31 - bit
  return reversed
}

const romBytes = 16 * 1024
/** Where things are is this ROM's own choice: programs ask its tables. */
const copyright = 0x40
const revision = 0x80
const functionTable = 0x100
const dataTable = 0x200
const singleFloats = 0x304
const doubleFloats = 0x404
const firstFunction = 0x1000

/** About what they take on the chip. Source: RP2040 datasheet, 2.8.3.1 and 2.8.3.2. */
const shortCycles = 15
const floatCycles = 70
