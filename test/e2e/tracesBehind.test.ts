import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Path from "node:path"
import { Home, project, scriptedCompilers, until } from "../support/daemon.ts"
import { listening } from "../support/listening.ts"
import { readEvents, workspace, write } from "../support/project.ts"
import { checkTrace, rotelForTests } from "../support/rotel.ts"
import { type SlowProxy, slowProxy } from "../support/slowProxy.ts"

/** Traces that the daemon sends on when their requests have ended. */
describe("traces of a daemon", () => {
  const space = workspace()
  const homes: Array<Home> = []
  const collector = rotelForTests()
  /** A collector as far away as another continent. */
  let remote: SlowProxy
  let remoteGrpc: SlowProxy
  beforeAll(async () => {
    remote = await slowProxy(collector.endpoint, 75)
    remoteGrpc = await slowProxy(collector.grpc, 75)
  })
  afterAll(async () => {
    for (const home of homes) await home.run("/", ["daemon", "stop"])
    remote.stop()
    remoteGrpc.stop()
  })
  const makeHome = (name: string) => {
    const home = new Home(Path.join(space, name))
    homes.push(home)
    return home
  }
  const to = (endpoint: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
  const log = (home: Home) => Fs.readFileSync(Path.join(home.path, "daemon/log"), "utf8")

  /** A build, and how long after its last line its launcher lived on, ms. */
  const build = async (home: Home, dir: string, variables: Readonly<Record<string, string>>) => {
    const { child, ended } = home.start(dir, ["build", "--clean", "--json"], variables)
    let last = 0
    child.stdout.on("data", (text: string) => {
      if (text.includes("BuildFinished")) last = performance.now()
    })
    child.once("exit", () => last = performance.now() - last)
    return { ...readEvents(await ended), waited: last }
  }

  for (const protocol of ["http/protobuf", "grpc"]) {
    it(`reach a collector that is far away, and nobody waits for them, nor is told of them: ${protocol}`, async () => {
      const home = makeHome(`remote-${protocol.slice(0, 4)}`)
      const dir = write(`${home.path}-project`, project())
      const { endpoint } = protocol === "grpc" ? remoteGrpc : remote
      for (const round of [1, 2, 3]) {
        const { finished, status, stderr, waited } = await build(home, dir, {
          ...to(endpoint),
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol
        })
        assert.strictEqual(status, 0)
        assert.strictEqual(stderr, "")
        if (round > 1) assert.isBelow(waited, 140, "not even one round trip, on a machine that may be busy")
        checkTrace(await collector.trace(finished.traceId))
      }
      assert.notMatch(log(home), /did not reach/)
    })
  }

  it("are still sent when the daemon is stopped", async () => {
    const home = makeHome("stopped")
    const dir = write(Path.join(space, "stopped-project"), project())
    // Known to answer, so that nothing is waited for.
    await build(home, dir, to(remote.endpoint))
    const { finished } = await build(home, dir, to(remote.endpoint))
    const stop = await home.run("/", ["daemon", "stop"])
    assert.strictEqual(stop.status, 0, stop.stderr)
    checkTrace(await collector.trace(finished.traceId))
  })

  it("of a cancelled build are sent just the same", async () => {
    const home = makeHome("cancelled")
    const started = Path.join(space, "cancelled.started")
    const folder = scriptedCompilers(
      Path.join(space, "slow"),
      `case "$*" in *-c*) : > "${started}"; sleep 30;; *) exec /usr/bin/avr-g++ "$@";; esac`
    )
    const dir = write(Path.join(space, "cancelled-project"), project(folder))
    const { child, ended } = home.start(dir, ["build", "--json"], {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${remote.endpoint}/v1/traces`
    })
    await until(() => Fs.existsSync(started), "the compiler runs")
    child.kill("SIGINT")
    const { finished, status, stderr } = readEvents(await ended)
    assert.strictEqual(status, 130)
    assert.strictEqual(stderr, "")
    const root = checkTrace(await collector.trace(finished.traceId))
    assert.strictEqual(root.attributes["cicd.pipeline.result"], "cancellation")
  })

  it("hold nobody up when their endpoint is dead, mute or refuses, which is told once", async () => {
    const home = makeHome("dead")
    const dir = write(Path.join(space, "dead-project"), project())
    const mute = Net.createServer(() => {})
    const refuses = Http.createServer((_, response) => response.writeHead(403).end())
    const busy = Http.createServer((_, response) => response.writeHead(503).end())
    const [atMute, atRefuses, atBusy] = await Promise.all([mute, refuses, busy].map(listening))
    const cases = [
      ["http://127.0.0.1:1", /^fbuild: \d+ spans, [^\n]* did not reach [^\n]*: connection refused\n$/],
      [`http://127.0.0.1:${atRefuses}`, /^fbuild: \d+ spans, [^\n]* did not reach [^\n]*: HTTP status 403\n$/],
      [
        `http://127.0.0.1:${atBusy}`,
        /^fbuild: [^\n]* have not reached [^\n]*: HTTP status 503; the daemon goes on trying\n$/
      ],
      // It may be slow, and nothing has failed yet.
      [`http://127.0.0.1:${atMute}`, /^$/],
      [
        `http://127.0.0.1:${atMute}`,
        /^fbuild: [^\n]* have not reached [^\n]*: no answer in time; the daemon goes on trying\n$/
      ]
    ] as const
    await home.run(dir, ["build"])
    for (const [index, [endpoint, told]] of cases.entries()) {
      const { status, stderr, waited } = await build(home, dir, { ...to(endpoint), OTEL_EXPORTER_OTLP_TIMEOUT: "1500" })
      assert.strictEqual(status, 0, stderr)
      assert.match(stderr, told)
      assert.isBelow(waited, 500, "100 ms of ours, on a machine that may be busy")
      // What is lost is told where the user is not any more.
      await until(
        () => (log(home).match(/: \d+ spans, [^\n]* did not reach /g) ?? []).length === index + 1,
        "it is lost"
      )
    }
    const started = performance.now()
    await build(home, dir, to(`http://127.0.0.1:${atMute}`))
    assert.strictEqual((await home.run("/", ["daemon", "stop"])).status, 0)
    assert.isBelow(performance.now() - started, 10_000, "the daemon stays for a moment only")
    for (const server of [mute, refuses, busy]) server.close()
  })

  it("of a build without a daemon are sent while it runs, even if it waits for nothing", async () => {
    const home = makeHome("alone")
    const sources = Array.from({ length: 150 }, (_, index) => [`src/f${index}.c`, `int f${index};\n`] as const)
    const dir = write(Path.join(space, "alone-project"), { ...project(), ...Object.fromEntries(sources) })
    const alone = { FBUILD_DAEMON: "off", FBUILD_COMPILE_CACHE: "" }
    assert.strictEqual((await home.run(dir, ["build"], alone)).status, 0)
    const order: Array<string> = []
    const receiver = Http.createServer((request, response) => {
      request.resume().once("end", () => response.end())
      order.push("received")
    })
    const endpoint = `http://127.0.0.1:${await listening(receiver)}`
    const { child, ended } = home.start(dir, ["build", "--clean", "--json"], { ...alone, ...to(endpoint) })
    let text = ""
    child.stdout.on("data", (piece: string) => {
      text += piece
      if (text.includes("BuildFinished") && !order.includes("finished")) order.push("finished")
    })
    const { finished, status, stderr } = readEvents(await ended)
    receiver.close()
    assert.strictEqual(status, 0)
    assert.strictEqual(stderr, "")
    assert.isAbove(finished.environments[0]?.actions.cacheHits ?? 0, 150)
    assert.strictEqual(order[0], "received")
  })

  it("go with the headers of their own requests", async () => {
    const home = makeHome("headers")
    const seen: Array<string | undefined> = []
    const server = Http.createServer((request, response) => {
      if (request.url === "/base/v1/traces") seen.push(request.headers.authorization)
      request.resume().on("end", () => response.writeHead(200).end())
    })
    const port = await listening(server)
    const dirs = ["a", "b"].map((name) => write(Path.join(space, `headers-${name}`), project()))
    await Promise.all(dirs.map((dir, index) =>
      build(home, dir, {
        ...to(`http://127.0.0.1:${port}/base/`),
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${index}`
      })
    ))
    await until(() => new Set(seen).size === 2, "both have arrived")
    assert.deepStrictEqual([...new Set(seen)].toSorted(), ["Bearer 0", "Bearer 1"])
    server.close()
  })

  it("leave no process and no connection behind", async () => {
    const home = makeHome("idle")
    const dir = write(Path.join(space, "idle-project"), project())
    for (let round = 0; round < 3; round++) await build(home, dir, to(collector.endpoint))
    const pid = await home.pid()
    const sockets = () =>
      Fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          const target = Fs.readlinkSync(`/proc/${pid}/fd/${fd}`)
          return target.startsWith("socket:") ? [target.slice(8, -1)] : []
        } catch {
          return []
        }
      })
    const connected = () => {
      const inodes = new Set(sockets())
      return Fs.readFileSync("/proc/net/tcp", "latin1").split("\n").filter((line) =>
        inodes.has(line.trim().split(/\s+/)[9] ?? "")
      )
    }
    await until(() => connected().length === 0, "connections are closed")
  })
})
