import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Digest } from "../domain/Digest.ts"
import { readMemo, writeMemo } from "./memo.ts"

/** A program or file of a toolchain. `change`: its content, or that there is such a file. */
export interface ChangedPart {
  readonly path: string
  readonly change: "Changed" | "New" | "Gone"
}

const Parts = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
const decodeParts = Schema.decodeOption(Parts)
const encodeParts = Schema.encodeSync(Parts)

const fileOf = (identity: string): string => `${identity}.parts`

/** Remembers what an identity was made of (path → digest). A home that cannot be written to costs `changedParts` only. */
export const keepParts = (home: string, identity: Digest, parts: Readonly<Record<string, string>>) =>
  writeMemo(home, fileOf(identity), encodeParts(parts))

/** What makes two identities differ, by path; `undefined`: `home` does not remember one of them. */
export const changedParts = Effect.fnUntraced(function*(home: string, before: string, after: string) {
  const [old, now] = yield* Effect.forEach([before, after], (identity) => partsOf(home, identity))
  if (old === undefined || now === undefined) return undefined
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((path): ReadonlyArray<ChangedPart> =>
    old[path] === now[path]
      ? []
      : [{ path, change: old[path] === undefined ? "New" : now[path] === undefined ? "Gone" : "Changed" }]
  )
})

const partsOf = Effect.fnUntraced(function*(home: string, identity: string) {
  const decoded = decodeParts((yield* readMemo(home, fileOf(identity))) ?? "")
  return decoded._tag === "None" ? undefined : decoded.value
})
