import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { normaliseArgs } from "../../src/cli/normaliseArgs.ts"

const commands = new Set(["build", "clean", "test-emu"])

describe("normaliseArgs", () => {
  const lines: Readonly<Record<string, string>> = {
    "": "",
    "build": "build",
    "build dir": "build dir",
    "dir build": "build dir",
    "dir build -e uno": "build dir -e uno",
    "-v build dir": "build -v dir",
    "-e uno build": "build -e uno",
    "-e build clean": "clean -e build",
    "--project-dir build clean": "clean --project-dir build",
    "--project-dir=build clean": "clean --project-dir=build",
    "-d dir build": "build -d dir",
    "--json dir build -v": "build --json dir -v",
    "build clean": "build clean",
    "dir other build": "dir other build",
    "dir": "dir",
    "--help": "--help",
    "dir -- build": "dir -- build",
    "-j4 build": "build -j 4",
    "build -j4 -euno -ddir": "build -j 4 -e uno -d dir",
    "build -j=4": "build -j=4",
    "build -k": "build -k",
    "- build": "build -",
    // The value of an option and what follows `--` are nobody's options.
    "test-emu --expect -error --timeout -d5": "test-emu --expect -error --timeout -d5",
    "--expect -error test-emu": "test-emu --expect -error",
    "test-emu -- -j4": "test-emu -- -j4"
  }
  for (const [line, expected] of Object.entries(lines)) {
    it(`fbuild ${line}`, () =>
      assert.strictEqual(normaliseArgs(line.split(" ").filter((arg) => arg !== ""), commands).join(" "), expected))
  }

  const Word = Schema.Literals([
    "build",
    "clean",
    "dir",
    "-v",
    "-j4",
    "-j",
    "-e",
    "-euno",
    "--json",
    "--expect",
    "--",
    "-",
    "",
    "--color=never",
    "-x y"
  ])
  it.prop(
    "keeps every character of every word, and all but the command in order",
    { args: Schema.Array(Word) },
    ({ args }) => {
      const normalised = normaliseArgs(args, commands)
      const [command = ""] = normalised
      const position = normalised === args || !commands.has(command) ? -1 : args.findIndex((arg) => arg === command)
      const moved = (from: number) =>
        [...args.slice(from, from + 1), ...args.slice(0, from), ...args.slice(from + 1)].join("")
      const places = args.flatMap((arg, index) => arg === command ? [index] : [])
      const texts = position < 0 ? [args.join("")] : places.map(moved)
      assert.include(texts, normalised.join(""))
      assert.deepStrictEqual(normaliseArgs(normalised, commands), normalised)
    },
    { arbitrary: { runs: 200 } }
  )
})
