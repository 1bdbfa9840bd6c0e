import { dirName } from "../domain/paths.ts"

const root = "/sys/fs/cgroup"
/** Files that limit what the processes of a control group get, of version 2 and of version 1. Source: cgroups(7). */
const files = ["memory.max", "memory.high", "cpu.max", "memory.limit_in_bytes", "cpu.cfs_quota_us"]
/** What such a file says when it limits nothing: without a number, or the largest there is. */
const unlimited = /^(?:max\b.*|-1|9223372036854771712)$/

/**
 * What a control group, given by `/proc/[pid]/cgroup`, allows its processes, apart from what it shares with another one:
 * a text that is the same for groups that allow the same. The number of processes is left out: systemd limits it for
 * every session, to many thousands. `read` gives the text of a file, `undefined` where there is none.
 */
export const cgroupLimits = (read: (path: string) => string | undefined) => (cgroup: string, other: string): string => {
  const others = new Map(groupsOf(other))
  const found: Array<string> = []
  for (const [mount, path] of groupsOf(cgroup)) {
    const otherPath = others.get(mount)
    // Besides controllers of version 1, version 2 is mounted elsewhere and limits nothing.
    if (path === otherPath || (mount === root && read(`${root}/cgroup.controllers`) === undefined)) continue
    if (path !== "/" && read(`${mount}${path}/cgroup.procs`) === undefined) found.push(`unknown ${mount}${path}`)
    for (const folder of foldersOf(path, otherPath)) {
      for (const file of files) {
        const limit = read(`${mount}${folder}/${file}`)?.trim()
        if (limit !== undefined && !unlimited.test(limit)) found.push(`${file} ${limit}`)
      }
    }
  }
  return found.length === 0 ? "all" : found.toSorted().join(", ")
}

/** Where the groups are that can limit memory and processors, and the path of each below. */
const groupsOf = (cgroup: string): ReadonlyArray<readonly [mount: string, path: string]> =>
  cgroup.split("\n").flatMap((line): ReadonlyArray<readonly [mount: string, path: string]> => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) return []
    const [controller] = /^$|\b(?:memory|cpu)\b/.exec(controllers ?? "") ?? []
    return controller === undefined ? [] : [[controller === "" ? root : `${root}/${controller}`, path]]
  })

/** The folders from a path up, without those that are above the other one too. */
const foldersOf = (path: string, other: string = ""): ReadonlyArray<string> => {
  const folders: Array<string> = []
  for (let folder = path; folder !== "" && folder !== "/" && !`${other}/`.startsWith(`${folder}/`);) {
    folders.push(folder)
    folder = dirName(folder)
  }
  return folders
}
