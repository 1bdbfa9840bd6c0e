/** A number of the soft-float library, in `words` registers. */
interface Format {
  readonly words: 1 | 2
  readonly read: (registers: Uint32Array, at: number) => number
  readonly write: (registers: Uint32Array, at: number, value: number) => void
}

/** Takes its arguments from r0 on, and leaves its result there. */
export type RomFunction = (registers: Uint32Array) => void

/**
 * The functions of the RP2040 boot ROM's table of single (`SF`) or double (`SD`) precision, in its order. As there, subnormal
 * numbers count as zero, conversions to integers round down and saturate; the last digit of what is not exact may differ.
 * Source: RP2040 datasheet, 2.8.3.2, "Fast Floating Point Library"; pico-sdk, `sf_table.h`, which names the entries.
 */
export const romFloat = (precision: "single" | "double"): ReadonlyArray<RomFunction> => {
  const [own, other] = precision === "single" ? [single, double] : [double, single]
  const { read, words, write } = own
  const unary = (f: (x: number) => number): RomFunction => (r) => write(r, 0, f(read(r, 0)))
  const binary = (f: (x: number, y: number) => number): RomFunction => (r) => write(r, 0, f(read(r, 0), read(r, words)))
  const compare: RomFunction = (r) => {
    const [x, y] = [read(r, 0), read(r, words)]
    r[0] = x < y ? -1 : x > y ? 1 : 0
  }
  const toInteger = (integer: Integer, scaled: boolean): RomFunction => (r) =>
    integer.write(r, read(r, 0) * (scaled ? 2 ** r[words]! : 1))
  const fromInteger = (integer: Integer, scaled: boolean): RomFunction => (r) =>
    write(r, 0, integer.read(r) / (scaled ? 2 ** r[integer.words]! : 1))
  const sinCos: RomFunction = (r) => {
    const x = read(r, 0)
    write(r, 0, Math.sin(x))
    write(r, words, Math.cos(x))
  }
  return [
    binary((x, y) => x + y),
    binary((x, y) => x - y),
    binary((x, y) => x * y),
    binary((x, y) => x / y),
    compare,
    compare,
    unary(Math.sqrt),
    toInteger(int32, false),
    toInteger(int32, true),
    toInteger(uint32, false),
    toInteger(uint32, true),
    fromInteger(int32, false),
    fromInteger(int32, true),
    fromInteger(uint32, false),
    fromInteger(uint32, true),
    unary(Math.cos),
    // That of single precision leaves the cosine, too: pico-sdk's `sincosf` relies on it.
    precision === "single" ? sinCos : unary(Math.sin),
    unary(Math.tan),
    sinCos,
    unary(Math.exp),
    unary(Math.log),
    compare,
    binary(Math.atan2),
    fromInteger(int64, false),
    fromInteger(int64, true),
    fromInteger(uint64, false),
    fromInteger(uint64, true),
    toInteger(int64, false),
    toInteger(int64, true),
    toInteger(uint64, false),
    toInteger(uint64, true),
    (r) => other.write(r, 0, read(r, 0))
  ]
}

const view = new DataView(new ArrayBuffer(8))
const flushed = (value: number, smallest: number) => Math.abs(value) < smallest ? (value < 0 ? -0 : 0) : value

const single: Format = {
  words: 1,
  read: (registers, at) => {
    view.setUint32(0, registers[at]!)
    return flushed(view.getFloat32(0), 2 ** -126)
  },
  write: (registers, at, value) => {
    view.setFloat32(0, flushed(value, 2 ** -126))
    registers[at] = view.getUint32(0)
  }
}

const double: Format = {
  words: 2,
  read: (registers, at) => {
    view.setUint32(0, registers[at + 1]!)
    view.setUint32(4, registers[at]!)
    return flushed(view.getFloat64(0), 2 ** -1022)
  },
  write: (registers, at, value) => {
    view.setFloat64(0, flushed(value, 2 ** -1022))
    registers[at + 1] = view.getUint32(0)
    registers[at] = view.getUint32(4)
  }
}

interface Integer {
  readonly words: 1 | 2
  readonly read: (registers: Uint32Array) => number
  readonly write: (registers: Uint32Array, value: number) => void
}

const integer = (bits: 32 | 64, signed: boolean): Integer => {
  const [lowest, highest] = signed
    ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
    : [0n, 2n ** BigInt(bits) - 1n]
  const wrap = (value: bigint) => signed ? BigInt.asIntN(bits, value) : value
  return {
    words: bits === 32 ? 1 : 2,
    read: (registers) => Number(wrap(BigInt(registers[0]!) | (bits === 64 ? BigInt(registers[1]!) << 32n : 0n))),
    write: (registers, value) => {
      const whole = Number.isFinite(value) ? BigInt(Math.floor(value)) : value > 0 ? highest : lowest
      const bounded = whole < lowest ? lowest : whole > highest ? highest : whole
      registers[0] = Number(BigInt.asUintN(32, bounded))
      if (bits === 64) registers[1] = Number(BigInt.asUintN(32, bounded >> 32n))
    }
  }
}

const int32 = integer(32, true)
const uint32 = integer(32, false)
const int64 = integer(64, true)
const uint64 = integer(64, false)
