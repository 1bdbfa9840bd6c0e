import { assert, describe, it } from "@effect/vitest"
import { namedFiles } from "../../src/cache/namedFiles.ts"
import { action } from "../plan/actions.ts"

describe("namedFiles", () => {
  const table: ReadonlyArray<readonly [command: string, ...expected: ReadonlyArray<string>]> = [
    ["gcc -Tx.ld -Llib -L /abs a.o b.o", "x.ld", "lib/x.ld", "/abs/x.ld", "b.o"],
    ["gcc -Tx.ld -Wl,-L,lib", "x.ld", "lib/x.ld"],
    ["gcc -Xlinker -T -Xlinker /x.ld -Wl,--just-symbols=/s,-R,/r", "/x.ld", "/s", "/r"],
    ["gcc -Wl,--default-script=/d -Wl,-dT,/e -Wl,--dynamic-list,/l", "/d", "/e", "/l"],
    ["gcc --specs=/n -specs /m -fplugin=/p.so @/r", "/n", "/m", "/p.so", "/r"],
    ["gcc -DT=x -Ttext=0 -Wl,-Ttext,0 -std=c99 -include /x.h -o out.elf"],
    ["gcc-ar rcs out.elf a.o"],
    ["objcopy --redefine-syms=/x -O ihex a.o out.elf", "/x"],
    ["objcopy --add-section .x=/y --update-section=.z=/w a.o out.elf", ".x=/y", "/y", ".z=/w", "/w"],
    ["python3 x.py"]
  ]
  for (const [command, ...expected] of table) {
    it(
      command,
      () => assert.deepStrictEqual(namedFiles(action("out.elf", ["a.o"], { argv: command.split(" ") })), expected)
    )
  }

  it("those that response files name, too", () => {
    const link = action("out.elf", [], { argv: ["gcc", "@r"] })
    assert.deepStrictEqual(namedFiles(link, new Map([["r", "-T /x.ld @s"], ["s", "y.o"]])), ["r", "s", "/x.ld", "y.o"])
  })
})
