import * as Effect from "effect/Effect"
import { expandResponses, missingResponses, namesResponse } from "../cache/responseFile.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"

/** The response files that a command names, and those that they name: path as it stands there → content. */
export const readResponses: (
  argv: ReadonlyArray<string>,
  absolute: (path: string) => string
) => Effect.Effect<ReadonlyMap<string, string>, DiskError, Disk> = Effect.fnUntraced(function*(argv, absolute) {
  if (!argv.some(namesResponse)) return none
  const disk = yield* Disk
  const texts = new Map<string, string>()
  const absent = new Set<string>()
  for (;;) {
    const missing = missingResponses(argv, texts).filter((path) => !absent.has(path))
    if (missing.length === 0) return texts
    for (const path of missing) {
      const text = yield* disk.readText(absolute(path))
      if (text === undefined) absent.add(path)
      else texts.set(path, text)
    }
  }
})

/** A command with its response files in place. */
export const expandedWords = (argv: ReadonlyArray<string>, absolute: (path: string) => string) =>
  Effect.map(readResponses(argv, absolute), (texts) => expandResponses(argv, texts))

const none: ReadonlyMap<string, string> = new Map()
