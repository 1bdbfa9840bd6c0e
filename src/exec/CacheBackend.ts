import type * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { ActionCache } from "../cache/ActionCache.ts"
import type { CacheUsage } from "../cache/CacheUsage.ts"
import type { ContentStore } from "../cache/ContentStore.ts"
import type { Disk } from "../disk/Disk.ts"
import { ownDirectory } from "../process/ownDirectory.ts"
import type { Subprocess } from "../process/Subprocess.ts"
import { CompileCache } from "./CompileCache.ts"
import { Compiler } from "./Compiler.ts"
import { embedded } from "./embeddedCache.ts"
import type { UpToDate } from "./UpToDate.ts"

/** Where objects that have been compiled before come from. All make the same objects, byte for byte. */
export type CacheBackend =
  /** fbuild's own cache, in this process, for every kind of action. */
  | { readonly _tag: "Embedded" }
  /** A wrapper in front of each compilation, by its absolute path, which gets `env` besides the action's variables. */
  | { readonly _tag: "Wrapped"; readonly program: string; readonly env: Readonly<Record<string, string>> }
  | { readonly _tag: "Off" }

type Stores = Context.Service.Identifier<typeof ActionCache | typeof CacheUsage | typeof ContentStore>

/** The project folder as far as it gets into what compilers write: not at all where they can be given another name for it. */
export const directoryInOutputs = (projectDir: string): string | undefined =>
  ownDirectory === undefined ? projectDir : undefined

/** The compiler and the cache of a build in `cwd`, a project folder. */
export const backendLayer = (
  backend: CacheBackend,
  { cwd }: { readonly cwd: string }
): Layer.Layer<CompileCache | Compiler, never, Disk | Stores | Subprocess | UpToDate> => {
  switch (backend._tag) {
    case "Embedded":
      return Layer.merge(embedded({ cwd, directory: directoryInOutputs(cwd) }), Compiler.layer)
    case "Wrapped":
      return Layer.merge(CompileCache.off, Compiler.wrapped(backend.program, backend.env))
    case "Off":
      return Layer.merge(CompileCache.off, Compiler.layer)
  }
}
