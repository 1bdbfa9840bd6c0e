import * as Effect from "effect/Effect"
import { tickNanos } from "../disk/clocks.ts"
import { Disk, type Signature } from "../disk/Disk.ts"
import { readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"

/** What is remembered under this name in `<home>/toolchains`. */
export const readMemo = (home: string, file: string) =>
  Effect.map(readSealedLines(`${home}/toolchains/${file}`, format), (lines) => lines?.join("\n"))

/** Remembers a text under this name; a home that cannot be written to remembers nothing. */
export const writeMemo = (home: string, file: string, text: string) =>
  Effect.ignore(writeSealedLines(`${home}/toolchains/${file}`, format, text.split("\n")))

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
      ? writeMemo(home, file, text)
      : Effect.void
})

const format = "fbuild toolchain 1"
