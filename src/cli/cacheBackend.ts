import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import type { CacheBackend } from "../exec/CacheBackend.ts"
import { findProgram, pathFolders } from "../toolchain/findTool.ts"
import { ToolMissing } from "../toolchain/Toolchain.ts"
import { UsageError } from "./UsageError.ts"

/**
 * What `FBUILD_COMPILE_CACHE` asks for: `embedded` (also when it is not set), `off`, or `wrapped:PROGRAM`, a compiler wrapper
 * that is looked for on the request's `PATH`.
 */
export const cacheBackend = Effect.fnUntraced(function*(variables: Readonly<Record<string, string>>) {
  const disk = yield* Disk
  const value = variables["FBUILD_COMPILE_CACHE"] || "embedded"
  if (value === "embedded") return { _tag: "Embedded" } satisfies CacheBackend
  if (value === "off") return { _tag: "Off" } satisfies CacheBackend
  const [, name] = /^wrapped:(.+)$/.exec(value) ?? []
  if (name === undefined) {
    return yield* new UsageError({
      reason: `FBUILD_COMPILE_CACHE is "${value}"`,
      hint: "expected embedded, off, or wrapped:PROGRAM such as wrapped:ccache"
    })
  }
  const program = name.startsWith("/") ? name : yield* findProgram(name, variables)
  if (program !== undefined && (yield* disk.signature(program)) !== undefined) {
    return { _tag: "Wrapped", program, env: addressedToIt(variables) } satisfies CacheBackend
  }
  return yield* new ToolMissing({ tool: name, searched: pathFolders(variables), debianPackages: [name] })
})

/**
 * The variables of a request that a wrapper is configured by, and those that lead to its folders. Source: ccache manual,
 * "Configuration"; sccache, docs/Configuration.md.
 */
const addressedToIt = (variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => /^(?:S?CCACHE_|XDG_|HOME$|PATH$)/.test(name)))
