import * as Effect from "effect/Effect"
import type { KnownDigest } from "../cache/BuildState.ts"
import { mayBeOnce } from "../cache/marks.ts"
import { onceEach } from "../domain/onceEach.ts"
import type { Action } from "../plan/Action.ts"
import type { KnownFiles } from "./KnownFiles.ts"
import type { Surroundings } from "./Surroundings.ts"

/** What a compiler has passed by because it had read the same before. No depfile has it. */
export interface Twins {
  /** Other names of files that it read: links, and ways through other folders. */
  readonly aliases: ReadonlyArray<string>
  /** Two files with the same content: whether one is passed by goes by the seconds in which they were written. */
  readonly apart: readonly [string, string] | undefined
}

/**
 * Says what stands for a header that is read only once, by `#pragma once` or `#import`: any file of the same content that is
 * included, if it is of the same second. Good for as long as nothing is expected to change. Source: GCC's preprocessor
 * manual, "Alternatives to Wrapper #ifndef"; 5.4 and 12.2 for what it does not say.
 */
export const makeTwins = (files: KnownFiles, around: Surroundings) => {
  const directivesOf = onceEach(
    ([path]: readonly [path: string, file: KnownDigest]) => path,
    ([path, file]) => Effect.map(files.textAsSeen(path, file), scan)
  )

  return Effect.fnUntraced(function*(
    action: Action,
    read: ReadonlyArray<string>,
    found: ReadonlyMap<string, KnownDigest>
  ) {
    const marked = read.filter((path) => mayBeOnce(found.get(path)?.marks ?? 0))
    const said = yield* Effect.forEach(marked, (path) => directivesOf([path, found.get(path)!]))
    const imports = said.some(({ imports }) => imports)
    const once = new Map<string, string>()
    for (const path of imports ? read : marked.filter((_, index) => said[index]!.once)) {
      const file = found.get(path)
      if (file === undefined || sizeOf(file.signature) === "0") continue
      const other = once.get(file.digest)
      if (other === undefined) once.set(file.digest, path)
      else if (found.get(other)?.signature !== file.signature) {
        return { aliases: [], apart: [other, path] as const }
      }
    }
    if (once.size === 0) return none
    const all = yield* Effect.forEach(read, (path) => directivesOf([path, found.get(path)!]))
    const names = new Set(all.flatMap(({ names }) => names))
    const sizes = new Set([...once.values()].map((path) => sizeOf(found.get(path)?.signature)))
    const aliases: Array<string> = []
    for (const path of yield* around.places(action, read, names)) {
      if (!sizes.has(sizeOf((yield* files.signature(path))?.text))) continue
      const other = yield* files.known(path)
      const same = other === undefined ? undefined : once.get(other.digest)
      if (other === undefined || same === undefined) continue
      if (other.signature !== found.get(same)?.signature) {
        return { aliases: [], apart: [same, path] as const }
      }
      aliases.push(path)
    }
    return { aliases, apart: undefined }
  })
}

const none: Twins = { aliases: [], apart: undefined }

interface Directives {
  readonly names: ReadonlyArray<string>
  readonly once: boolean
  readonly imports: boolean
}

const scan = (text: string): Directives => ({
  names: [...text.matchAll(/^[ \t]*#[ \t]*(?:include(?:_next)?|import)[ \t]*["<]([^">\n]+)/gm)].map(([, name = ""]) =>
    name
  ),
  once: /#[ \t]*pragma[ \t]+once\b|_Pragma/.test(text),
  imports: /^[ \t]*#[ \t]*import\b/m.test(text)
})

const sizeOf = (signature: string | undefined): string => signature?.split(" ", 1)[0] ?? ""
