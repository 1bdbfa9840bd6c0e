import * as Effect from "effect/Effect"
import { mayBeScript, type ScriptNames, scriptNames } from "../cache/linkScript.ts"
import { Disk } from "../disk/Disk.ts"

/** What a file that a linker read says of others, if it may be a linker script: one may have the name of a library. */
export const readScript: (path: string) => Effect.Effect<ScriptNames | undefined, never, Disk> = Effect.fnUntraced(
  function*(path) {
    const disk = yield* Disk
    const isLibrary = /\.(?:a|so)$/.test(path)
    const bytes = (yield* disk.signature(path))?.bytes ?? 0
    if (/\.o(?:bj)?$/.test(path) || bytes > (isLibrary ? mostOfLibrary : mostOfScript)) return undefined
    const content = yield* Effect.orElseSucceed(disk.readBytes(path), () => undefined)
    return content !== undefined && mayBeScript(content) ? scriptNames(new TextDecoder().decode(content)) : undefined
  }
)

/** Longer ones are no scripts, bytes. */
const mostOfScript = 4 << 20
const mostOfLibrary = 64 << 10
