import { assert, describe, it } from "@effect/vitest"
import { romFloat } from "../../src/emulators/romFloat.ts"

/** Offsets of the entries. Source: RP2040 datasheet, 2.8.3.2. */
const entry = {
  add: 0x00,
  div: 0x0c,
  toInt: 0x1c,
  toFix: 0x20,
  toUint: 0x24,
  fromInt: 0x2c,
  fromFix: 0x30,
  sin: 0x3c + 4,
  sinCos: 0x48,
  compare: 0x54,
  fromInt64: 0x5c,
  fromFix64: 0x60,
  toInt64: 0x6c,
  toUint64: 0x74,
  convert: 0x7c
}

const singles = (...values: ReadonlyArray<number>) => [...new Uint32Array(new Float32Array(values).buffer)]
const doubles = (...values: ReadonlyArray<number>) => [...new Uint32Array(new Float64Array(values).buffer)]

describe("romFloat", () => {
  const call = (precision: "single" | "double", name: keyof typeof entry, ...words: ReadonlyArray<number>) => {
    const registers = Uint32Array.from([...words, 0, 0, 0, 0].slice(0, 4))
    romFloat(precision)[entry[name] / 4]!(registers)
    return registers
  }
  const single = (registers: Uint32Array) => [...new Float32Array(registers.buffer)]
  const double = (registers: Uint32Array) => [...new Float64Array(registers.buffer)]

  it("has an entry for each of pico-sdk's table", () => {
    assert.lengthOf(romFloat("single"), 0x80 / 4)
    assert.lengthOf(romFloat("double"), 0x80 / 4)
  })

  it("calculates with its own precision", () => {
    assert.strictEqual(
      single(call("single", "add", ...singles(0.1, 0.2)))[0],
      Math.fround(Math.fround(0.1) + Math.fround(0.2))
    )
    assert.strictEqual(double(call("double", "add", ...doubles(0.1, 0.2)))[0], 0.1 + 0.2)
    assert.strictEqual(double(call("double", "div", ...doubles(1, 3)))[0], 1 / 3)
    assert.strictEqual(single(call("single", "div", ...singles(1, 0)))[0], Infinity)
  })

  it("gives both sine and cosine", () => {
    const [sine, cosine] = single(call("single", "sin", ...singles(1)))
    assert.deepStrictEqual([sine, cosine], [Math.fround(Math.sin(1)), Math.fround(Math.cos(1))])
    assert.deepStrictEqual(single(call("single", "sinCos", ...singles(1))).slice(0, 2), [sine, cosine])
    assert.deepStrictEqual(double(call("double", "sinCos", ...doubles(1))), [Math.sin(1), Math.cos(1)])
  })

  it("rounds down to integers, and saturates", () => {
    assert.strictEqual(call("single", "toInt", ...singles(-1.5))[0], 0xfffffffe)
    assert.strictEqual(call("single", "toInt", ...singles(1e10))[0], 0x7fffffff)
    assert.strictEqual(call("single", "toUint", ...singles(-1))[0], 0)
    assert.strictEqual(call("single", "toFix", ...singles(1.25), 8)[0], 0x140)
    assert.deepStrictEqual([...call("double", "toInt64", ...doubles(-2))].slice(0, 2), [0xfffffffe, 0xffffffff])
    assert.deepStrictEqual([...call("double", "toUint64", ...doubles(Infinity))].slice(0, 2), [0xffffffff, 0xffffffff])
  })

  it("reads integers", () => {
    assert.strictEqual(single(call("single", "fromInt", 0xffffffff))[0], -1)
    assert.strictEqual(single(call("single", "fromFix", 0x140, 8))[0], 1.25)
    assert.strictEqual(double(call("double", "fromInt64", 0xfffffffe, 0xffffffff))[0], -2)
    assert.strictEqual(double(call("double", "fromFix64", 0, 1, 31))[0], 2)
  })

  it("compares, and takes subnormal numbers for zero", () => {
    assert.strictEqual(call("single", "compare", ...singles(1, 2))[0], 0xffffffff)
    assert.strictEqual(call("double", "compare", ...doubles(2, 1))[0], 1)
    assert.strictEqual(call("single", "compare", ...singles(1e-40, 0))[0], 0)
    assert.strictEqual(single(call("single", "add", ...singles(1e-40, 1e-40)))[0], 0)
  })

  it("converts from one precision to the other", () => {
    assert.strictEqual(double(call("single", "convert", ...singles(0.5)))[0], 0.5)
    assert.strictEqual(single(call("double", "convert", ...doubles(0.1)))[0], Math.fround(0.1))
  })
})
