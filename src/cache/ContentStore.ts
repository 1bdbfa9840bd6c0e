import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { sha256 } from "../disk/sha256.ts"
import type { Digest } from "../domain/Digest.ts"
import { dirName } from "../domain/paths.ts"
import { CacheUsage } from "./CacheUsage.ts"
import { blobPath, writeWhole } from "./layout.ts"

/** Contents larger than this are copied by the kernel, which can share blocks; smaller ones are read and written, bytes. */
const largeBytes = 1024 * 1024

/** A published blob is never written again. */
const readOnly = 0o444

/**
 * Contents of files by their digest. Blobs appear whole under their names, and every read verifies: a damaged blob is
 * removed, counted, and as if it had never been there. What is used is marked as used, for the removal of the longest unused.
 */
export class ContentStore extends Context.Service<ContentStore, {
  /** Keeps the content of a file (absolute path). `false` when the file does not have that digest, or no longer. */
  readonly put: (path: string, digest: Digest) => Effect.Effect<boolean, DiskError>
  readonly putText: (text: string) => Effect.Effect<Digest, DiskError>
  /**
   * Writes a content to a new file (absolute path, folder exists), in place of any that is there. `false`, and no file,
   * when the store does not have it or it cannot be written there.
   */
  readonly fetch: (digest: Digest, to: string) => Effect.Effect<boolean>
  readonly readText: (digest: Digest) => Effect.Effect<string | undefined>
}>()("fbuild/cache/ContentStore") {
  /** Made once for a build: its start is what "used" is measured against. */
  static readonly layer = ({ home }: { readonly home: string }): Layer.Layer<ContentStore, never, CacheUsage | Disk> =>
    Layer.effect(
      ContentStore,
      Effect.gen(function*() {
        const disk = yield* Disk
        const usage = yield* CacheUsage
        const started = yield* Clock.currentTimeMillis
        // Unlike a process id it tells apart processes of two containers that share a home.
        const own = yield* Random.nextInt
        let copies = 0

        const drop = Effect.fnUntraced(function*(digest: Digest) {
          yield* Effect.ignore(disk.remove(blobPath(home, digest)))
          yield* usage.count("damaged")
        })

        /** The verified content. */
        const read = Effect.fnUntraced(function*(digest: Digest) {
          const content = yield* disk.readBytes(blobPath(home, digest)).pipe(Effect.orElseSucceed(() => undefined))
          if (content !== undefined && sha256(content) === digest) return content
          yield* drop(digest)
          return undefined
        })

        const putLarge = Effect.fnUntraced(function*(path: string, digest: Digest) {
          const blob = blobPath(home, digest)
          const temporary = `${blob}.${own}-${copies++}~`
          yield* disk.makeDirectory(dirName(blob))
          return yield* Effect.gen(function*() {
            // The copy is what is hashed: the file may change at any time.
            if (!(yield* disk.copy(path, temporary, readOnly))) return false
            if ((yield* disk.digest(temporary)) !== digest) return false
            yield* disk.rename(temporary, blob)
            return true
          }).pipe(Effect.ensuring(Effect.ignore(disk.remove(temporary))))
        })

        const put = Effect.fnUntraced(function*(path: string, digest: Digest) {
          // A blob that is there may be damaged, and would stay so: only what is fetched is verified.
          const isThere = (yield* disk.touch(blobPath(home, digest), started)) !== undefined
          if (isThere && (yield* disk.digest(blobPath(home, digest))) === digest) return true
          const bytes = (yield* disk.signature(path))?.bytes
          if (bytes === undefined) return false
          if (bytes > largeBytes) return yield* putLarge(path, digest)
          const content = yield* disk.readBytes(path)
          if (content === undefined || sha256(content) !== digest) return false
          yield* writeWhole(disk, blobPath(home, digest), content, readOnly)
          return true
        })

        const putText = Effect.fnUntraced(function*(text: string) {
          const content = new TextEncoder().encode(text)
          const digest = sha256(content)
          const path = blobPath(home, digest)
          const isThere = (yield* disk.touch(path, started)) !== undefined && (yield* disk.digest(path)) === digest
          if (!isThere) yield* writeWhole(disk, path, content, readOnly)
          return digest
        })

        const fetchLarge = Effect.fnUntraced(function*(digest: Digest, to: string) {
          if (!(yield* disk.copy(blobPath(home, digest), to))) return false
          if ((yield* disk.digest(to)) === digest) return true
          yield* disk.remove(to)
          yield* drop(digest)
          return false
        })

        const fetch = Effect.fnUntraced(function*(digest: Digest, to: string) {
          const bytes = yield* disk.touch(blobPath(home, digest), started)
          if (bytes === undefined) return false
          if (bytes > largeBytes) return yield* fetchLarge(digest, to)
          const content = yield* read(digest)
          if (content === undefined) return false
          yield* disk.writeNew(to, content)
          return true
        }, Effect.orElseSucceed(() => false))

        const readText = Effect.fnUntraced(function*(digest: Digest) {
          if ((yield* disk.touch(blobPath(home, digest), started)) === undefined) return undefined
          const content = yield* read(digest)
          return content === undefined ? undefined : new TextDecoder("utf-8", { ignoreBOM: true }).decode(content)
        })

        return ContentStore.of({ put, putText, fetch, readText })
      })
    )
}
