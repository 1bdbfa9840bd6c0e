import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Disk } from "../disk/Disk.ts"
import { pathFrom } from "../domain/paths.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import type { ResourceUsage } from "../process/Subprocess.ts"
import { BuiltinSteps } from "./BuiltinSteps.ts"
import { Compiler } from "./Compiler.ts"
import { Linker } from "./Linker.ts"
import { piped } from "./piped.ts"
import type { Stage } from "./Stage.ts"

/** What has filled a stage. */
interface Filled {
  /** What the command said that is worth showing. */
  readonly printed: string
  readonly usage?: ResourceUsage | undefined
}

/** Brings the outputs of actions into being in their stages, by commands that run in `cwd` (absolute) or by steps of fbuild's own. */
export const makeFillStage = Effect.fnUntraced(function*(cwd: string) {
  const compiler = yield* Compiler
  const disk = yield* Disk
  const linker = yield* Linker
  const steps = yield* BuiltinSteps

  return Effect.fnUntraced(function*(action: Action, stage: Stage) {
    const staged = (path: string) => pathFrom(cwd, stage.files.get(path) ?? path)
    if (action.step !== undefined) {
      yield* disk.writeNew(staged(action.outputs[0]), yield* steps.run(action.step, action, cwd))
      return { printed: "" } satisfies Filled
    }
    const { run } = isCompile(action) ? compiler : linker
    const running = run(action, yield* Effect.provideService(piped(action, stage, cwd), Disk, disk), cwd)
    if (action.stdout === undefined) {
      const { stderr, stdout, usage } = yield* running
      return { printed: stdout + stderr, usage } satisfies Filled
    }
    const path = staged(action.stdout)
    // A file is made while the command runs, for it takes as long as all else that is left to do then.
    const making = yield* Effect.forkChild(disk.writeNew(path, new Uint8Array()))
    const { stderr, stdout, usage } = yield* running
    yield* Fiber.join(making)
    yield* disk.overwrite(path, stdout)
    return { printed: stderr, usage } satisfies Filled
  })
})
