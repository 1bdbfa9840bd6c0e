/**
 * The way from a command line to the daemon and back; PROTOCOL.md beside this file says what is sent. Depends on nothing
 * but Node, and on as little of it as it can: its start is what a user waits for.
 */
import * as Fs from "node:fs"
import * as Net from "node:net"
import { isatty } from "node:tty"

/** Put in by the bundler. */
declare const FBUILD_BUILD_ID: string

/** How long to wait for a daemon that starts or does not answer, ms. */
const patienceMillis = 5000
/** A daemon that is being started for longer has died on the way, ms. */
const startMillis = 2000

/**
 * Has the daemon do it, starting one if there is none, and ends this process with its exit status. Returns (a promise of
 * nothing) only where this process has to do it itself. For `daemon` commands it does no more than start one for `start`.
 */
export const launch = (dist: string, args: ReadonlyArray<string>): Promise<void> =>
  new Promise((inProcess) => {
    const { env } = process
    const home = env["FBUILD_HOME"] || `${env["HOME"] ?? ""}/.fbuild`
    const folder = `${home}/daemon`
    const path = `${folder}/socket`
    const onlyStart = args[0] === "daemon"
    // 104 bytes is what the smallest of the systems allows.
    if (!home.startsWith("/") || Buffer.byteLength(path) > 100) return inProcess()
    if (onlyStart && args[1] !== "start") return inProcess()
    const deadline = Date.now() + patienceMillis
    let starts = 0

    const connect = () => {
      if (!isOwn(folder) || Date.now() > deadline) return inProcess()
      const socket = Net.connect(path)
      socket.once("error", () => start())
      socket.once("connect", () => {
        socket.removeAllListeners("error")
        if (onlyStart) {
          socket.destroy()
          return inProcess()
        }
        relay(socket, folder, args, inProcess)
      })
    }
    const start = () => {
      try {
        const starting = `${folder}/starting`
        if (claimed(folder, starting)) {
          if (++starts > 2) return inProcess()
          startDaemon(dist, home, (status) => {
            Fs.rmSync(starting, { force: true })
            if (status !== 0) starts = 2
          })
        }
        setTimeout(connect, 10)
      } catch {
        // A home that cannot be written to.
        inProcess()
      }
    }
    connect()
  })

/** Whether no other user can have put anything into the folder. */
const isOwn = (folder: string): boolean => {
  const stat = Fs.lstatSync(folder, { throwIfNoEntry: false })
  return stat === undefined || (stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0)
}

/** Whether it is us who start the daemon; it removes the file once it can be reached. */
const claimed = (folder: string, starting: string): boolean => {
  Fs.mkdirSync(Path(folder), { recursive: true })
  try {
    Fs.mkdirSync(folder, { mode: 0o700 })
  } catch {}
  try {
    Fs.closeSync(Fs.openSync(starting, "wx"))
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
    const stat = Fs.statSync(starting, { throwIfNoEntry: false })
    if (stat !== undefined && Date.now() - stat.mtimeMs > startMillis) Fs.rmSync(starting, { force: true })
    return false
  }
}

const Path = (folder: string): string => folder.slice(0, folder.lastIndexOf("/"))

const startDaemon = (dist: string, home: string, ended: (status: number | null) => void): void => {
  const log = Fs.openSync(`${home}/daemon/log`, "a", 0o600)
  // Loaded here, because most calls find a daemon.
  const child = process.getBuiltinModule("node:child_process").spawn(
    process.execPath,
    [...process.execArgv, `${dist}/daemon.mjs`, home, process.env["FBUILD_DAEMON_IDLE"] ?? ""],
    // Every request brings its own folder and environment.
    { cwd: "/", env: { NODE_COMPILE_CACHE: `${dist}/.v8-cache` }, detached: true, stdio: ["ignore", log, log] }
  )
  Fs.closeSync(log)
  child.unref()
  child.once("error", () => ended(null)).once("exit", ended)
}

