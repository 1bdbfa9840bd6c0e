import * as Result from "effect/Result"
import { concatenate, filled, words } from "../bytes.ts"
import { md5 } from "../checksums.ts"
import { PartitionError, type PartitionProblem } from "./PartitionError.ts"
import { type Partition, partitionTypes, subtypes } from "./partitionTypes.ts"

/**
 * The table as it is in flash, 3072 bytes: an entry of 32 bytes for each, the MD5 of all entries, 0xff to the end.
 * Source: ESP-IDF Programming Guide, "Partition Tables"; ESP-IDF, `esp_flash_partitions.h`.
 */
export const writePartitionTable = (partitions: ReadonlyArray<Partition>): Uint8Array => {
  const entries = concatenate(partitions.flatMap(({ flags, name, offset, size, subtype, type }) => {
    const label = new Uint8Array(16)
    label.set(new TextEncoder().encode(name))
    return [Uint8Array.of(...entryMagic, type, subtype), words(offset, size), label, words(flags)]
  }))
  const table = concatenate([entries, Uint8Array.of(...checksumMagic), filled(14, 0xff), md5(entries)])
  return concatenate([table, filled(binarySize - table.length, 0xff)])
}

/** Reads a table back; more bytes may follow it. Fails for anything that is neither entry, checksum nor end mark. */
export const readPartitionTable = (
  path: string,
  bytes: Uint8Array
): Result.Result<ReadonlyArray<Partition>, PartitionError> => {
  const fail = (problem: PartitionProblem) => Result.fail(new PartitionError({ path, problem }))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const partitions: Array<Partition> = []
  for (let at = 0; at + entrySize <= Math.min(bytes.length, binarySize); at += entrySize) {
    const entry = bytes.subarray(at, at + entrySize)
    if (entry.every((byte) => byte === 0xff)) return Result.succeed(partitions)
    if (checksumMagic.every((byte, index) => entry[index] === byte)) {
      const sum = md5(bytes.subarray(0, at))
      if (sum.some((byte, index) => entry[16 + index] !== byte)) return fail({ _tag: "BadChecksum" })
      continue
    }
    if (entryMagic.some((byte, index) => entry[index] !== byte)) {
      return fail({ _tag: "BadEntry", index: partitions.length })
    }
    const label = entry.subarray(12, 28)
    const nameEnd = label.indexOf(0)
    partitions.push({
      name: new TextDecoder().decode(nameEnd < 0 ? label : label.subarray(0, nameEnd)),
      type: entry[2]!,
      subtype: entry[3]!,
      offset: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      flags: view.getUint32(at + 28, true)
    })
  }
  return fail({ _tag: "NoEnd" })
}

/**
 * The partition that gets the application: `ota_0`, which `boot_app0.bin` makes the boot loader start; without it `factory`, or the first
 * there is; the named one, if a name is given. Source: ESP-IDF Programming Guide, "Partition Tables", "Subtype".
 */
export const applicationPartition = <Row extends Partition>(
  rows: ReadonlyArray<Row>,
  name?: string
): Row | undefined => {
  const applications = rows.filter(({ type }) => type === partitionTypes.app)
  if (name !== undefined) return applications.find((row) => row.name === name)
  return applications.find(({ subtype }) => subtype === subtypes.get(partitionTypes.app)?.["ota_0"]) ??
    applications.toSorted((a, b) => a.subtype - b.subtype)[0]
}

/** Where the choice between applications is kept. */
export const otaDataPartition = (rows: ReadonlyArray<Partition>): Partition | undefined =>
  rows.find(({ subtype, type }) => type === partitionTypes.data && subtype === subtypes.get(type)?.["ota"])

const entrySize = 32
const entryMagic = [0xaa, 0x50]
const checksumMagic = [0xeb, 0xeb]
/** Bytes that are written; the rest of the sector is for a signature. */
const binarySize = 0xc00
