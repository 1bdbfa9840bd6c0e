import * as Effect from "effect/Effect"
import { Disk, type DiskError } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import { SourceVanished } from "./ActionError.ts"

/** Fails for the first input that is not there: no command can say it better. One that always runs only waits for its inputs. */
export const inputsThere = Effect.fnUntraced(function*(
  action: Action,
  /** What has been looked at in this build was there. */
  digest: (path: string) => Effect.Effect<string | undefined, DiskError>,
  absolute: (path: string) => string
) {
  const disk = yield* Disk
  const { always, id, inputs, mnemonic } = action
  for (const input of always === undefined ? inputs : []) {
    if ((yield* digest(input)) !== undefined || (yield* disk.signature(absolute(input))) !== undefined) continue
    return yield* new SourceVanished({ id, mnemonic, path: input })
  }
})
