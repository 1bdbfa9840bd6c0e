import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { defaultOptions } from "../../src/config/defaultOptions.ts"
import { makeInterpolator } from "../../src/config/interpolate.ts"
import { parseIni } from "../../src/config/parseIni.ts"

const expand = (text: string, section = "a", key = "x", variables: Record<string, string> = {}) => {
  const document = Result.getOrThrow(parseIni("platformio.ini", text))
  const interpolator = makeInterpolator({ document, variables, defaults: defaultOptions(variables) })
  return interpolator.expand(section, document.sections.get(section)!.entries.get(key)!)
}
const value = (...input: Parameters<typeof expand>) => Result.getOrThrow(expand(...input))
const failure = (...input: Parameters<typeof expand>) => Result.getOrThrow(Result.flip(expand(...input)))

describe("makeInterpolator", () => {
  it("replaces several references, through several levels", () => {
    assert.strictEqual(value("[a]\nx = ${b.y} ${b.y}!\n[b]\ny = <${c.z}>\n[c]\nz = 1"), "<1> <1>!")
  })

  it("finds what a section inherits", () => {
    assert.strictEqual(value("[a]\nx = ${b.y}\n[b]\nextends = c\n[c]\ny = 1"), "1")
    assert.strictEqual(value("[a]\nx = ${env:e.y}\n[env:e]\n[env]\ny = 1"), "1")
  })

  it("names with dots in section and key", () => {
    const text = "[env:uno.v2]\nboard_build.f_cpu = 8000000L\n[a]\nx = ${env:uno.v2.board_build.f_cpu}"
    assert.strictEqual(value(text), "8000000L")
  })

  it("sysenv, with letter case; a variable that is not set is empty", () => {
    assert.strictEqual(value("[a]\nx = ${sysenv.My}-${sysenv.MY}.", "a", "x", { My: "1" }), "1-.")
  })

  it("this is the section that is asked, also for what it inherits", () => {
    const text = "[env:e]\nextends = base\nboard = uno\n[base]\nx = ${this.board} ${this.__env__}\nboard = none"
    const document = Result.getOrThrow(parseIni("platformio.ini", text))
    const interpolator = makeInterpolator({ document, variables: {}, defaults: new Map() })
    const entry = document.sections.get("base")!.entries.get("x")!
    assert.deepStrictEqual(interpolator.expand("env:e", entry), Result.succeed("uno e"))
    assert.strictEqual(failure(text, "base").problem._tag, "UnresolvedReference")
  })

  it("documented defaults", () => {
    assert.strictEqual(
      value("[a]\nx = ${env.debug_build_flags} ${platformio.packages_dir}", "a", "x", { HOME: "/h" }),
      "-Og -g2 -ggdb2 /h/.platformio/packages"
    )
  })

  it("leaves names without a dot, and text that is no reference", () => {
    assert.strictEqual(value("[a]\nx = ${PROJECT_DIR} $PIOENV ${ ${} $(b.c)"), "${PROJECT_DIR} $PIOENV ${ ${} $(b.c)")
  })

  it("unresolved: names the reference, its place and the nearest", () => {
    const error = failure("[a]\n\n  x = ${b.buildflags}\n[b]\nbuild_flags = 1")
    assert.strictEqual(
      error.message,
      `platformio.ini:3:3: "x" refers to \${b.buildflags}, which is not defined`
    )
    assert.strictEqual(error.hint, "did you mean ${b.build_flags}?")
  })

  it("circles are named", () => {
    assert.strictEqual(
      failure("[a]\nx = ${b.y}\n[b]\ny = ${a.x}").message,
      "platformio.ini:2:1: references run in a circle: ${a.x} → ${b.y} → ${a.x}"
    )
    assert.strictEqual(failure("[a]\nx = ${this.x}").problem._tag, "ReferenceCycle")
  })

  it("text that doubles at every level is refused, quickly", () => {
    const levels = Array.from({ length: 60 }, (_, level) => `x${level} = \${a.x${level + 1}}\${a.x${level + 1}}`)
    assert.strictEqual(failure(`[a]\n${levels.join("\n")}\nx60 = lol`, "a", "x0").problem._tag, "TooLarge")
  })

  it("nesting without end is refused", () => {
    const levels = Array.from({ length: 5000 }, (_, level) => `x${level} = \${a.x${level + 1}}`)
    assert.strictEqual(failure(`[a]\n${levels.join("\n")}\nx5000 = 1`, "a", "x0").problem._tag, "TooLarge")
  })

  const Graph = Schema.Array(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))))
  it.prop("ends on any graph of references, and leaves none", { graph: Graph }, ({ graph }) => {
    const lines = Array.from(
      { length: 10 },
      (_, node) => `x${node} = t${(graph[node] ?? []).map((to) => `\${a.x${to}}`).join("")}`
    )
    const result = expand(`[a]\n${lines.join("\n")}`, "a", "x0")
    if (Result.isSuccess(result)) assert.match(result.success, /^t+$/)
    else assert.include(["ReferenceCycle", "TooLarge"], result.failure.problem._tag)
  }, { arbitrary: { runs: 100 } })
})
