/** Types of partitions by name. Custom ones (0x40 to 0xfe) are numbers. */
export const partitionTypes = { app: 0, data: 1, bootloader: 2, partition_table: 3 } as const

const numbered = (prefix: string, first: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, first + index]))

/** Names of subtypes by type. */
export const subtypes: ReadonlyMap<number, Readonly<Record<string, number>>> = new Map([
  [partitionTypes.app, { factory: 0, test: 0x20, ...numbered("ota_", 0x10, 16), ...numbered("tee_", 0x30, 2) }],
  [partitionTypes.data, {
    ota: 0,
    phy: 1,
    nvs: 2,
    coredump: 3,
    nvs_keys: 4,
    efuse: 5,
    undefined: 6,
    esphttpd: 0x80,
    fat: 0x81,
    spiffs: 0x82,
    littlefs: 0x83,
    tee_ota: 0x90
  }],
  [partitionTypes.bootloader, { primary: 0, ota: 1, recovery: 2 }],
  [partitionTypes.partition_table, { primary: 0, ota: 1 }]
])

/** Of the flags column, by bit. */
export const partitionFlags = { encrypted: 1, readonly: 2 } as const

/** A row of a partition table. Offset and size in bytes. */
export interface Partition {
  readonly name: string
  readonly type: number
  readonly subtype: number
  readonly offset: number
  readonly size: number
  readonly flags: number
}

/** A row, and the line that it is from. */
export interface PlacedPartition extends Partition {
  readonly line: number
}

/** The first of its kind: where it is does not follow from the rows before it. */
export const isPrimary = ({ subtype, type }: Pick<Partition, "subtype" | "type">): boolean =>
  subtype === 0 && (type === partitionTypes.bootloader || type === partitionTypes.partition_table)

/** Bytes that the table takes in flash, whatever is in it. */
export const tableSize = 0x1000

/** What offsets are multiples of: pages of the MMU for code, else sectors of the flash. */
export const offsetUnit = (type: number): number => type === partitionTypes.app ? 0x10000 : 0x1000
