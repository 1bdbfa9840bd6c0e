// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FileSystem from "node:fs"
import { Digest } from "../domain/Digest.ts"
import { inTurns } from "../domain/inTurns.ts"
import { manySmall, pause, type Steps } from "../domain/steps.ts"
import { digestSteps } from "./digestSteps.ts"
import { Disk, DiskError, type FileAge, type Signature, type Stamp } from "./Disk.ts"
import { Listings, listOnce } from "./Listings.ts"
import { Looks } from "./Looks.ts"
import { makeFolder } from "./makeFolder.ts"
import { isOwnName } from "./ownNames.ts"
import { readSteps, writeSteps } from "./pieces.ts"
import { sha256 } from "./sha256.ts"
import { move, overwritten, writeWhole } from "./writeWhole.ts"

/** The `Disk` of Node. */
export const layer: Layer.Layer<Disk> = Layer.succeed(
  Disk,
  Disk.of({
    signature: (path) =>
      Effect.sync(() => {
        const stat = statOf(path)
        return stat && signatureOf(stat)
      }).pipe(Effect.catchDefect(() => Effect.succeed(undefined))),
    isFile: (path) => Effect.sync(() => isFile(path)),
    stamps: (paths) =>
      inTurns(function*() {
        const stamps: Array<Stamp> = []
        for (const path of paths) {
          if (stamps.push(stampOf(path)) % manySmall === 0) yield* pause
        }
        return stamps
      }),
    listing: (path) => Effect.map(Listings, (listings) => listingOf(path, listings)),
    unlike: (lines, most = lines.length) =>
      Effect.gen(function*() {
        const [looks, listings] = [yield* Looks, yield* Listings]
        return yield* inTurns(() => unlike(lines, most, looks, listings))
      }).pipe(Effect.catchDefect(() => Effect.succeed(lines))),
    digest: (path) => Effect.map(digested(path, []), (found) => found?.digest),
    digestMarking: (path, words) => digested(path, words),
    readBytes: (path) => orMissing(attempt("read", path, () => FileSystem.readFileSync(path))),
    readText: (path) => orMissing(attempt("read", path, () => FileSystem.readFileSync(path, "utf8"))),
    readPieces: (path, take) =>
      Effect.map(orMissing(attemptSteps("read", path, () => readSteps(path, take))), (read) => read !== undefined),
    write: (path, content, options) => attempt("write", path, () => writeWhole(path, content, options)),
    overwrite: (path, content) =>
      attempt("write", path, () => {
        if (!overwritten(path, content)) writeWhole(path, content)
      }),
    writePieces: (path, pieces, options) => attemptSteps("write", path, () => writeSteps(path, pieces, options)),
    writeNew: (path, content) =>
      attempt("write", path, () => {
        const file = openNew(path)
        orRemoved(path, () => {
          try {
            FileSystem.writeFileSync(file, content)
          } finally {
            FileSystem.closeSync(file)
          }
        })
      }),
    copy: (from, to, mode = 0o666) =>
      attempt("write", to, () => {
        if (FileSystem.statSync(from, { throwIfNoEntry: false })?.isFile() !== true) return undefined
        // `copyFile` gives the copy the mode of the original; only a file made by `open` knows the umask.
        const file = openNew(to)
        const created = FileSystem.fstatSync(file).mode & 0o777
        FileSystem.closeSync(file)
        return created & mode
      }).pipe(
        Effect.flatMap((mode) =>
          mode === undefined ? Effect.succeed(false) : Effect.as(copyContent(from, to, mode), true)
        ),
        // It cannot be ended half-way, and goes on with nobody to wait for it.
        Effect.uninterruptible
      ),
    append: (path, text) => attempt("write", path, () => FileSystem.appendFileSync(path, text)),
    touch: (path, beforeMillis) =>
      Effect.sync(() => {
        const stat = FileSystem.statSync(path, { throwIfNoEntry: false })
        if (stat === undefined || !stat.isFile()) return undefined
        if (stat.mtimeMs < beforeMillis) setToNow(path)
        return stat.size
      }).pipe(Effect.catchDefect(() => Effect.succeed(undefined))),
    rename: (from, to, { gap } = {}) => attempt("rename", to, () => move(from, to, gap)),
    makeDirectory: (path) => attempt("create", path, () => makeFolder(path)),
    remove: (path) => attempt("remove", path, () => removeAll(path)),
    list: (path) => Effect.sync(() => FileSystem.readdirSync(path)).pipe(Effect.catchDefect(() => Effect.succeed([]))),
    ages: (path) =>
      Effect.sync(() =>
        FileSystem.readdirSync(path).flatMap((name): ReadonlyArray<FileAge> => {
          const stat = FileSystem.lstatSync(`${path}/${name}`, { throwIfNoEntry: false })
          return stat?.isFile() === true ? [{ name, bytes: stat.size, modifiedMillis: stat.mtimeMs }] : []
        })
      ).pipe(Effect.catchDefect(() => Effect.succeed([])))
  })
)

function* unlike(
  lines: ReadonlyArray<string>,
  most: number,
  looks: Looks | undefined,
  listings: Listings | undefined
): Steps<ReadonlyArray<string>> {
  const found: Array<string> = []
  let looked = 0
  for (const line of lines) {
    looked += line.startsWith("d") ? filesInFolder : 1
    if (looked >= manySmall) {
      looked = 0
      yield* pause
    }
    const tab = line.indexOf("\t")
    const [path, seen] = [line.slice(tab + 1), line.slice(1, tab)]
    if (seen !== seenAs(line[0] ?? "", path, looks, listings)) {
      found.push(line)
      looks?.changed.add(path)
    }
    if (found.length === most) break
  }
  return found
}

