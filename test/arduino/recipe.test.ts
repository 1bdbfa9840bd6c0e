import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseProperties } from "../../src/arduino/Properties.ts"
import { type Bindings, expandRecipe, splitRecipe } from "../../src/arduino/recipe.ts"

const origin = { path: "p.txt", line: 3, key: "recipe" }
const split = (text: string) => Result.getOrThrow(splitRecipe(text, origin))

describe("splitRecipe", () => {
  it("splits at spaces and drops what is blank", () => {
    assert.deepStrictEqual(split("  a  b \"\" '' \" \" c "), ["a", "b", "c"])
    assert.deepStrictEqual(split(""), [])
  })

  it("takes quotes off arguments that start with one", () => {
    assert.deepStrictEqual(split("\"/my dir/gcc\" 'it''s' '-DA=\"b c\"' \"a 'b' c\""), [
      "/my dir/gcc",
      "it''s",
      "-DA=\"b c\"",
      "a 'b' c"
    ])
    assert.deepStrictEqual(split("\" a \" '\" '"), [" a ", "\" "])
  })

  it("keeps quotes elsewhere, and splits there", () => {
    assert.deepStrictEqual(split("-DX=\"y\" -DP=\"a b\""), ["-DX=\"y\"", "-DP=\"a", "b\""])
    assert.deepStrictEqual(split("\"a\"b\" c"), ["a\"b", "c"])
    assert.deepStrictEqual(split("sh -c \"[ -f \"x\"/y ] || cp z\""), ["sh", "-c", "[ -f \"x\"/y ] || cp z"])
  })

  it("reports an open quote", () => {
    const error = Result.getOrThrow(Result.flip(splitRecipe("gcc 'a b", origin)))
    assert.deepInclude(error, { _tag: "BadQuoting", path: "p.txt", line: 3, key: "recipe", quote: "'", text: "'a b" })
    assert.isTrue(Result.isFailure(splitRecipe("\"", origin)))
  })

  // Dense in the characters that matter.
  const dense = Schema.Array(Schema.Literals(["a", " ", "\"", "'", "\\", "="]))
  it.prop("reads back what was quoted for it", { lists: Schema.Array(dense), any: Schema.String }, ({ any, lists }) => {
    const args = [...lists.map((parts) => parts.join("")), any].filter((arg) => quote(arg) !== undefined)
    for (const arg of args) assert.deepStrictEqual(split(quote(arg)!), [arg])
    assert.deepStrictEqual(split(args.map(quote).join(" ")), args)
  }, { arbitrary: { runs: 300 } })
})

/** One argument of a recipe, quoted where it must be; `undefined`: no recipe can have it. */
const quote = (arg: string): string | undefined =>
  arg.trim() === ""
    ? undefined
    : !arg.includes(" ") && !/^["']/.test(arg)
    ? arg
    : ["\"", "'"].filter((mark) => !arg.includes(`${mark} `)).map((mark) => `${mark}${arg}${mark}`)[0]

describe("expandRecipe", () => {
  const file = [
    "cmd=/usr/bin/gcc",
    "flags=-c '-DNAME=\"a b\"'",
    "archive_file_path={build.path}/{archive_file}",
    "build.path=ignored",
    "r=\"{cmd}\" {flags} {includes} \"{source_file}\" -o \"{object_file}\"",
    "ar=\"{archive_file_path}\" \"{object_files}\"",
    "sh=sh -c \"cat {object_files} > '{object_file}'\"",
    "undefined=gcc {nope}",
    "open='gcc",
    "empty=",
    "loop=gcc {loop}"
  ].join("\n")
  const properties = Result.getOrThrow(parseProperties("platform.txt", file))
  const run = (key: string, bindings: Bindings) => expandRecipe(properties, key, bindings)
  const error = (key: string) => Result.getOrThrow(Result.flip(run(key, {})))
  const odd = "/home/Jo \"Q\" O'N {build.path} {}/x y"

  it("passes bindings through untouched", () => {
    const bindings = { includes: [`-I${odd}`, "-Ib"], source_file: odd, object_file: `${odd}.o` }
    assert.deepStrictEqual(Result.getOrThrow(run("r", bindings)), [
      "/usr/bin/gcc",
      "-c",
      "-DNAME=\"a b\"",
      `-I${odd}`,
      "-Ib",
      odd,
      "-o",
      `${odd}.o`
    ])
  })

  it("binds inside other properties, and before them", () => {
    const bindings = { "build.path": odd, archive_file: "core.a", object_files: ["a b.o", "c.o"] }
    assert.deepStrictEqual(Result.getOrThrow(run("ar", bindings)), [`${odd}/core.a`, "a b.o", "c.o"])
  })

  it("joins a list inside a longer argument", () => {
    assert.deepStrictEqual(Result.getOrThrow(run("sh", { object_files: ["a", "b"], object_file: "o" })), [
      "sh",
      "-c",
      "cat a b > 'o'"
    ])
  })

  it("drops arguments that are empty", () => {
    const bindings = { includes: [], source_file: "", object_file: "o" }
    assert.deepStrictEqual(Result.getOrThrow(run("r", bindings)).slice(-2), ["-o", "o"])
  })

  it("reports what is wrong with a recipe", () => {
    assert.deepInclude(error("recipe.c.o.pattern"), { _tag: "MissingRecipe", recipe: "recipe.c.o.pattern" })
    assert.deepInclude(error("empty"), { _tag: "MissingRecipe" })
    assert.deepInclude(error("undefined"), {
      _tag: "UndefinedProperty",
      path: "platform.txt",
      line: 8,
      property: "nope"
    })
    assert.deepInclude(error("open"), { _tag: "BadQuoting", path: "platform.txt", line: 9, key: "open" })
    assert.deepInclude(error("loop"), { _tag: "PropertyCycle", line: 11, chain: ["loop", "loop"] })
  })

  it.prop("any path survives", { path: Schema.NonEmptyString, list: Schema.Array(Schema.NonEmptyString) }, (given) => {
    const argv = Result.getOrThrow(run("r", { includes: given.list, source_file: given.path, object_file: "o" }))
    assert.deepStrictEqual(argv.slice(3), [...given.list, given.path, "-o", "o"])
  }, { arbitrary: { runs: 100 } })
})
