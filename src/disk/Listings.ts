// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as Context from "effect/Context"
import * as FileSystem from "node:fs"
import type { Digest } from "../domain/Digest.ts"
import { makeMemory, type Memory } from "../domain/memory.ts"

/** What folders looked like that a process has listed, by path, for one that serves many requests. */
export type Listings = Memory<Listed>

interface Listed {
  readonly signature: string
  readonly listing: Digest
}

/** Nothing is remembered by default. */
export const Listings = Context.Reference<Listings | undefined>("fbuild/disk/Listings", {
  defaultValue: () => undefined
})

/** Of some 300 bytes each. */
const mostFolders = 10_000

export const makeListings = (): Listings => makeMemory(mostFolders)

/**
 * What `list` gives for a folder, or gave when the folder looked the same: what is put into one, taken away or given another name
 * changes its times. That is relied on where it is known, and if it had not changed for so long that its times tell. Source:
 * POSIX.1-2024, 4.12 "File Times Update". Throws what Node throws.
 */
export const listOnce = (path: string, listings: Listings | undefined, list: () => Digest): Digest => {
  if (listings === undefined) return list()
  // Before it is listed: what changes meanwhile has other times.
  const { ctimeNs, dev, ino, mtimeNs } = FileSystem.statSync(path, { bigint: true })
  const signature = `${dev} ${ino} ${mtimeNs} ${ctimeNs}`
  const known = listings.get(path)
  if (known?.signature === signature) return known.listing
  const listing = list()
  const isSettled = BigInt(Date.now()) * 1_000_000n - ctimeNs > settledNanos
  if (isSettled && tellsByTimes(path)) listings.set(path, { signature, listing })
  return listing
}

/** Many ticks of any clock that times of files are taken from, ns. */
const settledNanos = 2_000_000_000n

/** Source: statfs(2): ext4, xfs, btrfs, f2fs, zfs, tmpfs, overlayfs. Not those that ask another machine, or a program. */
const local = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630])

const tellsByTimes = (path: string): boolean => local.has(FileSystem.statfsSync(path).type)
