/** Numbers that look random and are the same in every run (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000 * limit)
  }

  /** One of the choices. */
  pick<A>(choices: ReadonlyArray<A>): A {
    return choices[this.below(choices.length)]!
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = this.below(256)
    return bytes
  }

  /** The same bytes with a few changed, inserted, removed or cut off. */
  mutate(bytes: Uint8Array): Uint8Array {
    let result = Uint8Array.from(bytes)
    for (let count = 1 + this.below(4); count > 0; count--) {
      const at = this.below(result.length + 1)
      switch (this.below(6)) {
        case 0:
          result = result.slice(0, at)
          break
        case 1:
          result = insert(result, at, this.bytes(this.below(8)))
          break
        case 2:
          if (at + 4 <= result.length) new DataView(result.buffer).setUint32(at, this.pick(limits), true)
          break
        default:
          if (at < result.length) result[at] = this.pick([0, 1, 127, 128, 255, this.below(256)])
      }
    }
    return result
  }
}

const insert = (bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array<ArrayBuffer> => {
  const result = new Uint8Array(bytes.length + more.length)
  result.set(bytes.subarray(0, at))
  result.set(more, at)
  result.set(bytes.subarray(at), at + more.length)
  return result
}

const limits = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff]
