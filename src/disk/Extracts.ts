import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as PlatformError from "effect/PlatformError"

/** What was taken from the text of a file, of which nothing else counts. */
export interface Extract {
  readonly path: string
  /** Takes the same from another text. */
  readonly take: (text: string) => string
  readonly found: string
}

/** Reads files, and hears what of them counts: as long as that is the same, whatever was decided from it stands. */
export interface Extracts {
  readonly readText: (path: string) => Effect.Effect<string, PlatformError.PlatformError>
  /** About a file that has been read. */
  readonly note: (extract: Extract) => void
}

/** Nobody listens by default: a file that is read counts whole. */
export const Extracts = Context.Reference<Extracts | undefined>("fbuild/disk/Extracts", {
  defaultValue: () => undefined
})
