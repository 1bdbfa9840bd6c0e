import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { shellCommand } from "../../src/plan/render.ts"
import { ini, layer, planned } from "./planned.ts"

const sketch = {
  "src/Blink.ino": "#include <SPI.h>\nvoid setup() { SPI.begin(); }\nvoid loop() {}\n",
  "src/more.cpp": "#include \"Own.h\"\n",
  "src/fast.S": "nop\n",
  "include/settings.h": "",
  "lib/Own/src/Own.h": "",
  "lib/Own/src/Own.c": "#include \"Own.h\"\n",
  "lib/Own/library.properties": "name=Own\nversion=1.0.0\ndot_a_linkage=true\n"
}

const flags = "build_flags = -DGREETING='\"hello world\"' -Wl,--cref\nbuild_unflags = -flto"

describe("planProject", () => {
  it.live("the whole graph of an Uno project, with Debian's core", () =>
    Effect.gen(function*() {
      // The project's own compiler, whose version is known, whatever is installed.
      const own = `platform_packages = toolchain-atmelavr@symlink://../tools\n${flags}`
      const { environments, projectDir, root } = yield* planned({ "platformio.ini": ini(own), ...sketch })
      const graph = environments[0]!.graph
      const text = graph.actions.map((action) =>
        [
          `${action.mnemonic} ${action.id}`,
          ...(action.argv.length === 0 ? [] : [`  ${shellCommand(action)}`]),
          `  reads ${action.inputs.join(" ")}`,
          ...(action.outputs.length > 1 ? [`  also writes ${action.outputs.slice(1).join(" ")}`] : []),
          ""
        ].join("\n")
      ).join("\n").replaceAll(`${projectDir}/../tools/bin/`, "/TOOLS/")
      yield* Effect.promise(() => expect(text).toMatchFileSnapshot("../golden/avr/uno/graph.txt"))
      assert.notInclude(text, root)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("two folders with the same project plan the same text", () =>
    Effect.gen(function*() {
      const files = { "platformio.ini": ini(flags), ...sketch }
      const [one, other] = [yield* planned(files), yield* planned(files, "other-and-longer-")]
      const text = (from: typeof one) => JSON.stringify(from.environments.map(({ graph }) => graph.actions))
      assert.strictEqual(text(one), text(other))
      assert.strictEqual(one.environments[0]!.graph.actions.length, other.environments[0]!.graph.actions.length)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a comment and monitor options in the ini change nothing", () =>
    Effect.gen(function*() {
      const actions = Effect.fnUntraced(function*(more: string) {
        const { environments } = yield* planned({ "platformio.ini": ini(more), ...sketch })
        return JSON.stringify(environments[0]!.graph.actions)
      })
      assert.strictEqual(yield* actions("; hello\nmonitor_speed = 9600"), yield* actions(""))
      assert.notStrictEqual(yield* actions("board_build.f_cpu = 8000000L"), yield* actions(""))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  const failures: Readonly<Record<string, readonly [text: string, expected: RegExp]>> = {
    UnknownPlatform: [
      "[env:e]\nplatform = z80\nboard = x\nframework = arduino",
      /platformio\.ini:2: platform "z80" is not supported/
    ],
    BoardNotFound: [
      "[env:e]\nplatform = atmelavr\nboard = unu\nframework = arduino",
      /platformio\.ini:3: unknown board "unu": .*boards\.txt does not have it/
    ],
    UnsupportedFramework: ["[env:e]\nplatform = atmelavr\nboard = uno\nframework = simba", /:4: framework "simba"/],
    ConfigError: ["[env:e]\nplatform = atmelavr\nframework = arduino", /:1.*has no "board"/],
    LibraryMissing: [ini("lib_deps = Nowhere"), /platformio\.ini:5: library "Nowhere" is not installed/],
    PackageUnusable: [
      ini("platform_packages = framework-arduino-avr@file:///nowhere"),
      /framework-arduino-avr at \/nowhere: no folder/
    ],
    ToolMissing: [
      ini("platform_packages = toolchain-atmelavr@file://none"),
      /avr-gcc not found in .*\/my project\/none\/bin/
    ]
  }
  for (const [tag, [text, expected]] of Object.entries(failures)) {
    it.live(`${tag} says what and where`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(planned({ "platformio.ini": text, "src/main.cpp": "" }))
        assert.strictEqual(error._tag, tag)
        assert.match(error.message, expected)
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
