import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { type Disk, sightLine, type Signature } from "./Disk.ts"

/** A disk that remembers what was asked of it. */
export interface DiskRecording {
  readonly disk: Disk["Service"]
  /** How all that was read, listed or looked for looked before the first time. */
  readonly sights: () => ReadonlyArray<Sight>
  /** Paths that were written, renamed to or removed. */
  readonly written: ReadonlyArray<string>
  /** Whether nothing was asked that is not in `sights`, or whose answer hangs on more than single paths. */
  readonly isComplete: () => boolean
  /** Nobody will ask for what was seen: from now on nothing is remembered, which is what disk operations cost otherwise. */
  readonly stop: () => void
}

/** The same with a file system. */
export interface Recording extends DiskRecording {
  readonly fileSystem: FileSystem.FileSystem
}

export interface Sight {
  readonly path: string
  /** See `sightLine`. */
  readonly line: string
  /** Of a file: when it had last changed, ns. */
  readonly changedNanos: bigint | undefined
}

/** As long as nothing in `sights` looks different, whoever asks the same of the disk gets the same answers. */
export const recordDisk = (disk: Disk["Service"]): DiskRecording => recorded(disk).recording

/** The same for a disk and a file system. */
export const makeRecording = (disk: Disk["Service"], fileSystem: FileSystem.FileSystem): Recording => {
  const { listing, reading, recording, untellable } = recorded(disk)
  return {
    ...recording,
    fileSystem: {
      ...fileSystem,
      readFile: (path) => reading(path, fileSystem.readFile(path)),
      readFileString: (path, encoding) => reading(path, fileSystem.readFileString(path, encoding)),
      readDirectoryEntries: (path) => listing(path, fileSystem.readDirectoryEntries(path)),
      realPath: (path) => reading(path, fileSystem.realPath(path)),
      stat: (path) => reading(path, fileSystem.stat(path)),
      exists: (path) => reading(path, fileSystem.exists(path)),
      glob: (pattern, options) => Effect.andThen(untellable, fileSystem.glob(pattern, options))
    }
  }
}

/** A recording, and what it takes to record others than the disk. */
const recorded = (disk: Disk["Service"]) => {
  const files = new Map<string, Sight>()
  const folders = new Map<string, Sight>()
  const kinds = new Map<string, Sight>()
  const written: Array<string> = []
  let complete = true
  let stopped = false

  const noteSignature = (path: string, signature: Signature | undefined) => {
    if (files.has(path)) return
    const line = sightLine(path, { _tag: "File", signature })
    files.set(path, { path, line, changedNanos: signature?.changedNanos })
  }
  const noteKind = (path: string, isFile: boolean) => {
    if (files.has(path) || kinds.has(path)) return
    kinds.set(path, { path, line: sightLine(path, { _tag: "Kind", isFile }), changedNanos: undefined })
  }
  const noteFile = (path: string) =>
    files.has(path) ? Effect.void : Effect.map(disk.signature(path), (signature) => noteSignature(path, signature))
  const noteFolder = (path: string) =>
    folders.has(path) ? Effect.void : Effect.map(disk.listing(path), (listing) => {
      const line = sightLine(path, { _tag: "Folder", listing })
      folders.set(path, { path, line, changedNanos: undefined })
    })
  const reading = <A, E, R>(path: string, read: Effect.Effect<A, E, R>) =>
    stopped ? read : Effect.andThen(noteFile(path), read)
  const listing = <A, E, R>(path: string, list: Effect.Effect<A, E, R>) =>
    stopped ? list : Effect.andThen(noteFolder(path), list)
  const include = (line: string) => {
    const path = line.slice(line.indexOf("\t") + 1)
    const map = line.startsWith("d") ? folders : line.startsWith("k") ? kinds : files
    if (!map.has(path)) map.set(path, { path, line, changedNanos: undefined })
  }
  const writing = <A, E>(path: string, write: Effect.Effect<A, E>) =>
    stopped ? write : Effect.suspend(() => {
      written.push(path)
      return write
    })
  const recording: DiskRecording = {
    stop: () => {
      stopped = true
      complete = false
    },
    written,
    isComplete: () => complete,
    sights: () => [...files.values(), ...folders.values(), ...kinds.values()],
    disk: {
      signature: (path) =>
        stopped
          ? disk.signature(path)
          : Effect.tap(disk.signature(path), (signature) => Effect.sync(() => noteSignature(path, signature))),
      isFile: (path) =>
        stopped
          ? disk.isFile(path)
          : Effect.tap(disk.isFile(path), (isFile) => Effect.sync(() => noteKind(path, isFile))),
      stamps: disk.stamps,
      digest: (path) => reading(path, disk.digest(path)),
      digestMarking: (path, words) => reading(path, disk.digestMarking(path, words)),
      readText: (path) => reading(path, disk.readText(path)),
      readPieces: (path, take) => reading(path, disk.readPieces(path, take)),
      readBytes: (path) => reading(path, disk.readBytes(path)),
      list: (path) => listing(path, disk.list(path)),
      listing: (path) => listing(path, disk.listing(path)),
      ages: (path) => listing(path, disk.ages(path)),
      // What looks as it did then counts as looked at, and as settled: it was then.
      unlike: (lines, most) =>
        Effect.tap(disk.unlike(lines, most), (unlike) =>
          Effect.sync(() => {
            if (unlike.length === most) return
            const others = new Set(unlike)
            for (const line of lines) if (!others.has(line)) include(line)
          })),
      touch: disk.touch,
      // Folders that are there already are as they were.
      makeDirectory: disk.makeDirectory,
      write: (path, content, options) => writing(path, disk.write(path, content, options)),
      overwrite: (path, content) => writing(path, disk.overwrite(path, content)),
      writePieces: (path, pieces, options) => writing(path, disk.writePieces(path, pieces, options)),
      writeNew: (path, content) => writing(path, disk.writeNew(path, content)),
      copy: (from, to, mode) => writing(to, reading(from, disk.copy(from, to, mode))),
      append: (path, text) => writing(path, disk.append(path, text)),
      rename: (from, to, options) => writing(to, disk.rename(from, to, options)),
      remove: (path) => writing(path, disk.remove(path))
    }
  }
  /** What is asked now hangs on more than single paths. */
  const untellable = Effect.sync(() => {
    complete = false
  })
  return { recording, reading, listing, untellable }
}
