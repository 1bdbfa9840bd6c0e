import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { joinPath } from "../domain/paths.ts"

/** Keeps two requests, of whichever processes, out of the same build folder. By default there is no other one to wait for. */
export interface BuildFolderLock {
  /** Runs the effect once no other request uses any of the folders (absolute). Interrupting it ends the waiting. */
  readonly hold: <A, E, R>(folders: ReadonlyArray<string>, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export const BuildFolderLock = Context.Reference<BuildFolderLock>("fbuild/orchestrator/BuildFolderLock", {
  defaultValue: () => ({ hold: (_folders, effect) => effect })
})

/** Runs what writes into the build folders of these environments once no other request uses any of them. */
export const inBuildFolders = <A, E, R>(
  projectDir: string,
  environments: ReadonlyArray<{ readonly buildDir: string }>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    BuildFolderLock,
    (lock) => lock.hold(environments.map(({ buildDir }) => joinPath(projectDir, buildDir)), effect)
  )
