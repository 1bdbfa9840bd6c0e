// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Crypto from "node:crypto"
import * as FileSystem from "node:fs"
import { Digest } from "../domain/Digest.ts"
import { Disk, DiskError, type Signature } from "./Disk.ts"

let written = 0

/** The `Disk` of Node. */
export const layer: Layer.Layer<Disk> = Layer.succeed(
  Disk,
  Disk.of({
    signature: (path) =>
      Effect.sync(() => {
        const stat = FileSystem.statSync(path, { bigint: true, throwIfNoEntry: false })
        if (stat === undefined) return undefined
        const text = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`
        return { text, bytes: Number(stat.size), changedNanos: stat.ctimeNs } satisfies Signature
      }).pipe(Effect.catchDefect(() => Effect.succeed(undefined))),
    digest: (path) =>
      unlessMissing(
        "read",
        path,
        () => Digest.make(Crypto.createHash("sha256").update(FileSystem.readFileSync(path)).digest("hex"))
      ),
    digestAsking: (path, word) =>
      unlessMissing("read", path, () => {
        const content = FileSystem.readFileSync(path)
        const digest = Digest.make(Crypto.createHash("sha256").update(content).digest("hex"))
        return { digest, asks: content.includes(word) }
      }),
    readBytes: (path) => unlessMissing("read", path, () => FileSystem.readFileSync(path)),
    readText: (path) => unlessMissing("read", path, () => FileSystem.readFileSync(path, "utf8")),
    write: (path, content) =>
      attempt("write", path, () => {
        const temporary = `${path}.${process.pid}-${written++}~`
        try {
          FileSystem.writeFileSync(temporary, content)
          FileSystem.renameSync(temporary, path)
        } catch (cause) {
          FileSystem.rmSync(temporary, { force: true })
          throw cause
        }
      }),
    rename: (from, to) => attempt("rename", to, () => FileSystem.renameSync(from, to)),
    makeDirectory: (path) => attempt("create", path, () => void FileSystem.mkdirSync(path, { recursive: true })),
    remove: (path) => attempt("remove", path, () => FileSystem.rmSync(path, { recursive: true, force: true })),
    list: (path) => Effect.sync(() => FileSystem.readdirSync(path)).pipe(Effect.catchDefect(() => Effect.succeed([])))
  })
)

const attempt = <A>(operation: DiskError["operation"], path: string, run: () => A): Effect.Effect<A, DiskError> =>
  Effect.try({
    try: run,
    catch: (cause) => new DiskError({ operation, path, code: (cause as NodeJS.ErrnoException).code ?? String(cause) })
  })

const unlessMissing = <A>(operation: DiskError["operation"], path: string, run: () => A) =>
  Effect.catchTag(
    attempt<A | undefined>(operation, path, run),
    "DiskError",
    (error) => error.code === "ENOENT" || error.code === "ENOTDIR" ? Effect.succeed(undefined) : Effect.fail(error)
  )
