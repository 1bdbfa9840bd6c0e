// @effect-diagnostics nodeBuiltinImport:off -- depends on nothing but Node, and little of it: users wait for its start
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { connect as connectTo } from "node:net"
import { relay } from "./relay.ts"

/** How long to wait for a daemon that starts, ms. */
const patienceMillis = 5000
/** A daemon that is being started for longer has died on the way, ms. */
const startMillis = 2000
/** How long no daemon is started in a home where one could not serve (a file system without sockets), ms. */
const failureMillis = 10 * 60 * 1000

/**
 * Has the daemon do it, starting one if there is none, and ends this process with its exit status. Returns (a promise of
 * nothing) only where this process has to do it itself. For `daemon` commands it does no more than start one for `start`.
 */
export const launch = (dist: string, args: ReadonlyArray<string>): Promise<void> =>
  new Promise((inProcess) => {
    const { env } = process
    const home = env["FBUILD_HOME"] || `${env["HOME"] || "."}/.fbuild`
    const folder = `${home}/daemon`
    const path = `${folder}/socket`
    const onlyStart = args[0] === "daemon"
    // 104 bytes is what the smallest of the systems allows.
    if (!home.startsWith("/") || Buffer.byteLength(path) > 100) return inProcess()
    if ((onlyStart && args[1] !== "start") || args.includes("--no-daemon")) return inProcess()
    const cwd = currentFolder()
    if (cwd === undefined) return inProcess()
    const deadline = elapsed() + patienceMillis
    let starts = 0

    const connect = (refused: () => void) => {
      if (!isOwn(folder) || elapsed() > deadline) {
        if (claims) forget()
        return inProcess()
      }
      const socket = connectTo(path)
      socket.once("error", refused)
      socket.once("connect", () => {
        socket.removeAllListeners("error")
        if (claims) forget()
        if (onlyStart) {
          socket.destroy()
          return inProcess()
        }
        relay({ socket, folder, cwd, args, inProcess })
      })
    }
    const [starting, failed] = [`${folder}/starting`, `${folder}/failed`]
    /** Whether it is us who may start the daemon, and have not done so. */
    let claims = false
    const forget = () => quietly(() => rmSync(starting, { force: true }))
    const start = () => {
      // start.cjs says that this Node is too old; a daemon that is there can be asked all the same.
      if (!isNodeNewEnough || !opensEnough()) return inProcess()
      try {
        // It has come to nothing twice, or to another launcher.
        if (starts >= 2 || (!onlyStart && starts === 0 && isYounger(failed, failureMillis))) return inProcess()
        claims = claimed(folder, starting)
      } catch {
        // A home that cannot be written to.
        return inProcess()
      }
      if (!claims) return void setTimeout(connect, 10, start)
      // One that was being started may have come to serve since it was asked.
      connect(() => {
        claims = false
        starts++
        try {
          startDaemon(dist, home, (status) => {
            forget()
            if (status === 0) return
            starts = 2
            // One that was killed may do better the next time.
            if (status !== null) quietly(() => writeFileSync(failed, ""))
          })
        } catch {
          return inProcess()
        }
        setTimeout(connect, 10, start)
      })
    }
    connect(start)
  })

/** Open files that a daemon needs for fifty requests and their commands: some hundreds. */
const enoughFiles = 1024

/** Whether this process may raise its limit of open files as far as a daemon needs. Source: proc(5), `/proc/[pid]/limits`. */
const opensEnough = (): boolean => {
  try {
    const [, hard] = /^Max open files +\S+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? []
    return hard === undefined || Number(hard) >= enoughFiles
  } catch {
    return true
  }
}

/** `undefined` when it has been removed, or cannot be reached from the root. */
const currentFolder = (): string | undefined => {
  try {
    const cwd = process.cwd()
    return cwd.startsWith("/") ? cwd : undefined
  } catch {
    return undefined
  }
}

/** As start.cjs has it. */
const isNodeNewEnough = ((major = 0, minor = 0) => major > 22 || (major === 22 && minor >= 19))(
  ...process.versions.node.split(".").map(Number)
)

/** Whether no other user can have put anything into the folder. */
const isOwn = (folder: string): boolean => {
  try {
    const stat = lstatSync(folder, { throwIfNoEntry: false })
    return stat === undefined || (stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0)
  } catch {
    return false
  }
}

/** Whether it is us who start the daemon; it removes the file once it can be reached. */
const claimed = (folder: string, starting: string): boolean => {
  mkdirSync(parent(folder), { recursive: true })
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch {}
  try {
    closeSync(openSync(starting, "wx"))
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
    if (!isYounger(starting, startMillis)) rmSync(starting, { force: true })
    return false
  }
}

const quietly = (act: () => void): void => {
  try {
    act()
  } catch {
    // The home may have been removed.
  }
}

/** Whether a file is there and was written less than this time ago, ms; not one of the future: the clock has been set. */
const isYounger = (path: string, millis: number): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Math.abs(Date.now() - stat.mtimeMs) < millis
}

/** Of this process, ms. `performance` is in a module that nothing else here needs, and takes a millisecond to load. */
const elapsed = (): number => process.uptime() * 1000

const parent = (folder: string): string => folder.slice(0, folder.lastIndexOf("/"))

const startDaemon = (dist: string, home: string, ended: (status: number | null) => void): void => {
  const log = openSync(`${home}/daemon/log`, "a", 0o600)
  // Loaded here, because most calls find a daemon.
  const child = process.getBuiltinModule("node:child_process").spawn(
    process.execPath,
    // The sizes as in fbuild.sh, for the same reasons.
    [
      ...["--no-lazy-feedback-allocation", "--min-semi-space-size=16", "--max-semi-space-size=16"],
      ...[`${dist}/daemon.cjs`, home, process.env["FBUILD_DAEMON_IDLE"] ?? ""]
    ],
    // Every request brings its own folder and environment.
    { cwd: "/", env: {}, detached: true, stdio: ["ignore", log, log] }
  )
  closeSync(log)
  child.unref()
  child.once("error", () => ended(null)).once("exit", ended)
}