/** To list a folder takes as long as to look at so many files. */
const filesInFolder = 32

/** How a path looks in a line that begins so: see `sightLine`. */
const seenAs = (kind: string, path: string, looks: Looks | undefined, listings: Listings | undefined): string => {
  const key = kind + path
  const known = looks?.seen.get(key)
  if (known !== undefined) return known
  const seen = kind === "d"
    ? listingOf(path, listings) ?? ""
    : kind === "k"
    ? isFile(path) ? "file" : ""
    : seenFile(path)
  if (looks?.isOpen === true) looks.seen.set(key, seen)
  return seen
}

const seenFile = (path: string): string => {
  const stat = statOf(path)
  return stat === undefined ? "" : signatureText(stat)
}

const isFile = (path: string): boolean => statOf(path)?.isDirectory() === false

/** What a name stands for; `undefined`: nothing. A link that leads to itself stands for itself: compilers do not pass by it. */
const statOf = (path: string): FileSystem.BigIntStats | undefined => {
  for (const stat of [FileSystem.statSync, FileSystem.lstatSync]) {
    try {
      return stat(path, { bigint: true, throwIfNoEntry: false })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ELOOP") return undefined
    }
  }
  return undefined
}

/** Opens a file that is not there yet, if need be by removing the one that is: a link to it keeps the old content. */
const openNew = (path: string): number => {
  try {
    return FileSystem.openSync(path, "wx")
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
    FileSystem.unlinkSync(path)
    return FileSystem.openSync(path, "wx")
  }
}

/** Not on this thread: what is copied may have some 10 MB. */
const copyContent = (from: string, to: string, mode: number) =>
  Effect.tryPromise({
    try: () =>
      FileSystem.promises.copyFile(from, to, FileSystem.constants.COPYFILE_FICLONE)
        .then(() => FileSystem.promises.chmod(to, mode)),
    catch: diskError("write", to)
  }).pipe(Effect.tapError(() => Effect.sync(() => FileSystem.rmSync(to, { force: true }))))

/** `rmSync` asks first what a file is, and takes three times as long as to unlink it. */
const removeAll = (path: string): void => {
  try {
    FileSystem.unlinkSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") FileSystem.rmSync(path, { recursive: true, force: true })
  }
}

const orRemoved = (path: string, run: () => void): void => {
  try {
    run()
  } catch (cause) {
    FileSystem.rmSync(path, { force: true })
    throw cause
  }
}

/** On a read-only disk, or for a file of another user, the time just stays. */
const setToNow = (path: string): void => {
  try {
    const now = new Date()
    FileSystem.utimesSync(path, now, now)
  } catch {}
}

const listingOf = (path: string, listings: Listings | undefined): Digest | undefined => {
  try {
    return listOnce(path, listings, () => {
      const names = FileSystem.readdirSync(path, { withFileTypes: true }).filter(({ name }) => !isOwnName(name))
      const kinds = names.map((entry) =>
        `${entry.isDirectory() ? "d" : entry.isFile() ? "f" : entry.isSymbolicLink() ? "l" : "o"}${entry.name}\0`
      )
      return sha256(kinds.sort().join(""))
    })
  } catch {
    return undefined
  }
}

const signatureOf = (stat: FileSystem.BigIntStats): Signature => ({
  text: signatureText(stat),
  isFolder: stat.isDirectory(),
  bytes: Number(stat.size),
  changedNanos: stat.isDirectory() ? 0n : stat.ctimeNs
})

const stampOf = (path: string): Stamp => {
  let named: FileSystem.BigIntStats | undefined
  try {
    named = FileSystem.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {}
  if (named === undefined) return { signature: undefined, namedNanos: 0n }
  const isLink = named.isSymbolicLink()
  const stat = isLink ? statOf(path) : named
  // What is put into a folder changes both of its times.
  const isTold = isLink || (named.isDirectory() && named.ctimeNs > named.mtimeNs)
  return { signature: stat && signatureOf(stat), namedNanos: isTold ? named.ctimeNs : 0n }
}

const signatureText = (stat: FileSystem.BigIntStats): string =>
  stat.isDirectory() ? `folder ${stat.ino}` : `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`

const diskError = (operation: DiskError["operation"], path: string) => (cause: unknown): DiskError =>
  new DiskError({ operation, path, code: (cause as NodeJS.ErrnoException).code ?? String(cause) })

const attempt = <A>(operation: DiskError["operation"], path: string, run: () => A): Effect.Effect<A, DiskError> =>
  Effect.try({ try: run, catch: diskError(operation, path) })

/** Nothing there that could be read: no file, a file in place of a folder, a link that leads to itself. */
const nothing: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"])

const orMissing = <A>(read: Effect.Effect<A, DiskError>): Effect.Effect<A | undefined, DiskError> =>
  Effect.catchTag(
    read,
    "DiskError",
    (error) => nothing.has(error.code) ? Effect.succeed(undefined) : Effect.fail(error)
  )

const attemptSteps = <A>(operation: DiskError["operation"], path: string, steps: () => Steps<A>) =>
  Effect.catchDefect(inTurns(steps), (cause) => Effect.fail(diskError(operation, path)(cause)))

const digested = (path: string, words: ReadonlyArray<string>) =>
  orMissing(attemptSteps("read", path, () => digestSteps(path, words)))
