// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–300
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Fs from "node:fs"

/**
 * Effect's file system with the calls that planning makes by the hundred done synchronously: reading small files, listing
 * folders, asking what a link leads to. Everything else is as it was.
 */
export const layer: Layer.Layer<FileSystem.FileSystem, never, FileSystem.FileSystem> = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => ({
    ...fs,
    readFile: (path) => attempt("readFile", path, () => new Uint8Array(Fs.readFileSync(path))),
    readFileString: (path, encoding) =>
      encoding === undefined || encoding === "utf-8"
        ? attempt("readFileString", path, () => Fs.readFileSync(path, "utf8").replace(/^\uFEFF/, ""))
        : fs.readFileString(path, encoding),
    readDirectoryEntries: (path) =>
      attempt(
        "readDirectoryEntries",
        path,
        () => Fs.readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, type: typeOf(entry) }))
      ),
    realPath: (path) => attempt("realPath", path, () => Fs.realpathSync.native(path))
  }))
)

const attempt = <A>(method: string, path: string, run: () => A): Effect.Effect<A, PlatformError.PlatformError> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      PlatformError.systemError({
        _tag: reasons[(cause as NodeJS.ErrnoException).code ?? ""] ?? "Unknown",
        module: "FileSystem",
        method,
        pathOrDescriptor: path,
        cause
      })
  })

const reasons: Readonly<Record<string, PlatformError.SystemErrorTag>> = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  ENOTDIR: "BadResource",
  EISDIR: "BadResource",
  ELOOP: "BadResource",
  EBUSY: "Busy"
}

const typeOf = (entry: Fs.Dirent): FileSystem.File.Type =>
  entry.isFile()
    ? "File"
    : entry.isDirectory()
    ? "Directory"
    : entry.isSymbolicLink()
    ? "SymbolicLink"
    : entry.isFIFO()
    ? "FIFO"
    : entry.isSocket()
    ? "Socket"
    : entry.isBlockDevice()
    ? "BlockDevice"
    : entry.isCharacterDevice()
    ? "CharacterDevice"
    : "Unknown"
