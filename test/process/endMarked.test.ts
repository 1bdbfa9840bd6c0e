import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import { endMarked } from "../../src/process/endMarked.ts"
import { isAlive } from "../../src/process/isAlive.ts"

describe("endMarked", () => {
  it.live("ends who has the variable, in whatever session, and nobody else", () =>
    Effect.gen(function*() {
      const mark = `TMPDIR=/nowhere/${process.pid}`
      const start = (value: string) => {
        const child = ChildProcess.spawn(
          "/bin/sh",
          ["-c", "(setsid sh -c 'trap \"\" TERM; while :; do sleep 0.05; done' & echo $!) | cat"],
          { env: { PATH: "/usr/bin:/bin", TMPDIR: value }, stdio: ["ignore", "pipe", "ignore"] }
        )
        return Effect.promise(async () => Number(String((await once(child.stdout!, "data"))[0])))
      }
      const [marked, other] = [yield* start(`/nowhere/${process.pid}`), yield* start(`/nowhere/${process.pid}0`)]
      yield* endMarked(mark)
      assert.isTrue(isAlive(other))
      process.kill(other, "SIGKILL")
      // It has no memory any more, and may take a moment to be dead.
      for (let waited = 0; isAlive(marked) && waited < 5000; waited += 5) yield* Effect.sleep(5)
      assert.isFalse(isAlive(marked))
      yield* endMarked(mark)
    }))
})
