import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parseProperties } from "../../src/arduino/Properties.ts"
import { fusesOf } from "../../src/boards/fuses.ts"

const text = `bits=111
low=0b1111{bits}1
high=0xD7
lock=255
extended={missing}
odd=as it comes
none=
`

describe("fusesOf", () => {
  it("puts bits together, and tells where they are written", () => {
    const properties = Result.getOrThrow(parseProperties("boards.txt", text))
    const at = (line: number, value: string) => ({ value, path: "boards.txt", line })
    assert.deepStrictEqual(
      fusesOf(properties, { l: "low", h: "high", lock: "lock", e: "extended", o: "odd", n: "none", x: "nowhere" }),
      { l: at(2, "0xff"), h: at(3, "0xd7"), lock: at(4, "0xff"), o: at(6, "as it comes") }
    )
  })
})
