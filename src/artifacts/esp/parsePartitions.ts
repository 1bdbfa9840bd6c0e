import * as Result from "effect/Result"
import { roundUp } from "../bytes.ts"
import { checkPartitions } from "./checkPartitions.ts"
import { PartitionError, type PartitionProblem } from "./PartitionError.ts"
import {
  isPrimary,
  offsetUnit,
  partitionFlags,
  partitionTypes,
  type PlacedPartition,
  subtypes,
  tableSize
} from "./partitionTypes.ts"

export interface PartitionOptions {
  /** Where the table itself goes, bytes. */
  readonly tableOffset: number
  /** Where the boot loader is; only rows of type `bootloader` need it. */
  readonly bootLoaderOffset?: number
  /** The partitions have to end there. */
  readonly flashSize?: number
}

/**
 * Reads `partitions.csv`: `name, type, subtype, offset, size, flags` on each line, `#` for comment lines. Numbers are
 * decimal or `0x…`, with `K` or `M`; an empty offset is the next free place; a negative size means: up to that offset. Fails
 * at the first line that is wrong: unknown words, overlap, alignment, names of more than 15 bytes or used twice, more than
 * the flash has.
 *
 * Source: ESP-IDF Programming Guide, "Partition Tables"; compared with `gen_esp32part.py` 1.3 and 1.5 (which cut names off,
 * and look into environment variables, which this does not).
 */
export const parsePartitions = (
  path: string,
  text: string,
  options: PartitionOptions
): Result.Result<ReadonlyArray<PlacedPartition>, PartitionError> =>
  Result.gen(function*() {
    const partitions: Array<PlacedPartition> = []
    let free = options.tableOffset + tableSize
    let before = "the partition table"
    for (const [index, raw] of text.split(/\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/).entries()) {
      const content = raw.trim()
      if (content === "" || content.startsWith("#")) continue
      const line = index + 1
      const fail = (problem: PartitionProblem) => Result.fail(new PartitionError({ path, line, problem }))
      const row = yield* Result.mapError(parseRow(content, options), (problem) =>
        new PartitionError({ path, line, problem }))

      if (isPrimary(row)) {
        partitions.push({ ...row, offset: row.offset ?? 0, line })
        continue
      }
      if (row.offset !== undefined && row.offset < free) {
        return yield* fail({ _tag: "Overlap", start: row.offset, other: before, end: free })
      }
      const offset = row.offset ?? roundUp(free, offsetUnit(row.type))
      const size = row.size < 0 ? -row.size - offset : row.size
      if (size < 0 || offset + size > 0x100000000) {
        return yield* fail({ _tag: "OutOfRange", field: "size", value: size })
      }
      partitions.push({ ...row, offset, size, line })
      free = offset + size
      before = row.name
    }
    yield* checkPartitions(path, partitions, options)
    return partitions
  })

type Row = Omit<PlacedPartition, "line" | "offset"> & { readonly offset: number | undefined }

const parseRow = (line: string, options: PartitionOptions): Result.Result<Row, PartitionProblem> =>
  Result.gen(function*() {
    const [name = "", type = "", subtype = "", offset = "", size = "", flags = ""] = line.split(",").map((field) =>
      field.trim()
    )
    const nameSize = new TextEncoder().encode(name).length + 1
    if (nameSize > 16) return yield* Result.fail({ _tag: "NameTooLong", name, size: nameSize, limit: 16 } as const)
    if (type === "") return yield* missing("type")
    const typeCode = yield* byteOrWord("type", type, partitionTypes)
    if (subtype === "" && typeCode === partitionTypes.app) return yield* missing("subtype")
    const subtypeCode = subtype === "" ? 6 : yield* byteOrWord("subtype", subtype, subtypes.get(typeCode) ?? {})
    const row = { name, type: typeCode, subtype: subtypeCode, flags: yield* flagBits(flags) }

    if (typeCode === partitionTypes.bootloader) {
      const start = options.bootLoaderOffset
      if (start === undefined) return yield* Result.fail({ _tag: "NoBootLoaderOffset" } as const)
      return { ...row, offset: isPrimary(row) ? start : yield* place(offset), size: options.tableOffset - start }
    }
    if (typeCode === partitionTypes.partition_table) {
      return { ...row, offset: isPrimary(row) ? options.tableOffset : yield* place(offset), size: tableSize }
    }
    if (size === "") return yield* missing("size")
    return { ...row, offset: yield* place(offset), size: yield* number("size", size) }
  })

const missing = (field: string) => Result.fail({ _tag: "MissingField", field } as const)

const place = (text: string): Result.Result<number | undefined, PartitionProblem> => {
  if (text === "") return Result.succeed(undefined)
  return Result.flatMap(number("offset", text), (value) =>
    value >= 0 && value <= 0xffffffff
      ? Result.succeed(value)
      : Result.fail({ _tag: "OutOfRange", field: "offset", value } as const))
}

const byteOrWord = (
  field: string,
  text: string,
  known: Readonly<Record<string, number>>
): Result.Result<number, PartitionProblem> => {
  const word = text.toLowerCase()
  if (Object.hasOwn(known, word)) return Result.succeed(known[word]!)
  const value = parseNumber(text)
  if (value === undefined) {
    return Result.fail({ _tag: "UnknownWord", field, value: text, known: Object.keys(known) })
  }
  return value >= 0 && value <= 0xff ? Result.succeed(value) : Result.fail({ _tag: "OutOfRange", field, value })
}

const number = (field: string, text: string): Result.Result<number, PartitionProblem> => {
  const value = parseNumber(text)
  return value === undefined ? Result.fail({ _tag: "BadNumber", field, value: text }) : Result.succeed(value)
}

/** No flash has more, and sums of such numbers are exact. */
const maximum = 2 ** 48

/** A number as Python's `int(text, 0)` reads it, with any count of `k` and `m` behind it. */
const parseNumber = (text: string): number | undefined => {
  const [, sign, digits, units = ""] = /^([+-]?)(0x[\da-f]+|0o[0-7]+|0b[01]+|0+|[1-9]\d*)([km]*)$/i.exec(
    text.replaceAll(/(?<=[\da-f])_(?=[\da-f])/gi, "")
  ) ??
    []
  if (digits === undefined) return undefined
  const value = Array.from(units).reduce(
    (product, unit) => product * (unit.toLowerCase() === "k" ? 1024 : 1048576),
    +digits
  )
  return value <= maximum ? sign === "-" ? -value : value : undefined
}

const flagBits = (text: string): Result.Result<number, PartitionProblem> => {
  let bits = 0
  for (const flag of text.split(":")) {
    if (flag === "") continue
    if (!Object.hasOwn(partitionFlags, flag)) {
      return Result.fail({ _tag: "UnknownWord", field: "flag", value: flag, known: Object.keys(partitionFlags) })
    }
    bits |= partitionFlags[flag as keyof typeof partitionFlags]
  }
  return Result.succeed(bits)
}
