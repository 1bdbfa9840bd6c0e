import { assert, describe, it } from "@effect/vitest"
import { makeMemory } from "../../src/domain/memory.ts"

describe("makeMemory", () => {
  it("drops what was not used for longest", () => {
    const memory = makeMemory<number>(2)
    for (const key of ["a", "b"]) memory.set(key, 1)
    memory.get("a")
    memory.set("c", 1)
    assert.deepStrictEqual(["a", "b", "c"].filter((key) => memory.get(key) !== undefined), ["a", "c"])
    assert.strictEqual(memory.count(), 2)
  })

  it("has room for values of different sizes, and for none that is larger", () => {
    const memory = makeMemory<string>(10, (text) => text.length)
    memory.set("a", "1234")
    memory.set("b", "123456")
    memory.set("a", "123")
    assert.deepStrictEqual(["a", "b"].map(memory.get), ["123", "123456"])
    memory.set("c", "12")
    assert.deepStrictEqual(["a", "b", "c"].map(memory.get), [undefined, "123456", "12"])
    memory.set("d", "12345678901")
    assert.deepStrictEqual(["b", "c", "d"].map(memory.get), [undefined, undefined, undefined])
  })
})
