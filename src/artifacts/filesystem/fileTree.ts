import * as Result from "effect/Result"
import type { FileSystemProblem } from "./FileSystemError.ts"

/** A file for an image. `name` has `/` between folders and none in front. */
export interface ImageFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What is in a folder, by name; sorted by the bytes of the names. */
export interface Folder {
  readonly entries: ReadonlyMap<string, Folder | Uint8Array>
}

/** The folders of the files. Fails for names that no file system has, and for two of one name. */
export const fileTree = (files: ReadonlyArray<ImageFile>): Result.Result<Folder, FileSystemProblem> => {
  interface Open {
    readonly entries: Map<string, Open | Uint8Array>
  }
  const root: Open = { entries: new Map() }
  for (const { bytes, name } of files.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const parts = name.split("/")
    if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) {
      return Result.fail({ _tag: "BadName", name })
    }
    const last = parts.pop()!
    if (parts.length > maximumDepth) return Result.fail({ _tag: "TooDeep", name, limit: maximumDepth })
    let folder = root
    for (const part of parts) {
      const inside = folder.entries.get(part) ?? { entries: new Map() }
      if (inside instanceof Uint8Array) return Result.fail({ _tag: "Clash", name })
      folder.entries.set(part, inside)
      folder = inside
    }
    if (folder.entries.has(last)) return Result.fail({ _tag: "Clash", name })
    folder.entries.set(last, bytes)
  }
  return Result.succeed(sorted(root))
}

/** The bytes of a name in the image. */
export const nameBytes = (name: string): Uint8Array => new TextEncoder().encode(name)

const maximumDepth = 128

const sorted = ({ entries }: Folder): Folder => ({
  entries: new Map(
    [...entries].toSorted(([a], [b]) => Buffer.compare(nameBytes(a), nameBytes(b))).map(([name, entry]) =>
      [name, entry instanceof Uint8Array ? entry : sorted(entry)] as const
    )
  )
})
