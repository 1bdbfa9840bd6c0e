import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { parseElf } from "../../src/artifacts/elf/parseElf.ts"
import { embedFile } from "../../src/artifacts/embedFile.ts"
import { embedSymbol } from "../../src/plan/steps/planEmbed.ts"
import { elfSymbols } from "../support/elfSymbols.ts"
import { execute, workspace, write } from "../support/project.ts"

const content = Buffer.from("{\"zone\": \"Europe/Z\u00fcrich\"}\n\0\x01")

/** The content of `.rodata.embedded` of an object, and the symbols in it by name. */
const look = (path: string) => {
  const elf = Result.getOrThrow(parseElf(path, Fs.readFileSync(path)))
  const section = elf.sections.findIndex(({ name }) => name === ".rodata.embedded")
  const symbols = Result.getOrThrow(elfSymbols(elf)).filter(({ name }) => name.startsWith("_binary_"))
  return {
    data: Buffer.from(elf.sections[section]!.data),
    symbols: Object.fromEntries(symbols.map(({ binding, name, section, value }) => [name, { binding, section, value }]))
  }
}

describe("embedFile", () => {
  const dir = workspace()
  const tool = async (name: string, ...args: ReadonlyArray<string>) => {
    const run = await execute(`riscv64-unknown-elf-${name}`, args, dir)
    assert.strictEqual(run.status, 0, run.stderr)
  }

  for (const path of ["config/timezones.json", "a b-c.d/\u00fc,\"x\\y.bin", "0.txt"]) {
    it(`has the symbols and bytes that objcopy gives: ${path}`, async () => {
      write(dir, { [path]: content })
      const symbol = embedSymbol(path)
      write(dir, { "bytes.S": embedFile({ path, symbol, content: "Bytes" }) })
      await tool("as", "-march=rv32imc", "-mabi=ilp32", "bytes.S", "-o", "bytes.o")
      await tool(
        "objcopy",
        ...["--input-target", "binary", "--output-target", "elf32-littleriscv", "--binary-architecture", "riscv"],
        ...["--rename-section", ".data=.rodata.embedded", path, "objcopy.o"]
      )
      const ours = look(Path.join(dir, "bytes.o"))
      const theirs = look(Path.join(dir, "objcopy.o"))
      assert.deepStrictEqual(ours.data, theirs.data)
      const plain = ({ symbols }: typeof ours) =>
        Object.entries(symbols).map((
          [name, { binding, section, value }]
        ) => [name, binding, section === 0xfff1 ? "absolute" : "here", value]).toSorted()
      assert.deepStrictEqual(plain(ours), plain(theirs))
    })
  }

  it("ends text in a NUL that counts", async () => {
    const symbol = embedSymbol("a.txt")
    write(dir, { "a.txt": content, "text.S": embedFile({ path: "a.txt", symbol, content: "Text" }) })
    await tool("as", "-march=rv32imc", "-mabi=ilp32", "text.S", "-o", "text.o")
    const { data, symbols } = look(Path.join(dir, "text.o"))
    assert.deepStrictEqual(data, Buffer.concat([content, Buffer.alloc(1)]))
    assert.strictEqual(symbols["_binary_a_txt_size"]!.value, content.length + 1)
    assert.strictEqual(symbols["_binary_a_txt_end"]!.value, content.length + 1)
  })
})
