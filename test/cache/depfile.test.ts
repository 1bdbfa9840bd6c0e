import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { parseDepfile } from "../../src/cache/depfile.ts"

describe("parseDepfile", () => {
  const vectors: Readonly<Record<string, ReadonlyArray<string>>> = {
    "x.o: a.c b.h\n": ["a.c", "b.h"],
    "x.o: a.c": ["a.c"],
    "x.o:": [],
    "x.o:\n": [],
    "": [],
    "no rule": [],
    "x.o : a.c\n": ["a.c"],
    "out/x.o: \\\n a.c \\\n b.h\n": ["a.c", "b.h"],
    "x.o: a.c \\\r\n b.h\r\n": ["a.c", "b.h"],
    "x.o:\\\n a.c\\\n b.h\n": ["a.c", "b.h"],
    "x.o: a.c  \t b.h  \n": ["a.c", "b.h"],
    "x.o: my\\ file.c a\\ \\ b.h\n": ["my file.c", "a  b.h"],
    "x.o: \\#a.h b\\#c.h\n": ["#a.h", "b#c.h"],
    "x.o: a$$b.h $$$$.h\n": ["a$b.h", "$$.h"],
    "x.o: e\\\\\\ f.h\n": ["e\\ f.h"],
    "x.o: a\\b.h C:\\x\\y.h\n": ["a\\b.h", "C:\\x\\y.h"],
    "x.o: a\\\\ b.h\n": ["a\\", "b.h"],
    "x.o: ä.h 日本.h\n": ["ä.h", "日本.h"],
    // Only the first rule: `-MP` adds empty ones, and a second target may follow.
    "x.o: a.c\nb.h:\nc.h:\n": ["a.c"],
    "C:/x.o: D:/a.c\n": ["D:/a.c"],
    "x\\ y.o: a.c\n": ["a.c"],
    "x.o y.o: a.c\n": ["a.c"]
  }
  for (const [text, paths] of Object.entries(vectors)) {
    it(JSON.stringify(text), () => assert.deepStrictEqual(parseDepfile(text), paths))
  }

  // No file name has a newline that a depfile could express, and a backslash at its end would join it to the next.
  const Path = Schema.String.pipe(
    Schema.check(Schema.makeFilter((text) => text !== "" && !/[\n\r\0]|\\$/.test(text)))
  )
  const Tricky = Schema.Array(Schema.Literals(["a", " ", "\\", "$", "#", "\t", "/", ":", ".h"])).pipe(
    Schema.check(Schema.makeFilter((pieces) => pieces.length > 0 && pieces.at(-1) !== "\\"))
  )
  it.prop("reads back what GCC writes", {
    plain: Schema.Array(Path),
    tricky: Schema.Array(Tricky),
    newline: Schema.Literals(["\n", "\r\n"])
  }, ({ newline, plain, tricky }) => {
    const paths = [...plain, ...tricky.map((pieces) => pieces.join(""))]
    const text = `x.o:${paths.map((path) => ` \\${newline} ${quote(path)}`).join("")}${newline}`
    assert.deepStrictEqual(parseDepfile(text), paths)
  }, { arbitrary: { runs: 200 } })

  it.prop("any text is read to its end", { text: Schema.String }, ({ text }) => {
    for (const path of parseDepfile(`x.o: ${text}`)) assert.isAbove(path.length, 0)
  }, { arbitrary: { runs: 100 } })
})

/** As GCC quotes a prerequisite: backslashes before a blank are doubled, blanks and `#` escaped, `$` doubled. */
const quote = (path: string): string =>
  path.replaceAll(/(\\*)([ \t])/g, "$1$1\\$2").replaceAll("$", "$$$$").replaceAll(/(\\*)#/g, "$1\\#")
