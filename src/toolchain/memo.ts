import * as Effect from "effect/Effect"
import { tickNanos } from "../disk/clocks.ts"
import { Disk, type Signature } from "../disk/Disk.ts"
import { seal, unseal } from "../disk/sealed.ts"

/** What is remembered under this name in `<home>/toolchains`. */
export const readMemo = Effect.fnUntraced(function*(home: string, file: string) {
  const disk = yield* Disk
  return unseal(yield* disk.readText(`${home}/toolchains/${file}`))
})

/**
 * To be called before the files are looked at that a memo is about; gives what writes it. Nothing is written when one of
 * the files was changed so recently that another change could leave it the same signature, nor, silently, when `home`
 * cannot be written to: both cost time in the next build, nothing else.
 */
export const openMemo = Effect.fnUntraced(function*(home: string, file: string) {
  const disk = yield* Disk
  const folder = `${home}/toolchains`
  const clock = `${folder}/.clock`
  const now = yield* disk.makeDirectory(folder).pipe(
    Effect.andThen(disk.write(clock, "")),
    Effect.andThen(disk.signature(clock)),
    Effect.map((signature) => signature?.changedNanos ?? 0n),
    Effect.orElseSucceed(() => 0n)
  )
  return (text: string, files: ReadonlyArray<Pick<Signature, "changedNanos">>) =>
    files.every(({ changedNanos }) => changedNanos < now - tickNanos)
      ? Effect.ignore(disk.write(`${folder}/${file}`, seal(text)))
      : Effect.void
})
