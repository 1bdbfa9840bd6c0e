import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { parseElf } from "../artifacts/elf/parseElf.ts"
import { ImageInvalid } from "./Emulator.ts"

/** Reads an ELF file and the segments of it that are loaded, with the lowest address among them: where the flash is. */
export const loadElf = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, path: string) {
  const bytes = yield* fs.readFile(path).pipe(
    Effect.mapError((cause) => new ImageInvalid({ path, reason: `cannot be read: ${cause.message}` }))
  )
  const elf = yield* Effect.fromResult(parseElf(path, bytes)).pipe(
    Effect.mapError(({ reason }) => new ImageInvalid({ path, reason }))
  )
  const loaded = elf.segments.filter(({ data, type }) => type === PT_LOAD && data.length > 0)
  const [first] = loaded.toSorted((one, other) => one.physicalAddress - other.physicalAddress)
  if (first === undefined) return yield* new ImageInvalid({ path, reason: "has nothing to load" })
  return { machine: elf.machine, loadAddress: first.physicalAddress, segments: loaded }
})

/** Source: System V ABI, "Program Header". */
const PT_LOAD = 1
