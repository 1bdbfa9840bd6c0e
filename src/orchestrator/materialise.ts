import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { pathFrom } from "../domain/paths.ts"
import { BuiltinSteps } from "../exec/BuiltinSteps.ts"
import { Span } from "../telemetry/names.ts"
import { prepareFolders } from "./Orchestrator.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"

/**
 * Creates the folders of a plan and the outputs of its built-in steps: what its commands need and do not make. Steps that
 * work on what commands make, such as images, are left for a build.
 */
export const materialise = Effect.fn(Span.materialise)(function*(projectDir: string, planned: PlannedEnvironment) {
  const disk = yield* Disk
  const steps = yield* BuiltinSteps
  yield* prepareFolders(projectDir, planned)
  const missing = new Set<string>()
  for (const action of planned.graph.actions) {
    if (action.step === undefined || action.inputs.some((path) => missing.has(path))) {
      for (const path of action.outputs) missing.add(path)
      continue
    }
    const output = action.outputs[0]
    const path = pathFrom(projectDir, output)
    const content = yield* steps.run(action.step, action, projectDir)
    if (!isEqual(content, yield* disk.readBytes(path))) yield* disk.write(path, content)
  }
})

const isEqual = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index])
