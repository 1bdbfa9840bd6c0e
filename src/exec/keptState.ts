import * as Effect from "effect/Effect"
import { BuildMemory, decodeOnce, keepDecoded } from "../cache/BuildMemory.ts"
import { type ActionRecord, type KnownDigest, readBuildState, saveBuildState } from "../cache/BuildState.ts"
import { addFileDigests, readFileDigests } from "../cache/FileDigests.ts"
import { pathFrom } from "../domain/paths.ts"

/** What is kept between builds: the state of a build folder, and digests of absolute paths, where there is a file for them. */
export const openKeptState = Effect.fnUntraced(
  function*(
    { buildDir, cwd, digests }: { readonly cwd: string; readonly buildDir: string; readonly digests?: string }
  ) {
    const memory = yield* BuildMemory
    const path = pathFrom(cwd, `${buildDir}/state.json`)
    let saved = yield* decodeOnce(memory?.states, path, readBuildState(path))
    const shared = digests === undefined
      ? undefined
      : yield* decodeOnce(memory?.digests, digests, readFileDigests(digests))
    const isShared = (path: string) => digests !== undefined && path.startsWith("/")

    return {
      /** Absolute path of the state. */
      path,
      /** The state that is kept now. */
      saved: () => saved,
      /** Digests by path, from wherever. */
      digests: new Map([...shared ?? [], ...saved.stats]),
      /** Keeps these traces, and digests of which those of `news` are new. */
      save: Effect.fnUntraced(function*(
        actions: ReadonlyMap<string, ActionRecord>,
        trusted: ReadonlyMap<string, KnownDigest>,
        news: ReadonlyArray<string>
      ) {
        const ours = filterPaths(trusted, (path) => !isShared(path))
        saved = yield* saveBuildState(path, saved, { actions, stats: ours })
        yield* keepDecoded(memory?.states, path, saved)
        if (digests === undefined || !news.some(isShared)) return
        yield* addFileDigests(digests, filterPaths(trusted, isShared))
      })
    }
  }
)

const filterPaths = (digests: ReadonlyMap<string, KnownDigest>, isWanted: (path: string) => boolean) =>
  new Map([...digests].filter(([path]) => isWanted(path)))
