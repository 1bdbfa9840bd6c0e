import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Compiler } from "../../src/exec/Compiler.ts"
import { Jobs } from "../../src/exec/Jobs.ts"
import { makeStage } from "../../src/exec/Stage.ts"
import type { Action } from "../../src/plan/Action.ts"
import { type CommandSpec, Subprocess } from "../../src/process/Subprocess.ts"
import { action } from "../plan/actions.ts"

/** Counts how many of its effects are running at once. */
const makeGauge = () => {
  const gauge = { now: 0, most: 0 }
  const measured = Effect.sync(() => gauge.most = Math.max(gauge.most, ++gauge.now)).pipe(
    Effect.andThen(Effect.sleep("5 millis")),
    Effect.ensuring(Effect.sync(() => gauge.now--))
  )
  return { gauge, measured }
}

describe("Jobs", () => {
  for (const count of [1, 3]) {
    it.live(`never more than ${count} at once, and as many`, () =>
      Effect.gen(function*() {
        const jobs = yield* Jobs
        const { gauge, measured } = makeGauge()
        yield* Effect.forEach(Array.from({ length: 12 }), () => jobs.withPermit(() => measured), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(gauge, { now: 0, most: count })
        assert.strictEqual(jobs.count, count)
      }).pipe(Effect.provide(Jobs.layer(count))))
  }

  it.effect("a permit comes back from what fails and from what is interrupted", () =>
    Effect.gen(function*() {
      const jobs = yield* Jobs
      yield* Effect.ignore(jobs.withPermit(() => Effect.fail("no")))
      const started = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        jobs.withPermit(() => Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
      )
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* jobs.withPermit(() => Effect.succeed(1)), 1)
    }).pipe(Effect.provide(Jobs.layer(1))))
})

/** A Subprocess whose commands take 5 ms, and what it was asked to run. */
const fakeSubprocess = (
  status: { readonly _tag: "Exited"; readonly code: number } | {
    readonly _tag: "Signaled"
    readonly signal: string
  }
) => {
  const { gauge, measured } = makeGauge()
  const commands: Array<CommandSpec> = []
  const layer = Layer.mock(Subprocess, {
    run: (command) =>
      Effect.as(Effect.andThen(Effect.sync(() => commands.push(command)), measured), {
        status,
        stdout: "out\n",
        stderr: "err\n"
      })
  })
  return { gauge, commands, layer }
}

const stage = (one: Action) => makeStage(one, "/p", { root: "out/.stage" }, "0")

describe("Compiler", () => {
  it.live("runs the staged command with its own environment, and temporary files in the stage", () =>
    Effect.gen(function*() {
      const { commands, layer } = fakeSubprocess({ _tag: "Exited", code: 0 })
      const compile = action("out/a.o", ["a.c"], { env: { LANG: "C" } })
      const output = yield* Effect.flatMap(Compiler, (compiler) => compiler.run(compile, stage(compile), "/p")).pipe(
        Effect.provide(Layer.provide(Compiler.layer, layer))
      )
      assert.deepStrictEqual(output, { stdout: "out\n", stderr: "err\n" })
      assert.deepStrictEqual(commands, [{
        argv: ["/bin/sh", "-fdiagnostics-color=always", "a.c", "-o", stage(compile).files.get("out/a.o")!],
        cwd: "/p",
        env: { LANG: "C", TMPDIR: "/p/out/.stage", FBUILD_STAGE: "/p/out/.stage" }
      }])
    }))

  for (
    const [status, message, hint] of [
      [{ _tag: "Exited", code: 3 }, "compiling a.c failed (exit code 3)", undefined],
      [
        { _tag: "Signaled", signal: "SIGKILL" },
        "compiling a.c failed (killed by SIGKILL)",
        "the system may have run out of memory: fewer jobs (-j) need less"
      ]
    ] as const
  ) {
    it.live(message, () =>
      Effect.gen(function*() {
        const compile = action("out/a.o", ["a.c"])
        const error = yield* Effect.flatMap(Compiler, (one) => one.run(compile, stage(compile), "/p")).pipe(
          Effect.provide(Layer.provide(Compiler.layer, fakeSubprocess(status).layer)),
          Effect.flip
        )
        if (error._tag !== "CommandFailed") return assert.fail(error._tag)
        assert.deepStrictEqual([error.message, error.hint, error.output], [message, hint, "out\nerr\n"])
      }))
  }
})
