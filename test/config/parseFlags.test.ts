import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { splitFlags } from "../../src/config/parseFlags.ts"

const origin = { path: "platformio.ini", line: 7, column: 3, key: "build_flags" }
const split = (text: string) => Result.getOrThrow(splitFlags(text, origin))

describe("splitFlags", () => {
  const table: ReadonlyArray<readonly [text: string, expected: ReadonlyArray<string>]> = [
    [String.raw`-DPROJECT_NAME="\"Demo\"" -DW=144`, [`-DPROJECT_NAME="Demo"`, "-DW=144"]],
    [String.raw`-DFOO=\"Bar\"`, [`-DFOO="Bar"`]],
    [String.raw`-DG="\"Hello World\""`, [`-DG="Hello World"`]],
    [String.raw`-I"C:\Program Files\SDK"`, [String.raw`-IC:\Program Files\SDK`]],
    [String.raw`-DMSG='\"x\"'`, [String.raw`-DMSG=\"x\"`]],
    [String.raw`'-D WIFI="my ssid"'`, [`-DWIFI="my ssid"`]],
    [String.raw`-DSSID=\"my\ ssid\"`, [`-DSSID="my ssid"`]],
    [String.raw`-DC=\'a\'`, ["-DC='a'"]],
    ["-D X -D  Y=1\n-D Z", ["-DX", "-DY=1", "-DZ"]],
    ["-I include\t-include a.h", ["-I", "include", "-include", "a.h"]],
    ["-DA, -DB\n-DC=a,b", ["-DA", "-DB", "-DC=a,b"]],
    ["-Wl,-Map,x.map\n  '-DF(a, b)=a'", ["-Wl,-Map,x.map", "-DF(a, b)=a"]],
    [`-DE="" ""`, ["-DE=", ""]],
    ["  \n\t\n", []]
  ]
  for (const [text, expected] of table) {
    it(JSON.stringify(text), () => assert.deepStrictEqual(split(text), expected))
  }

  it("a quote must close on its line", () => {
    const error = Result.getOrThrow(Result.flip(splitFlags("-DA\n-DB=\"x\n-DC=y\"", origin)))
    assert.strictEqual(error.message, `platformio.ini:7:3: unclosed " in "build_flags"`)
  })

  it("flags from a command are refused, and named", () => {
    const error = Result.getOrThrow(Result.flip(splitFlags("-DA\n !python rev.py", origin)))
    assert.strictEqual(
      error.message,
      `platformio.ini:7:3: "build_flags" asks for the output of a command, which is not supported yet: !python rev.py`
    )
  })

  const Token = Schema.String.check(Schema.isPattern(/^[^\r\n]{0,12}$/))

  it.prop("quoted arguments come out as they were", { tokens: Schema.Array(Token) }, ({ tokens }) => {
    const arguments_ = tokens.filter((token) => !token.startsWith("-D"))
    assert.deepStrictEqual(split(arguments_.map(quoted).join(" ")), arguments_)
  }, { arbitrary: { runs: 100 } })
})

const quoted = (token: string) => `'${token.replaceAll("'", String.raw`'\''`)}'`
