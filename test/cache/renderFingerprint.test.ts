import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Fingerprint, renderFingerprint } from "../../src/cache/Fingerprint.ts"
import { Digest } from "../../src/domain/Digest.ts"
import { path } from "../plan/actions.ts"

const toolchain = Digest.make("a".repeat(64))

describe("renderFingerprint", () => {
  const Text = Schema.Array(
    Schema.Literals([
      "a",
      "=",
      " ",
      "\n",
      "\\",
      "\\n",
      "\\u{a}",
      "\r",
      "\0",
      "\ud800",
      "\\u{d800}",
      "input",
      "\nargument a"
    ])
  )
  const Key = Schema.Struct({
    argv: Schema.Array(Text),
    env: Schema.Array(Schema.Tuple([Text, Text])),
    inputs: Schema.Array(Schema.Tuple([Text, Text])),
    writes: Schema.Array(Text),
    tabs: Schema.Array(Text),
    optional: Schema.Array(Schema.Literals(["directory", "stdout", "program", "toolchain"])),
    text: Text
  })
  const keyOf = ({ argv, env, inputs, optional, tabs, text, writes }: typeof Key.Type): Fingerprint => {
    const joined = (texts: ReadonlyArray<ReadonlyArray<string>>) => texts.map((pieces) => pieces.join(""))
    const pairs = (all: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]>) =>
      all.map(([a, b]) => [a.join(""), b.join("")] as const)
    const [first, ...rest] = joined(tabs).map((tab) => path(tab === "" ? "x" : tab))
    return {
      mnemonic: "Link",
      argv: joined(argv),
      env: pairs(env),
      inputs: pairs(inputs),
      writes: joined(writes),
      ...(first === undefined ? {} : { step: { _tag: "ConvertSketch" as const, tabs: [first, ...rest] } }),
      ...(optional.includes("directory") ? { directory: text.join("") } : {}),
      ...(optional.includes("stdout") ? { stdout: text.join("") } : {}),
      ...(optional.includes("program") ? { program: text.join("") } : {}),
      ...(optional.includes("toolchain") ? { toolchain } : {})
    }
  }

  it.prop("gives different texts and digests for different fingerprints, equal ones for equal", { a: Key, b: Key }, (
    { a, b }
  ) => {
    const [one, other] = [keyOf(a), keyOf(b)]
    const same = Schema.toEquivalence(Fingerprint)(one, other)
    assert.strictEqual(renderFingerprint(one).text === renderFingerprint(other).text, same)
    assert.strictEqual(renderFingerprint(one).digest === renderFingerprint(other).digest, same)
  }, { arbitrary: { runs: 300 } })

  it.prop("changes with one piece of any text", { key: Key, piece: Text }, ({ key, piece }) => {
    const base = renderFingerprint(keyOf(key)).digest
    const variants = [
      { ...key, argv: [...key.argv, piece] },
      { ...key, writes: [...key.writes, piece] },
      { ...key, tabs: [...key.tabs, piece] },
      { ...key, env: [...key.env, [piece, []] as const] },
      { ...key, inputs: [...key.inputs, [[], piece] as const] },
      ...key.argv.map((word, index) => ({ ...key, argv: key.argv.with(index, [...word, "a"]) })),
      ...key.inputs.map(([a, b], index) => ({ ...key, inputs: key.inputs.with(index, [a, [...b, "\n"]]) })),
      ...key.env.map(([a, b], index) => ({ ...key, env: key.env.with(index, [[...a, "="], b]) }))
    ]
    for (const variant of variants) assert.notStrictEqual(renderFingerprint(keyOf(variant)).digest, base)
  }, { arbitrary: { runs: 100 } })

  const bare: Fingerprint = { mnemonic: "Link", argv: [], env: [], inputs: [], writes: [] }
  const apart: ReadonlyArray<readonly [Partial<Fingerprint>, Partial<Fingerprint>]> = [
    [{ env: [["a", "b=c"]] }, { env: [["a=b", "c"]] }],
    [{ env: [["a=b", ""]] }, { env: [["a\\u{3d}b", ""]] }],
    [{ inputs: [["b c", "a"]] }, { inputs: [["c", "a b"]] }],
    [{ argv: ["\ud800"] }, { argv: ["\ud801"] }],
    [{ argv: ["\ud800"] }, { argv: ["\\u{d800}"] }],
    [{ argv: ["\ud83d\ude00"] }, { argv: ["\ud83d", "\ude00"] }],
    [{ argv: ["a\nargument b"] }, { argv: ["a", "b"] }],
    [{ argv: ["a b"] }, { argv: ["a", "b"] }],
    [{ argv: [] }, { argv: [""] }]
  ]
  for (const [one, other] of apart) {
    it(`tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`, () => {
      const [first, second] = [one, other].map((some) => renderFingerprint({ ...bare, ...some }))
      assert.notStrictEqual(first!.text, second!.text)
      assert.notStrictEqual(first!.digest, second!.digest)
    })
  }

  it("is one line for each fact, whatever is in it", () => {
    assert.include(
      renderFingerprint({ ...bare, argv: ["-DX=a\nb\\c\u0085"] }).text,
      "\nargument -DX=a\\u{a}b\\\\c\\u{85}\n"
    )
  })
})
