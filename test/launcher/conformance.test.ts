import { afterAll, assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { encodeFrame, type Frame, FrameReader } from "../../src/daemon/frames.ts"
import { decodeRequest } from "../../src/daemon/Request.ts"
import { program } from "../support/project.ts"

const dist = Path.dirname(program)

/** Every launcher there is: that of C is missing where the machine that bundled had no compiler. */
const launchers: Record<string, ReadonlyArray<string>> = {
  "in Node": ["/bin/sh", Path.join(dist, Fs.existsSync(Path.join(dist, "fbuild.sh")) ? "fbuild.sh" : "fbuild")],
  ...(Fs.existsSync(Path.join(dist, "fbuild.sh")) ? { "in C": [program] } : {})
}

/** A home with a daemon of the test's own making. */
class FakeDaemon {
  readonly home = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-fake-"))
  readonly folder = Path.join(this.home, "daemon")
  private readonly server = Net.createServer((socket) => {
    const reader = new FrameReader()
    const frames: Array<Frame> = []
    let wake = () => {}
    socket.on("data", (chunk: Buffer) => {
      const more = reader.push(chunk) ?? []
      for (const { type } of more) if (type === "S") send("A")
      frames.push(...more)
      wake()
    })
    socket.on("error", () => {})
    const next = async (): Promise<Frame> => {
      while (frames.length === 0) await new Promise<void>((resolve) => wake = resolve)
      return frames.shift()!
    }
    const send = (type: string, payload: string | Uint8Array = "") => socket.write(encodeFrame(type, payload))
    void this.serve({ socket, next, send })
  })
  private readonly serve: (client: Client) => Promise<unknown>
  constructor(serve: (client: Client) => Promise<unknown>, mode = 0o700) {
    this.serve = serve
    Fs.mkdirSync(this.folder)
    Fs.chmodSync(this.folder, mode)
    this.server.listen(Path.join(this.folder, "socket"))
  }
  close() {
    this.server.close()
    Fs.rmSync(this.home, { recursive: true, force: true })
  }
}

interface Client {
  readonly socket: Net.Socket
  readonly next: () => Promise<Frame>
  readonly send: (type: string, payload?: string | Uint8Array) => boolean
}

for (const [name, [file, ...first]] of Object.entries(launchers)) {
  describe(`launcher ${name}`, () => {
    const daemons: Array<FakeDaemon> = []
    afterAll(() => daemons.forEach((daemon) => daemon.close()))

    /** Starts the launcher with a daemon that does what the test says. */
    const launch = (
      serve: (client: Client) => Promise<unknown>,
      { args = ["x"], cwd = "/", env = {}, mode, umask = "022" }: {
        readonly args?: ReadonlyArray<string>
        readonly cwd?: string
        readonly umask?: string
        /** Of the daemon's folder. */
        readonly mode?: number
        readonly env?: Readonly<Record<string, string>>
      } = {}
    ) => {
      const daemon = new FakeDaemon(serve, mode)
      daemons.push(daemon)
      const child = ChildProcess.spawn("/bin/sh", ["-c", `umask ${umask}; exec "$@"`, "sh", file!, ...first, ...args], {
        cwd,
        env: {
          PATH: "/usr/bin:/bin",
          FBUILD_NODE: process.execPath,
          FBUILD_HOME: daemon.home,
          ...env
        },
        stdio: "pipe"
      })
      child.stdin.on("error", () => {})
      const [stdout, stderr]: [Array<Buffer>, Array<Buffer>] = [[], []]
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
      const read = () => child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk)).resume()
      const ended = once(child, "close").then(([status]) => ({
        status,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString()
      }))
      return { child, daemon, read, ended }
    }
    const run = (...args: Parameters<typeof launch>) => {
      const launched = launch(...args)
      launched.read()
      return launched.ended
    }

    it("sends arguments, folder, place and environment as they are", async () => {
      const args = ["a b", "", "--x='$HOME'", "ü\n"]
      const folder = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild cwd ")))
      let payload: Uint8Array = Buffer.alloc(0)
      const before = process.hrtime.bigint()
      const { status } = await run(async ({ next, send }) => {
        payload = (await next()).payload
        send("B")
        send("X", "0")
      }, { args, cwd: folder, umask: "027", env: { EMPTY: "", EQUALS: "a=b", LONG: "x".repeat(100_000) } })
      Fs.rmSync(folder, { recursive: true })
      assert.strictEqual(status, 0)
      const request = decodeRequest(payload)
      assert.isDefined(request)
      const { buildId, cwd, place, started, terminals, variables } = request!
      assert.isTrue(before < started && started < process.hrtime.bigint(), `${before} < ${started}`)
      assert.deepStrictEqual(request!.args, args)
      assert.strictEqual(cwd, folder)
      const [umask, root, ofSelf, stat, limits, cgroup, personality, , ...namespaces] = place
      assert.strictEqual(umask, "27")
      assert.strictEqual(root, `${Fs.statSync("/").dev}:${Fs.statSync("/").ino}`)
      assert.match(ofSelf!, /^Name:.*\n(?:.*\n)*TracerPid:\t0\n(?:.*\n)*$/)
      assert.match(stat!, /^\d+ \(.*\) R /)
      for (const [index, name] of ["limits", "cgroup", "personality"].entries()) {
        // Node raises its limit of open files.
        const own = Fs.readFileSync(`/proc/self/${name}`, "utf8").replace(/^Max open files.*\n/m, "")
        assert.strictEqual([limits, cgroup, personality][index]!.replace(/^Max open files.*\n/m, ""), own)
      }
      assert.deepStrictEqual(
        namespaces,
        ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"].map((name) =>
          Fs.readlinkSync(`/proc/self/ns/${name}`)
        )
      )
      assert.match(buildId, /^[0-9a-f]{16}$/)
      assert.deepStrictEqual(terminals, { stdin: false, stdout: false, stderr: false })
      assert.strictEqual(variables["EMPTY"], "")
      assert.strictEqual(variables["EQUALS"], "a=b")
      assert.strictEqual(variables["LONG"], "x".repeat(100_000))
      assert.strictEqual(variables["PATH"], "/usr/bin:/bin")
    })

    it("relays both streams and the exit status, however the frames are cut", async () => {
      const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256))
      const { status, stderr, stdout } = await run(async ({ next, socket }) => {
        await next()
        socket.setNoDelay(true)
        const all = Buffer.concat([
          encodeFrame("B", ""),
          encodeFrame("O", bytes),
          encodeFrame("R", "error\n"),
          encodeFrame("O", ""),
          encodeFrame("O", bytes),
          encodeFrame("X", "123")
        ])
        for (let at = 0; at < all.length; at += 7) {
          socket.write(all.subarray(at, at + 7))
          if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
      })
      assert.strictEqual(status, 123)
      assert.strictEqual(stderr, "error\n")
      assert.isTrue(stdout.equals(Buffer.concat([bytes, bytes])))
    })

    it("relays 20 MB to a reader that is slow, and keeps none of it", async () => {
      const piece = Buffer.alloc(64 * 1024, "y")
      let sent = 0
      const { child, ended, read } = launch(async ({ next, send, socket }) => {
        await next()
        send("B")
        for (; sent < 320; sent++) if (!send("O", piece)) await once(socket, "drain")
        send("X", "5")
      })
      child.stdout.pause()
      while (sent === 0) await sleep(5)
      await sleep(200)
      assert.isBelow(sent, 60)
      read()
      const { status, stdout } = await ended
      assert.strictEqual(status, 5)
      assert.strictEqual(stdout.length, 320 * piece.length)
    })

    it("goes on when its reader has had enough", async () => {
      const { child, ended } = launch(async ({ next, send, socket }) => {
        await next()
        send("B")
        for (let sent = 0; sent < 100; sent++) if (!send("O", Buffer.alloc(64 * 1024))) await once(socket, "drain")
        send("X", "4")
      })
      child.stdout.destroy()
      assert.strictEqual((await ended).status, 4)
    })

    it("passes signals on and waits for the end", async () => {
      for (const signal of ["INT", "TERM", "HUP"] as const) {
        const seen: Array<string> = []
        const begun = Promise.withResolvers<void>()
        const { child, ended, read } = launch(async ({ next, send }) => {
          await next()
          send("B")
          send("O", "!")
          begun.resolve()
          for (let count = 0; count < 2; count++) {
            const { payload, type } = await next()
            seen.push(`${type}${payload}`)
            if (count === 0) send("O", "more")
          }
          send("X", "130")
        })
        read()
        await begun.promise
        await once(child.stdout, "data")
        child.kill(`SIG${signal}`)
        await once(child.stdout, "data")
        child.kill(`SIG${signal}`)
        const { status, stdout } = await ended
        assert.deepStrictEqual(seen, [`S${signal}`, `S${signal}`])
        assert.strictEqual(status, 130)
        assert.strictEqual(stdout.toString(), "!more")
      }
    })

    it("ends for a third signal, whatever the daemon does", async () => {
      for (const [signal, code] of [["INT", 130], ["TERM", 143], ["HUP", 129]] as const) {
        const second = Promise.withResolvers<void>()
        const { child, ended, read } = launch(async ({ next, send }) => {
          await next()
          send("B")
          send("O", "!")
          await next()
          send("O", "!")
          await next()
          second.resolve()
        })
        read()
        for (let count = 0; count < 2; count++) {
          await once(child.stdout, "data")
          child.kill(`SIG${signal}`)
        }
        await second.promise
        child.kill(`SIG${signal}`)
        const { status, stderr } = await ended
        assert.strictEqual(status, code)
        assert.match(stderr, /^fbuild: leaves the end of this to the daemon, whose log is .*\/daemon\/log\n$/)
      }
    })

    it("ends a daemon that goes round in circles, for a signal that it does not hear of", async () => {
      for (const [signal, code] of [["INT", 130], ["TERM", 143]] as const) {
        const home = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-deaf-"))
        const folder = Path.join(home, "daemon")
        Fs.mkdirSync(Path.join(folder, "claims"), { recursive: true, mode: 0o700 })
        const frames = [["B", ""], ["O", "!"]].map(([type, text]) => [...encodeFrame(type!, text!)])
        const daemon = ChildProcess.spawn(process.execPath, [
          "-e",
          `require("node:net").createServer((socket) => socket.once("data", () => {
            socket.write(Buffer.from(${JSON.stringify(frames.flat())}))
            setTimeout(() => { for (;;); }, 100)
          })).listen(${JSON.stringify(Path.join(folder, "socket"))}, () => console.log("listens"))`
        ], { stdio: ["ignore", "pipe", "ignore"] })
        const gone = once(daemon, "exit")
        await once(daemon.stdout, "data")
        Fs.writeFileSync(Path.join(folder, "claims", `${daemon.pid}-1`), "")
        const child = ChildProcess.spawn(file!, [...first, "x"], {
          env: { PATH: "/usr/bin:/bin", FBUILD_NODE: process.execPath, FBUILD_HOME: home },
          stdio: "pipe"
        })
        const stderr: Array<Buffer> = []
        child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
        await once(child.stdout, "data")
        // It has to have had the processor for a while, on whatever machine.
        await sleep(200)
        child.kill(`SIG${signal}`)
        const [status] = await once(child, "close")
        assert.strictEqual(status, code)
        assert.match(
          Buffer.concat(stderr).toString(),
          /^fbuild: the daemon did not hear of it, and was killed; its log is/
        )
        assert.strictEqual((await gone)[1], "SIGKILL")
        Fs.rmSync(home, { recursive: true })
      }
    })

    it("ends after a signal even if nobody reads what was written", async () => {
      const { child, ended } = launch(async ({ next, send }) => {
        await next()
        send("B")
        for (let sent = 0; sent < 10; sent++) send("O", Buffer.alloc(64 * 1024))
        await sleep(200)
        child.kill("SIGINT")
        await next()
        send("X", "130")
      })
      child.stdout.pause()
      const [status] = await once(child, "exit")
      assert.strictEqual(status, 130)
      child.stdout.resume()
      await ended
    })

    it("reads stdin only when it is asked to", async () => {
      const seen: Array<string> = []
      const { child, ended, read } = launch(async ({ next, send }) => {
        await next()
        send("B")
        send("O", "!")
        await sleep(50)
        for (let count = 0; count < 3; count++) {
          send("I")
          const { payload, type } = await next()
          seen.push(`${type}${payload}`)
          if (count === 0) child.stdin.write("two")
          if (count === 1) child.stdin.end()
        }
        send("X", "0")
      })
      read()
      child.stdin.write("one")
      assert.strictEqual((await ended).status, 0)
      assert.deepStrictEqual(seen, ["Ione", "Itwo", "E"])
    })

    it("tells the width of the terminal, and when it changes", async () => {
      const seen: Array<unknown> = []
      const daemon = new FakeDaemon(async ({ next, send }) => {
        const request = decodeRequest((await next()).payload)
        seen.push(request?.columns, request?.terminals)
        send("B")
        const { payload, type } = await next()
        seen.push(`${type}${payload}`)
        send("X", "6")
      })
      daemons.push(daemon)
      const command = `stty cols 91; '${[file, ...first, "x"].join("' '")}' & sleep 0.5; stty cols 60; wait $!`
      const child = ChildProcess.spawn("/usr/bin/script", ["-qec", command, "/dev/null"], {
        env: {
          PATH: "/usr/bin:/bin",
          SHELL: "/bin/sh",
          FBUILD_NODE: process.execPath,
          FBUILD_HOME: daemon.home
        },
        stdio: "ignore"
      })
      assert.deepStrictEqual(await once(child, "close"), [6, null])
      assert.deepStrictEqual(seen, [91, { stdin: false, stdout: true, stderr: true }, "W60"])
    })

    it("says so when the daemon dies in the middle", async () => {
      const { status, stderr, stdout } = await run(async ({ next, send, socket }) => {
        await next()
        send("B")
        send("O", "begun")
        setTimeout(() => socket.destroy(), 50)
      })
      assert.strictEqual(status, 70)
      assert.strictEqual(stdout.toString(), "begun")
      assert.match(stderr, /^fbuild: the daemon has died; .*\/daemon\/log\n$/)
    })

    const takeOver: Record<string, (client: Client) => Promise<unknown>> = {
      "refuses": async ({ next, send, socket }) => {
        await next()
        send("M")
        socket.end()
      },
      "closes at once": async ({ socket }) => socket.destroy(),
      "closes without an answer": async ({ next, socket }) => {
        await next()
        socket.end()
      },
      "answers something unknown": async ({ next, send }) => {
        await next()
        send("?", "what")
      },
      "speaks of ends before the beginning": async ({ next, send }) => {
        await next()
        send("X", "9")
      }
    }
    for (const [what, serve] of Object.entries(takeOver)) {
      it(`does it itself, unnoticed, when the daemon ${what}`, async () => {
        const { status, stderr, stdout } = await run(serve, { args: ["--version"] })
        assert.match(stdout.toString(), /^fbuild \d+\.\d+\.\d+\n$/)
        assert.strictEqual(stderr, "")
        assert.strictEqual(status, 0)
      })
    }

    it("asks no daemon with --no-daemon, with FBUILD_DAEMON=off, or without a home", async () => {
      let asked = 0
      const serve = async ({ socket }: Client) => {
        asked++
        socket.destroy()
      }
      await run(serve, { args: ["--no-daemon", "--version"] })
      await run(serve, { args: ["--version"], env: { FBUILD_DAEMON: "off" } })
      await run(serve, { args: ["--version"], env: { HOME: "", FBUILD_HOME: "" } })
      assert.strictEqual(asked, 0)
    })

    it("trusts no folder that others can write to", async () => {
      let asked = 0
      const { status } = await run(async ({ socket }) => {
        asked++
        socket.destroy()
      }, { args: ["--version"], mode: 0o770 })
      assert.strictEqual(status, 0)
      assert.strictEqual(asked, 0)
    })
  })
}

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

describe("the launcher in C", () => {
  it("stays so short that it can be read at once", () => {
    const text = Fs.readFileSync(Path.resolve(import.meta.dirname, "../../src/launcher/fbuild.c"), "utf8")
    assert.isAtMost(text.split("\n").length - 1, 250)
  })
})
