import { assert, describe, it } from "@effect/vitest"
import { fileToolUse } from "../../src/plan/fileTool.ts"

const use = (line: string) => fileToolUse(line.split(" "))

describe("fileToolUse", () => {
  it("knows what plain file tools read and write", () => {
    assert.deepStrictEqual(use("cp -f a b"), { reads: ["a"], writes: ["b"] })
    assert.deepStrictEqual(use("/t/avr-objcopy -O ihex -R .eeprom a.elf a.hex"), {
      reads: ["a.elf"],
      writes: ["a.hex"]
    })
    for (const line of ["/t/avr-nm -S a.elf", "objdump -h a.elf", "objdump -d --demangle a.elf", "readelf -S a.elf"]) {
      assert.deepStrictEqual(use(line), { reads: ["a.elf"], writes: [] }, line)
    }
  })

  it("knows nothing of others, nor of those that read more than they name", () => {
    const lines = ["sh -c x", "cp a b c", "cp a dir/", "objcopy a", "objcopy --add-section .x=y a b", "nm @names"]
    const withSources = [
      "objdump -S a.elf",
      "objdump -dS a.elf",
      "objdump --source a.elf",
      "objdump --source-comment a.elf"
    ]
    for (const line of [...lines, ...withSources]) assert.isUndefined(use(line), line)
  })
})
