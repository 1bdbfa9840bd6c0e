import * as Result from "effect/Result"
import type { PartitionOptions } from "./parsePartitions.ts"
import { PartitionError, type PartitionProblem } from "./PartitionError.ts"
import {
  isPrimary,
  offsetUnit,
  partitionFlags,
  partitionTypes,
  type PlacedPartition,
  tableSize
} from "./partitionTypes.ts"

/** The rules for partitions that have their places. Source: ESP-IDF Programming Guide, "Partition Tables". */
export const checkPartitions = (
  path: string,
  partitions: ReadonlyArray<PlacedPartition>,
  { flashSize, tableOffset }: PartitionOptions
): Result.Result<void, PartitionError> => {
  const names = new Map<string, number>()
  const single = new Map<number, number>()
  for (const partition of partitions) {
    const problem = wrong(partition) ?? repeated(partition, names, single)
    if (problem !== undefined) return fail(path, partition.line, problem)
  }

  let end = 0
  let other = "the flash"
  for (const partition of partitions.toSorted((a, b) => a.offset - b.offset)) {
    const { line, name, offset, size } = partition
    if (offset < tableOffset + tableSize && !isPrimary(partition)) {
      return fail(path, line, {
        _tag: "Overlap",
        start: offset,
        other: "the partition table",
        end: tableOffset + tableSize
      })
    }
    if (offset < end) return fail(path, line, { _tag: "Overlap", start: offset, other, end })
    end = offset + size
    other = name
  }
  if (flashSize !== undefined && end > flashSize) return fail(path, undefined, { _tag: "BeyondFlash", end, flashSize })
  return partitions.length > maximumPartitions
    ? fail(path, undefined, { _tag: "TooMany", count: partitions.length, limit: maximumPartitions })
    : Result.void
}

/** The table has 3072 bytes: 96 entries of 32, one of them the checksum, and an end mark. */
const maximumPartitions = 94

const fail = (path: string, line: number | undefined, problem: PartitionProblem) =>
  Result.fail(new PartitionError({ path, ...(line === undefined ? {} : { line }), problem }))

const otaData = 0
const nvs = 2
const coreDump = 3
const teeOtaData = 0x90
const smallestNvs = 0x3000

const wrong = ({ flags, offset, size, subtype, type }: PlacedPartition): PartitionProblem | undefined => {
  const unit = offsetUnit(type)
  if (offset % unit !== 0) return { _tag: "Unaligned", field: "offset", value: offset, unit }
  if (type === partitionTypes.app && size % 0x1000 !== 0) {
    return { _tag: "Unaligned", field: "size", value: size, unit: 0x1000 }
  }
  if (type !== partitionTypes.data) return undefined
  const isReadOnly = (flags & partitionFlags.readonly) !== 0
  if (isReadOnly && (subtype === otaData || subtype === coreDump)) {
    return { _tag: "MustBeWritable", subtype: subtype === otaData ? "ota" : "coredump" }
  }
  if (!isReadOnly && subtype === nvs && size < smallestNvs) {
    return { _tag: "MustBeReadOnly", subtype: "nvs", size, smallest: smallestNvs }
  }
  return undefined
}

const repeated = (
  { line, name, size, subtype, type }: PlacedPartition,
  names: Map<string, number>,
  single: Map<number, number>
): PartitionProblem | undefined => {
  const firstLine = names.get(name)
  if (firstLine !== undefined) return { _tag: "DuplicateName", name, firstLine }
  names.set(name, line)
  if (type !== partitionTypes.data || (subtype !== otaData && subtype !== teeOtaData)) return undefined
  const subtypeName = subtype === otaData ? "ota" : "tee_ota"
  const first = single.get(subtype)
  if (first !== undefined) return { _tag: "Second", subtype: subtypeName, firstLine: first }
  single.set(subtype, line)
  return size === 0x2000 ? undefined : { _tag: "BadSize", subtype: subtypeName, size, expected: 0x2000 }
}
