import { BasePeripheral, type RP2040 } from "rp2040js"
import { hex } from "../domain/hex.ts"

/**
 * The control registers of the flash cache, which rp2040js does not have: flushing is done at once, for nothing is cached, and
 * what streams from the flash is not implemented. Source: RP2040 datasheet, 2.6.3.6, "List of XIP Registers".
 */
export class XipControl extends BasePeripheral {
  /** Where it is among the peripherals of rp2040js, which count in 16 KB. */
  static readonly place = 0x1400_0000 >>> 14 << 2
  private readonly registers = new Map([[CTRL, ENABLED], [CTR_HIT, 0], [CTR_ACC, 0]])

  constructor(mcu: RP2040) {
    super(mcu, "XIP_CTRL")
  }

  override readUint32(offset: number): number {
    if (offset === STAT) return FLUSH_READY | FIFO_EMPTY
    return offset === FLUSH ? 0 : this.registers.get(offset) ?? this.refuse(offset)
  }

  override writeUint32(offset: number, value: number): void {
    if (offset === FLUSH) return
    if (offset === CTRL) this.registers.set(offset, value)
    // Writing clears the counters.
    else if (this.registers.has(offset)) this.registers.set(offset, 0)
    else this.refuse(offset)
  }

  private refuse(offset: number): number {
    this.warn(`streaming from the flash (register ${hex(offset)} of XIP_CTRL) is not implemented`)
    return 0
  }
}

const CTRL = 0x00
const FLUSH = 0x04
const STAT = 0x08
const CTR_HIT = 0x0c
const CTR_ACC = 0x10
const ENABLED = 0x3
const FLUSH_READY = 0x1
const FIFO_EMPTY = 0x2
