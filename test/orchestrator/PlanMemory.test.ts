import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { fileURLToPath } from "node:url"
import { BuildReporter } from "../../src/exec/BuildReporter.ts"
import { makePlanMemory, PlanMemory, recallPlan } from "../../src/orchestrator/PlanMemory.ts"
import { ini, layer, planned } from "./planned.ts"

/** A core that leaves it to the request where the compiler is. */
const acme = fileURLToPath(new URL("../fixtures/cores/acme/avr", import.meta.url))

const files = {
  "platformio.ini": ini("build_flags = -DUSER=${sysenv.LOGNAME}\nodd_key = 1").replace("atmelavr", acme).replace(
    "board = uno",
    "board = acmeone"
  ),
  "src/main.cpp": "#include <Own.h>\n",
  "lib/Own/Own.h": "",
  "lib/Own/Own.cpp": ""
}

/** A project whose plan has been made twice by one process, so that its memos are old enough to be relied on. */
const rememberedOf = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const { projectDir, root } = yield* planned(files)
  const memory = makePlanMemory(2)
  const warnings: Array<string> = []
  const reporter = BuildReporter.of({
    emit: (event) => Effect.sync(() => event._tag === "Warning" && warnings.push(event.error.message))
  })
  const variables: Record<string, string> = { PATH: `${root}/tools/bin`, LOGNAME: "me", OTHER: "1" }
  const plan = Effect.suspend(() =>
    recallPlan({ projectDir, environments: [], home: `${root}/home`, variables: { ...variables } }).pipe(
      Effect.provideService(PlanMemory, memory),
      Effect.provideService(BuildReporter, reporter)
    )
  )
  yield* Effect.sleep(150)
  yield* plan
  yield* Effect.sleep(150)
  return { fs, plan, projectDir, root, variables, warnings, first: yield* plan }
})
const remembered = rememberedOf(files)

describe("a remembered plan", () => {
  it.live("is the same one as long as nothing that it was made from changes, and warns as before", () =>
    Effect.gen(function*() {
      const { first, fs, plan, projectDir, variables, warnings } = yield* remembered
      warnings.length = 0
      assert.strictEqual(yield* plan, first)
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0], "odd_key")
      variables["OTHER"] = "2"
      yield* fs.makeDirectory(`${projectDir}/.fbuild`)
      yield* fs.writeFileString(`${projectDir}/compile_commands.json`, "[]")
      assert.strictEqual(yield* plan, first)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("is the same one while sources include the same, whatever else is in them", () =>
    Effect.gen(function*() {
      const { first, fs, plan, projectDir } = yield* remembered
      const edits = [
        ["src/main.cpp", "// Once more.\n#include <Own.h>\nint f();\n"],
        ["lib/Own/Own.cpp", "int own;\n"],
        ["lib/Own/Own.h", "#define OWN\n"]
      ] as const
      // Lately, and long ago.
      for (const pause of [20, 150]) {
        for (const [path, text] of edits) {
          yield* fs.writeFileString(`${projectDir}/${path}`, text)
          yield* Effect.sleep(pause)
          assert.strictEqual(yield* plan, first, path)
          assert.strictEqual(yield* plan, first, path)
        }
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("is made anew when a source includes something else in one of its environments", () =>
    Effect.gen(function*() {
      const two = `${ini()}${ini("build_flags = -DOTHER").replace("uno", "other")}`
      const other = { "lib/Other/Other.h": "", "lib/Other/Other.cpp": "" }
      const { fs, plan, projectDir } = yield* rememberedOf({ "platformio.ini": two, "src/main.cpp": "", ...other })
      yield* fs.writeFileString(`${projectDir}/src/main.cpp`, "#ifndef OTHER\n#include <Other.h>\n#endif\n")
      yield* Effect.sleep(150)
      const counts = (yield* plan).map(({ graph }) => graph.actions.filter(({ id }) => id.includes("Other")).length)
      assert.deepStrictEqual(counts.map((count) => count > 0), [true, false])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  const changes: Readonly<Record<string, (of: Effect.Success<typeof remembered>) => Effect.Effect<unknown, unknown>>> =
    {
      "the configuration": ({ fs, projectDir }) =>
        fs.writeFileString(`${projectDir}/platformio.ini`, `${files["platformio.ini"]}; x`),
      "a variable that the configuration names": ({ variables }) =>
        Effect.sync(() => void (variables["LOGNAME"] = "you")),
      "the folders of programs": ({ root, variables }) =>
        Effect.sync(() => void (variables["PATH"] = `/none:${root}/tools/bin`)),
      "a source": ({ fs, projectDir }) => fs.writeFileString(`${projectDir}/src/main.cpp`, "#include \"Own.h\"\n"),
      "a new source": ({ fs, projectDir }) => fs.writeFileString(`${projectDir}/src/more.cpp`, ""),
      "a new header in a library": ({ fs, projectDir }) => fs.writeFileString(`${projectDir}/lib/Own/More.h`, ""),
      "a new library": ({ fs, projectDir }) => fs.makeDirectory(`${projectDir}/lib/Other`),
      "the compiler": ({ fs, root }) =>
        Effect.andThen(
          fs.writeFileString(`${root}/tools/bin/avr-gcc`, "#!/bin/sh\necho 7.4.0\n"),
          fs.chmod(`${root}/tools/bin/avr-gcc`, 0o755)
        )
    }
  for (const [name, change] of Object.entries(changes)) {
    it.live(`is made anew after a change of ${name}`, () =>
      Effect.gen(function*() {
        const given = yield* remembered
        yield* Effect.sleep(20)
        yield* change(given)
        const second = yield* given.plan
        assert.notStrictEqual(second, given.first)
        // What comes before the sources is that of before, where only they have changed.
        const isSame = second[0]!.properties === given.first[0]!.properties
        assert.strictEqual(isSame, /source|library/.test(name))
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
