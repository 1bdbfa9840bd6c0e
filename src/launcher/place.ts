// @effect-diagnostics nodeBuiltinImport:off -- depends on nothing but Node, and little of it: users wait for its start
import { readFileSync, readlinkSync, statSync } from "node:fs"

/** What the system says of a process, below `/proc/self`: files, then links. The launcher in C has the same list. */
const files = ["status", "stat", "limits", "cgroup", "personality", "attr/current"]
const links = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]

/**
 * What belongs to this process and cannot be had for a request, for the daemon to compare with its own: see PROTOCOL.md.
 * Facts are taken as they are; one that cannot be had is empty.
 */
export const place = (): ReadonlyArray<string> => [
  process.umask().toString(8),
  said(() => {
    const { dev, ino } = statSync("/", { bigint: true })
    return `${dev}:${ino}`
  }),
  ...files.map((name) => said(() => readFileSync(`/proc/self/${name}`, "utf8"))),
  ...links.map((name) => said(() => readlinkSync(`/proc/self/ns/${name}`)))
]

/** Up to the first NUL. */
const said = (ask: () => string): string => {
  try {
    const [text = ""] = ask().split("\0", 1)
    return text
  } catch {
    return ""
  }
}
