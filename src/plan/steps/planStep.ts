import type { FilePath } from "../../domain/FilePath.ts"
import { Action, ActionId, type BuiltinStep } from "../Action.ts"
import type { BuildInputs } from "../BuildInputs.ts"
import { stepFiles } from "./stepFiles.ts"
import type { StepTemplate } from "./StepTemplate.ts"

/** A step that stands in for commands of the core, and who waits for its file. */
export interface PlannedStep {
  readonly output: FilePath
  readonly for: StepTemplate["for"]
  readonly step: BuiltinStep
}

/** The action of such a step. */
export const planStep = (
  { env }: Pick<BuildInputs, "env">,
  { output, step, for: reader }: PlannedStep,
  after: ReadonlyArray<FilePath>
): Action =>
  Action.make({
    id: ActionId.make(output),
    mnemonic: reader === "image" ? "Image" : "Write",
    argv: [],
    env,
    inputs: [...new Set([...stepFiles(step), ...after])],
    outputs: [output],
    step
  })