const relay = (socket: Net.Socket, folder: string, args: ReadonlyArray<string>, inProcess: () => void): void => {
  const send = (type: string, payload = "") => socket.write(frame(type, Buffer.from(payload)))
  let begun = false
  let signalled = false
  let blocked = 0
  let exitStatus = ""

  const fail = () => {
    socket.removeAllListeners().on("error", () => {}).destroy()
    clearTimeout(timer)
    if (!begun) return inProcess()
    process.stderr.write(`fbuild: the daemon has died; the end of its log may say why: ${folder}/log\n`)
    process.exit(70)
  }
  const timer = setTimeout(fail, patienceMillis)

  const begin = () => {
    begun = true
    clearTimeout(timer)
    for (const signal of ["INT", "TERM", "HUP"] as const) {
      process.on(`SIG${signal}`, () => {
        // From now on what cannot be written is not waited for.
        signalled = true
        socket.resume()
        send("S", signal)
      })
    }
    if (isatty(1)) process.stdout.on("resize", () => send("W", String(process.stdout.columns)))
  }
  const write = (stream: NodeJS.WriteStream, bytes: Uint8Array) => {
    if (stream.listenerCount("error") === 0) stream.on("error", () => {})
    if (stream.destroyed || stream.write(bytes) || signalled) return
    blocked++
    socket.pause()
    const go = () => {
      stream.off("drain", go).off("close", go)
      if (--blocked === 0) socket.resume()
    }
    stream.on("drain", go).on("close", go)
  }
  const exit = () => {
    const status = Number(exitStatus)
    const rest = [process.stdout, process.stderr].filter((stream) => !stream.destroyed && stream.writableLength > 0)
    if (rest.length === 0) process.exit(status)
    if (signalled) setTimeout(() => process.exit(status), 100)
    Promise.all(rest.map((stream) => new Promise((done) => stream.once("drain", done).once("close", done))))
      .then(() => process.exit(status))
  }
  const pull = () => {
    const { stdin } = process
    const chunk = stdin.read() as Buffer | null
    if (chunk !== null) socket.write(frame("I", chunk))
    else if (stdin.readableEnded) send("E")
    else stdin.once("readable", pull).once("end", () => send("E"))
  }

  let head = Buffer.alloc(0)
  let left = 0
  socket.on("data", (chunk: Buffer) => {
    for (let at = 0; at < chunk.length || (head.length === 5 && left === 0);) {
      if (head.length < 5) {
        const more = chunk.subarray(at, at + 5 - head.length)
        head = Buffer.concat([head, more])
        at += more.length
        if (head.length < 5) return
        left = head.readUInt32BE(0)
      }
      const bytes = chunk.subarray(at, at + left)
      at += bytes.length
      left -= bytes.length
      const type = String.fromCharCode(head[4]!)
      if (left === 0) head = Buffer.alloc(0)
      if (type === "B" && !begun) begin()
      else if (!begun) return fail()
      else if (type === "O") write(process.stdout, bytes)
      else if (type === "R") write(process.stderr, bytes)
      else if (type === "I") pull()
      else if (type === "X") {
        exitStatus += bytes.toString()
        if (left === 0) {
          socket.removeAllListeners().on("error", () => {})
          return exit()
        }
      } else return fail()
    }
  })
  socket.on("error", fail).on("close", fail)
  const terminals = [0, 1, 2].map((fd) => (isatty(fd) ? "1" : "0")).join("")
  const columns = isatty(1) ? process.stdout.columns : 0
  const variables = Object.entries(process.env).map(([name, value]) => `${name}=${value}`)
  const strings = [
    ...["fbuild-1", FBUILD_BUILD_ID, process.umask().toString(8), process.cwd(), String(columns), terminals],
    ...[String(args.length), ...args, String(variables.length), ...variables]
  ]
  send("H", `${strings.join("\0")}\0`)
}

const frame = (type: string, payload: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length, 0)
  head.write(type, 4, "latin1")
  return Buffer.concat([head, payload])
}
