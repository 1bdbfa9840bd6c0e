import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { applyUnflags } from "../../src/domain/applyUnflags.ts"

const apply = (argv: string, unflags: string) => applyUnflags(argv.split(" "), unflags.split(" ")).join(" ")

describe("applyUnflags", () => {
  const table: ReadonlyArray<readonly [argv: string, unflags: string, expected: string]> = [
    ["gcc -Os -std=gnu++11 -c x", "-Os -std=gnu++11", "gcc -c x"],
    ["gcc -Os -Os -O2", "-Os", "gcc -O2"],
    ["gcc -DX -D X -DXY", "-DX", "gcc -DXY"],
    ["gcc -DX=1 -DX=2 -DY=1", "-DX", "gcc -DY=1"],
    ["gcc -DX=1 -DX=2", "-D X=1", "gcc -DX=2"],
    ["gcc -DF(a)=a -DG", "-DF", "gcc -DG"],
    ["gcc -include a.h -include b.h", "-include a.h", "gcc -include b.h"],
    ["gcc -Ia -I b -Ib -I c", "-I b", "gcc -Ia -I c"],
    ["gcc -T s.ld -Wl,-Ts.ld -L.", "-Ts.ld -L .", "gcc -Wl,-Ts.ld"],
    ["gcc -include -Os x.c", "-Os", "gcc -include -Os x.c"],
    ["gcc -DX", "-UX", "gcc -DX"]
  ]
  for (const [argv, unflags, expected] of table) {
    it(`${argv} without ${unflags}`, () => assert.strictEqual(apply(argv, unflags), expected))
  }

  const Flags = Schema.Array(Schema.Literals(["-Os", "-DX", "-DX=1", "-D", "Y", "-include", "a.h", "-I", "-Ib", "-g"]))

  it.prop("keeps order, adds nothing, and doing it twice changes nothing", { argv: Flags, unflags: Flags }, (
    { argv, unflags }
  ) => {
    const once = applyUnflags(argv, unflags)
    let kept = 0
    for (const token of argv) if (token === once[kept]) kept++
    assert.strictEqual(kept, once.length)
    assert.deepStrictEqual(applyUnflags(once, unflags), once)
    assert.deepStrictEqual(applyUnflags(argv, []), argv)
  }, { arbitrary: { runs: 100 } })
})
