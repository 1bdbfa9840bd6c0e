// @effect-diagnostics nodeBuiltinImport:off -- asks for a link of /proc, which no Effect service models
import * as FileSystem from "node:fs"

const link = "/proc/self/cwd"

/**
 * A name that every process has for the folder it stands in, the same in all folders: as `PWD` it keeps the real one out of
 * debug information. GCC and binutils believe `PWD` when it leads to the folder that they are in. Linux only, else
 * `undefined`. Source: libiberty, `getpwd`; Bazel runs its compilers so.
 */
export const ownDirectory: string | undefined = FileSystem.existsSync(link) ? link : undefined
