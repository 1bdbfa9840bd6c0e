// @effect-diagnostics nodeBuiltinImport:off -- depends on nothing but Node, and little of it: users wait for its start
import type { Socket } from "node:net"
import { isatty } from "node:tty"
import { deafMillis, lookMillis, watchAnswer, watchDeaf } from "./hanging.ts"
import { place } from "./place.ts"

/** Put in by the bundler: a digest of all files of `dist/`. */
declare const FBUILD_BUILD_ID: string

const statuses = { INT: 130, TERM: 143, HUP: 129 } as const

/**
 * Sends the request and relays until its end, which is the end of this process. Calls `inProcess` instead when the daemon
 * does not take the request. PROTOCOL.md beside this file says what is sent.
 */
export const relay = ({ args, cwd, folder, inProcess, socket }: {
  readonly socket: Socket
  /** Absolute. */
  readonly cwd: string
  /** Of the daemon. */
  readonly folder: string
  readonly args: ReadonlyArray<string>
  readonly inProcess: () => void
}): void => {
  const send = (type: string, payload = "") => socket.write(frame(type, Buffer.from(payload)))
  let begun = false
  let signals = 0
  let blocked = 0
  let exitStatus = ""
  /** Those that have been written to: Node makes each when it is first asked for. */
  const used = new Set<NodeJS.WriteStream>()

  const fail = () => {
    socket.removeAllListeners().on("error", () => {}).destroy()
    clearInterval(timer)
    if (!begun) return inProcess()
    process.stderr.write(`fbuild: the daemon has died; the end of its log may say why: ${folder}/log\n`)
    process.exit(70)
  }
  /** Ends without an answer: the daemon may hang, or wait for something that cannot be killed. */
  const abandon = (signal: keyof typeof statuses) => {
    process.stderr.write(`fbuild: leaves the end of this to the daemon, whose log is ${folder}/log\n`)
    process.exit(statuses[signal])
  }
  let unheard = 0
  let listening: NodeJS.Timeout | undefined
  /** Ends a daemon that does not hear of a signal, with all that it runs. */
  const listen = (signal: keyof typeof statuses) => {
    unheard++
    clearInterval(listening)
    const deaf = watchDeaf(folder)
    listening = setInterval(() => {
      const pid = deaf()
      if (pid === undefined) return
      process.kill(pid, "SIGKILL")
      process.stderr.write(`fbuild: the daemon did not hear of it, and was killed; its log is ${folder}/log\n`)
      process.exit(statuses[signal])
    }, deafMillis)
  }
  const hangs = watchAnswer(folder)
  const timer = setInterval(() => hangs() && fail(), lookMillis)

  const begin = () => {
    begun = true
    clearInterval(timer)
    for (const signal of ["INT", "TERM", "HUP"] as const) {
      process.on(`SIG${signal}`, () => {
        // From now on what cannot be written is not waited for, and after a second one nothing is.
        if (++signals > 2) abandon(signal)
        socket.resume()
        send("S", signal)
        listen(signal)
      })
    }
    if (isatty(1)) process.stdout.on("resize", () => send("W", String(process.stdout.columns)))
  }
  const write = (stream: NodeJS.WriteStream, bytes: Uint8Array) => {
    if (!used.has(stream)) used.add(stream.on("error", () => {}))
    if (stream.destroyed || stream.write(bytes) || signals > 0) return
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
    const rest = [...used].filter((stream) => !stream.destroyed && stream.writableLength > 0)
    if (signals > 0) setTimeout(() => process.exit(status), 100)
    Promise.all(rest.map((stream) => new Promise((done) => stream.write("", done)))).then(() => process.exit(status))
  }
  let asked: boolean | undefined
  const pull = () => {
    const { stdin } = process
    if (asked !== true) return
    const chunk = stdin.read() as Buffer | null
    asked = chunk === null && !stdin.readableEnded
    if (chunk !== null) socket.write(frame("I", chunk))
    else if (!asked) send("E")
  }

  let head = Buffer.alloc(0)
  let left = 0
  socket.on("data", (chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
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
      else if (type === "A" && left === 0) {
        if (--unheard === 0) clearInterval(listening)
      } else if (type === "O") write(process.stdout, bytes)
      else if (type === "R") write(process.stderr, bytes)
      else if (type === "I") {
        if (asked === undefined) process.stdin.on("readable", pull).on("end", pull)
        asked = true
        pull()
      } else if (type === "X") {
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
  const facts = place()
  const started = process.hrtime.bigint() - BigInt(Math.round(process.uptime() * 1e9))
  const strings = [
    ...["fbuild-3", FBUILD_BUILD_ID, String(facts.length), ...facts, cwd, String(columns), terminals, String(started)],
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
