import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { Disk, Signature } from "./Disk.ts"

/** A disk and a file system that remember what was asked of them. */
export interface Recording {
  readonly disk: Disk["Service"]
  readonly fileSystem: FileSystem.FileSystem
  /** For every path that was read, listed or looked for: its signature before the first time; `undefined`: not there. */
  readonly reads: ReadonlyMap<string, Signature | undefined>
  /** Paths that were written, renamed to or removed. */
  readonly written: ReadonlyArray<string>
  /** Whether something was asked whose answer does not hang on single paths. */
  readonly isComplete: () => boolean
}

/** As long as no signature in `reads` changes, whoever asks the same of the disk gets the same answers. */
export const makeRecording = (disk: Disk["Service"], fileSystem: FileSystem.FileSystem): Recording => {
  const reads = new Map<string, Signature | undefined>()
  const written: Array<string> = []
  let complete = true
  const note = (path: string) =>
    reads.has(path)
      ? Effect.void
      : Effect.map(disk.signature(path), (signature) => void reads.set(path, signature))
  const reading = <A, E>(path: string, read: Effect.Effect<A, E>) => Effect.andThen(note(path), read)
  const writing = <A, E>(path: string, write: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      written.push(path)
      return write
    })
  return {
    reads,
    written,
    isComplete: () => complete,
    disk: {
      signature: (path) =>
        Effect.tap(disk.signature(path), (signature) =>
          Effect.sync(() => {
            if (!reads.has(path)) reads.set(path, signature)
          })),
      digest: (path) => reading(path, disk.digest(path)),
      digestMarking: (path, words) => reading(path, disk.digestMarking(path, words)),
      readText: (path) => reading(path, disk.readText(path)),
      readBytes: (path) => reading(path, disk.readBytes(path)),
      list: (path) => reading(path, disk.list(path)),
      ages: (path) => reading(path, disk.ages(path)),
      isAsSeen: disk.isAsSeen,
      touch: disk.touch,
      // Folders that are there already are as they were.
      makeDirectory: disk.makeDirectory,
      write: (path, content, mode) => writing(path, disk.write(path, content, mode)),
      writeNew: (path, content) => writing(path, disk.writeNew(path, content)),
      copy: (from, to, mode) => writing(to, reading(from, disk.copy(from, to, mode))),
      append: (path, text) => writing(path, disk.append(path, text)),
      rename: (from, to) => writing(to, disk.rename(from, to)),
      remove: (path) => writing(path, disk.remove(path))
    },
    fileSystem: {
      ...fileSystem,
      readFile: (path) => reading(path, fileSystem.readFile(path)),
      readFileString: (path, encoding) => reading(path, fileSystem.readFileString(path, encoding)),
      readDirectoryEntries: (path) => reading(path, fileSystem.readDirectoryEntries(path)),
      realPath: (path) => reading(path, fileSystem.realPath(path)),
      stat: (path) => reading(path, fileSystem.stat(path)),
      exists: (path) => reading(path, fileSystem.exists(path)),
      glob: (pattern, options) =>
        Effect.suspend(() => {
          complete = false
          return fileSystem.glob(pattern, options)
        })
    }
  }
}

/** Variables that remember which of them were asked for. */
export const recordVariables = (variables: Readonly<Record<string, string>>) => {
  const names = new Set<string>()
  const recorded = new Proxy(variables, {
    get: (target, name) => {
      if (typeof name === "string") names.add(name)
      return Reflect.get(target, name)
    },
    has: (target, name) => {
      if (typeof name === "string") names.add(name)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor: (target, name) => {
      if (typeof name === "string") names.add(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys: (target) => {
      for (const name of Object.keys(target)) names.add(name)
      return Reflect.ownKeys(target)
    }
  })
  return { variables: recorded, names: names as ReadonlySet<string> }
}
