import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { ExitStatus, SpawnFailed } from "../process/Subprocess.ts"
import { EmulatorExited, MissingEmulator } from "./Emulator.ts"

/** An emulator that is a program of its own. */
export interface Program {
  readonly emulator: string
  /** Its file's name. */
  readonly program: string
  readonly debianPackage: string
}

/** Finds the program in folders: the user's PATH. */
export const findInstalled = Effect.fnUntraced(function*(
  fs: FileSystem.FileSystem,
  program: Program,
  searchPath: ReadonlyArray<string>
) {
  for (const folder of searchPath) {
    const path = `${folder}/${program.program}`
    if (yield* Effect.orElseSucceed(fs.exists(path), () => false)) return path
  }
  return yield* missing(program, searchPath)
})

/** Why it did not start. */
export const cannotStart = (program: Program) => (error: SpawnFailed) =>
  error.code === "ENOENT"
    ? missing(program, [error.program])
    : new EmulatorExited({ emulator: program.emulator, status: error.code, detail: "it could not be started" })

/** It ended with something else than success; `detail` is the last it said. */
export const exited = ({ emulator }: Program, status: ExitStatus, detail: string) =>
  new EmulatorExited({
    emulator,
    status: status._tag === "Exited" ? `code ${status.code}` : `signal ${status.signal}`,
    detail
  })

const missing = ({ debianPackage, program }: Program, searched: ReadonlyArray<string>) =>
  new MissingEmulator({ emulator: program, debianPackage, searched })
