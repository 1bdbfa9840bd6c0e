import { assert, describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { ConfigError } from "../../src/config/ConfigError.ts"
import { failure } from "./project.ts"

describe("ConfigError", () => {
  it("what a user reads", () => {
    const texts = [
      "board = uno\n[env:a]",
      "[env:a]\nthis is no option\n",
      "[env:a]\nboard = uno\n[env:a]\n",
      "[env:a]\nboard = uno\nboard = mega\n",
      "[env:a]\nextends = a\n",
      "[env:a]\nlib_archive = maybe\n",
      "[env:a]\nlib_deps = ${env.libs}\n",
      "[env:a]\nbuild_flags =\n  -DTIME=$UNIX_TIME\n",
      "[env:..]\n",
      ""
    ]
    const report = texts.map((text) => {
      const { message, hint } = failure(text)
      return hint === undefined ? message : `${message}\n    hint: ${hint}`
    })
    expect(`\n${report.join("\n")}\n`).toMatchInlineSnapshot(`
      "
      platformio.ini:1:1: "board" stands before the first [section]
          hint: put it under [env] (all environments), [env:NAME] or [platformio]
      platformio.ini:2:1: expected [section] or key = value, found "this is no option"
          hint: further lines of a value are indented; comments start with ; or #
      platformio.ini:3:1: section [env:a] again, first on line 1
      platformio.ini:3:1: "board" again in [env:a], first on line 2
          hint: keep one of the two; several values go on indented lines under one key
      platformio.ini:2:1: "extends" runs in a circle: env:a → env:a
      platformio.ini:2:1: "lib_archive" is "maybe", expected yes, true, on, 1, no, false, off, 0
      platformio.ini:2:1: "lib_deps" refers to \${env.libs}, which is not defined
          hint: did you mean \${env:a.lib_deps}?
      platformio.ini:2:1: "build_flags" refers to \${UNIX_TIME}, which is not defined
          hint: the time of a build would make no two alike; use \${sysenv.NAME}
      platformio.ini:1: ".." cannot name an environment
          hint: the name becomes a folder: use letters, digits, - and _
      platformio.ini: no [env:NAME] section
          hint: a minimal platformio.ini has these four lines: [env:uno] / platform = atmelavr / board = uno / framework = arduino
      "
    `)
  })

  it("crosses a socket whole", () => {
    const codec = Schema.toCodecJson(ConfigError)
    const error = failure("[env:a]\nextends = b")
    const copy = Schema.decodeSync(codec)(Schema.encodeSync(codec)(error))
    assert.deepStrictEqual([copy.message, copy.hint], [error.message, error.hint])
  })
})
