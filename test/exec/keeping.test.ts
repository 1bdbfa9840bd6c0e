import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BuildReporter } from "../../src/exec/BuildReporter.ts"
import { CompileCache } from "../../src/exec/CompileCache.ts"
import { makeKeeping } from "../../src/exec/keeping.ts"
import { UpToDate } from "../../src/exec/UpToDate.ts"
import { action } from "../plan/actions.ts"

describe("what has run", () => {
  it.live("is traced while others compile once it is much, and always while a link runs", () =>
    Effect.gen(function*() {
      let traced = 0
      let ran: ReadonlyArray<number> = []
      const upToDate = Layer.mock(UpToDate, {
        keepTraces: Effect.sync(() => {
          traced++
          return []
        })
      })
      const keeping = yield* Effect.provide(
        makeKeeping,
        [upToDate, CompileCache.off, Layer.succeed(BuildReporter, BuildReporter.of({ emit: () => Effect.void }))]
      )
      for (let index = 0; index < 33; index++) {
        yield* keeping.during(action(`${index}.o`))
        yield* Effect.yieldNow
        ran = [...ran, traced]
        keeping.ran(action(`${index}.o`), { printed: "", durationMs: 1 })
      }
      assert.deepStrictEqual(ran, [...Array<number>(32).fill(0), 1])
      yield* keeping.during(action("elf", [], { mnemonic: "Link" }))
      yield* Effect.yieldNow
      assert.strictEqual(traced, 2)
    }).pipe(Effect.scoped))
})
