// @effect-diagnostics nodeBuiltinImport:off -- the number of processors
import { availableParallelism } from "node:os"

/** How many commands run at once by default: one per processor that this process may use. */
export const processors = (): number => availableParallelism()
