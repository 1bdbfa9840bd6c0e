import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Instrument } from "../../src/telemetry/names.ts"
import { acme, project, scriptedCompilers } from "../support/daemon.ts"
import { listening } from "../support/listening.ts"
import {
  blink,
  build,
  built,
  environment,
  fbuild,
  images,
  ini,
  program,
  readEvents,
  type Run,
  said,
  workspace,
  write
} from "../support/project.ts"
import { actionsOf, checkTrace, patient, processesOf, rotelForTests, startRotel } from "../support/rotel.ts"

describe("traces", () => {
  const space = workspace()
  const collector = rotelForTests()
  const exporting = (more: Readonly<Record<string, string>> = {}) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    ...patient,
    FBUILD_HOME: Path.join(space, "home"),
    FBUILD_COMPILE_CACHE: "embedded",
    ...more
  })

  const compilers = (name: string, script: string) => scriptedCompilers(Path.join(space, name), script)

  for (const protocol of ["http/json", "http/protobuf"]) {
    it(`of a cold build and of a cached one, over ${protocol}`, async () => {
      const name = protocol.replace("/", "-")
      const dir = write(Path.join(space, name), { "platformio.ini": ini("uno"), "src/main.cpp": blink })
      const variables = exporting({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_SERVICE_NAME: "my-builds",
        OTEL_RESOURCE_ATTRIBUTES: "team=firmware%20people,service.name=not-this",
        FBUILD_HOME: Path.join(space, `${name}-home`)
      })
      const graph = JSON.parse(
        (await fbuild(dir, ["graph", "--json"], { ...variables, OTEL_SDK_DISABLED: "true" })).stdout
      )
      const ids = graph.environments[0].actions.map(({ id }: { readonly id: string }) => id).toSorted()

      const cold = await built(dir, [], variables)
      const spans = await collector.trace(cold.finished.traceId)
      const root = checkTrace(spans)
      assert.strictEqual(root.name, "fbuild build")
      assert.strictEqual(root.attributes["cicd.pipeline.result"], "success")
      assert.strictEqual(root.resource["service.name"], "my-builds")
      assert.strictEqual(root.resource["team"], "firmware people")
      const actions = actionsOf(spans)
      assert.deepStrictEqual(actions.map(({ attributes }) => attributes["fbuild.action.id"]!).toSorted(), ids)
      for (const { attributes, name } of actions) {
        assert.strictEqual(name, attributes["fbuild.action.mnemonic"])
        assert.strictEqual(attributes["fbuild.action.outcome"], "Executed")
        assert.strictEqual(attributes["fbuild.action.reason"], "NeverBuilt")
        assert.strictEqual(attributes["fbuild.cache.answer"], "NoEntry")
      }
      const processes = processesOf(spans).filter(({ parent }) => actions.some(({ id }) => id === parent))
      assert.strictEqual(processes.length, cold.executed.length)
      for (const { attributes, name } of processes) {
        assert.match(name, /^avr-/)
        assert.strictEqual(attributes["process.executable.name"], name)
        assert.strictEqual(attributes["process.exit.code"], "0")
        assert.isAtLeast(Number(attributes["fbuild.process.cpu.user"]), 0)
        assert.isAbove(Number(attributes["fbuild.process.memory.peak"]), 1_000_000)
      }
      for (const part of ["decide", "fetch", "queue", "publish"]) {
        assert.strictEqual(spans.filter(({ name }) => name === part).length, ids.length, part)
      }
      for (const part of ["loadProject", "planEnvironment", "gatherSources", "Orchestrator.build"]) {
        assert.strictEqual(spans.filter(({ name }) => name === part).length, 1, part)
      }

      Fs.rmSync(Path.join(dir, ".fbuild/build"), { recursive: true })
      const cached = await built(dir, [], variables)
      const hits = actionsOf(await collector.trace(cached.finished.traceId))
      assert.deepStrictEqual(hits.map(({ attributes }) => attributes["fbuild.action.id"]!).toSorted(), ids)
      for (const { attributes } of hits) {
        assert.strictEqual(attributes["fbuild.action.outcome"], "Cached")
        assert.strictEqual(attributes["fbuild.cache.answer"], "Hit")
        assert.isAbove(Number(attributes["fbuild.cache.saved"]), 0)
      }

      const upToDate = await built(dir, [], variables)
      const stood = await collector.trace(upToDate.finished.traceId)
      checkTrace(stood)
      assert.deepStrictEqual(
        new Set(actionsOf(stood).map(({ attributes }) => attributes["fbuild.action.outcome"])),
        new Set(["UpToDate"])
      )
      const again = await built(dir, [], variables)
      const small = await collector.trace(again.finished.traceId)
      checkTrace(small)
      assert.isBelow(small.length, 8, "a build that stands does not plan")
    })
  }

  it("of a failed build", async () => {
    const dir = write(Path.join(space, "failed"), { ...project(), "src/main.cpp": "int x = ;\n" })
    const { finished, status } = await build(dir, [], exporting())
    assert.strictEqual(status, 1)
    const spans = await collector.trace(finished.traceId)
    const root = checkTrace(spans)
    assert.strictEqual(root.status, "STATUS_CODE_ERROR")
    assert.strictEqual(root.attributes["cicd.pipeline.result"], "failure")
    const failed = actionsOf(spans).filter(({ attributes }) => attributes["fbuild.action.outcome"] === "Failed")
    assert.deepStrictEqual(failed.map(({ attributes }) => attributes["fbuild.action.path"]), ["src/main.cpp"])
    assert.strictEqual(failed[0]!.status, "STATUS_CODE_ERROR")
    assert.match(failed[0]!.message, /compiling src\/main\.cpp failed/)
    assert.strictEqual(failed[0]!.attributes["error.type"], "CommandFailed")
    const [process] = processesOf(spans).filter(({ parent }) => parent === failed[0]!.id)
    assert.strictEqual(process!.attributes["process.exit.code"], "1")
    assert.strictEqual(process!.status, "STATUS_CODE_ERROR")
  })

  it.each(["off", "on"])("of a cancelled build, with the daemon %s", async (daemon) => {
    const started = Path.join(space, `slow-${daemon}.started`)
    const folder = compilers(
      `slow-${daemon}`,
      `case "$*" in *-c*) : > "${started}"; sleep 30;; *) exec /usr/bin/avr-g++ "$@";; esac`
    )
    const dir = write(Path.join(space, `cancelled-${daemon}`), project(folder))
    const home = { FBUILD_HOME: Path.join(space, `cancelled-${daemon}-home`), FBUILD_DAEMON: daemon }
    const child = ChildProcess.spawn(program, ["build", "--json"], {
      cwd: dir,
      env: environment(dir, exporting(home)),
      stdio: ["ignore", "pipe", "pipe"]
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
    const ended = new Promise<Run>((resolve) => child.on("close", (status) => resolve({ status, stdout, stderr })))
    while (!Fs.existsSync(started)) await sleep(5)
    child.kill("SIGINT")
    const { finished, status } = readEvents(await ended)
    assert.strictEqual(status, 130)
    const spans = await collector.trace(finished.traceId)
    const root = checkTrace(spans)
    assert.strictEqual(root.attributes["cicd.pipeline.result"], "cancellation")
    assert.deepStrictEqual([root.status, root.message], ["STATUS_CODE_ERROR", "cancelled"])
    const cancelled = actionsOf(spans).filter(({ attributes }) => attributes["fbuild.action.outcome"] === "Cancelled")
    assert.isNotEmpty(cancelled)
    for (const { message, status } of cancelled) {
      assert.deepStrictEqual([status, message], ["STATUS_CODE_ERROR", "cancelled"])
    }
    const [process] = processesOf(spans).filter(({ parent }) => cancelled.some(({ id }) => id === parent))
    assert.strictEqual(process!.message, "cancelled")
    await fbuild("/", ["daemon", "stop"], home)
  })

  it("go on in children and come from callers", async () => {
    const printed = Path.join(space, "printed")
    const folder = compilers(
      "prints",
      `printf '%s %s\\n' "$TRACEPARENT" "$TRACESTATE" >> "${printed}"; exec /usr/bin/avr-g++ "$@"`
    )
    const dir = write(Path.join(space, "border"), project(folder))
    const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" }
    const traced = { TRACEPARENT: `00-${caller.traceId}-${caller.span}-01`, TRACESTATE: "vendor=1" }
    const run = await built(dir, [], exporting(traced))
    assert.strictEqual(run.finished.traceId, caller.traceId)
    const spans = await collector.trace(caller.traceId, caller.span)
    const root = checkTrace(spans, caller.span)
    assert.strictEqual(root.name, "fbuild build")
    const lines = Fs.readFileSync(printed, "utf8").trimEnd().split("\n")
    const processes = new Map(processesOf(spans).map((span) => [span.id, span]))
    assert.isAbove(lines.length, 1)
    for (const line of lines) {
      const [, traceId, id] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01 vendor=1$/.exec(line) ?? assert.fail(line)
      assert.strictEqual(traceId, caller.traceId)
      assert.strictEqual(processes.get(id!)?.name, "avr-g++")
    }
    assert.strictEqual(new Set(lines).size, lines.length)

    // Without an endpoint nobody else would know our spans: the caller's goes on as it came.
    Fs.rmSync(printed)
    write(dir, { "src/main.cpp": "#include <Arduino.h>\nvoid setup() {}\nvoid loop() {}\n" })
    const silent = await built(dir, [], { ...exporting(traced), OTEL_EXPORTER_OTLP_ENDPOINT: "" })
    assert.strictEqual(silent.finished.traceId, caller.traceId)
    assert.match(Fs.readFileSync(printed, "utf8"), new RegExp(`^(?:${traced.TRACEPARENT} vendor=1\\n)+$`))
  })

  it("go on in hooks and in emulators", async () => {
    const printed = Path.join(space, "hooks.printed")
    const core = Path.join(space, "core")
    Fs.cpSync(acme, core, { recursive: true })
    const print = `echo "$2 $TRACEPARENT" >> "${printed}"\n`
    Fs.appendFileSync(Path.join(core, "avr/hooks/log.sh"), print)
    write(space, { "emulators/simavr": `#!/bin/sh\n${print}exec /usr/bin/simavr "$@"\n` })
    Fs.chmodSync(Path.join(space, "emulators/simavr"), 0o755)
    const dir = write(Path.join(space, "hooks"), project())
    write(dir, { "platformio.ini": project()["platformio.ini"].replace(acme, core) })
    const caller = { traceId: "5".repeat(32), span: "6".repeat(16) }
    await fbuild(
      dir,
      ["test-emu", "--emulator", "simavr", "--expect", "done", "--timeout", "5s"],
      exporting({ TRACEPARENT: `00-${caller.traceId}-${caller.span}-01`, PATH: `${space}/emulators:/usr/bin:/bin` })
    )
    const spans = await collector.trace(caller.traceId, caller.span)
    const root = checkTrace(spans, caller.span)
    assert.strictEqual(root.name, "fbuild test-emu")
    const processes = new Map(processesOf(spans).map((span) => [span.id, span]))
    const lines = Fs.readFileSync(printed, "utf8").trimEnd().split("\n")
    const programs = lines.map((line) => {
      const [, traceId, id] = / 00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(line) ?? assert.fail(line)
      assert.strictEqual(traceId, caller.traceId)
      return processes.get(id!)?.name
    })
    assert.deepStrictEqual(programs, [...Array.from({ length: 7 }, () => "sh"), "simavr"])
  })

  it("leave no trace in keys", async () => {
    const dir = write(Path.join(space, "keys"), { "platformio.ini": ini("uno"), "src/main.cpp": blink })
    const parent = (digit: number) => `00-${String(digit).repeat(32)}-${String(digit).repeat(16)}-01`
    const home = { FBUILD_HOME: Path.join(space, "keys-home") }
    const first = await built(dir, [], exporting({ ...home, TRACEPARENT: parent(1) }))
    assert.isAbove(first.executed.length, 0)
    const before = images(dir)
    assert.deepStrictEqual((await built(dir, [], exporting({ ...home, TRACEPARENT: parent(2) }))).executed, [])
    // Stands, although it has another parent and another endpoint.
    const stands = await built(dir, [], exporting({ ...home, TRACEPARENT: parent(3), OTEL_SERVICE_NAME: "other" }))
    assert.isBelow((await collector.trace(stands.finished.traceId, "3".repeat(16))).length, 8)
    Fs.rmSync(Path.join(dir, ".fbuild/build"), { recursive: true })
    const cached = await built(dir, [], exporting({ ...home, TRACEPARENT: parent(4) }))
    assert.deepStrictEqual(cached.executed, [])
    assert.deepStrictEqual(images(dir), before)
  })

  it("come with metrics and log records", async () => {
    const dir = write(Path.join(space, "signals"), { ...project(), "src/main.cpp": "int x = ;\n" })
    const { finished } = await build(dir, [], exporting({ OTEL_SERVICE_NAME: "all-signals" }))
    await collector.trace(finished.traceId)
    const arrived = (pattern: RegExp) => assert.match(collector.log(), pattern)
    for (const name of Object.values(Instrument)) arrived(new RegExp(`Name *: ${name.replaceAll(".", "\\.")}\n`))
    arrived(/fbuild\.action\.outcome: Str\(Failed\)/)
    arrived(new RegExp(`main\\.cpp:1:9[^]*?Trace ID *: ${finished.traceId}`))
    arrived(/Body: Str\(the build ended with status 1/)
  })

  it("are sent at longer and longer intervals while a build runs", async () => {
    let requests = 0
    const server = Http.createServer((request, response) => {
      if (request.url === "/v1/traces") requests++
      request.resume().on("end", () => response.end())
    })
    const endpoint = `http://127.0.0.1:${await listening(server)}`
    const sources = Array.from({ length: 150 }, (_, index) => [`src/f${index}.c`, `int f${index};\n`])
    const dir = write(Path.join(space, "turns"), { ...project(), ...Object.fromEntries(sources) })
    const exported = exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    for (const args of [[], ["--clean"], ["--clean"]]) {
      requests = 0
      assert.strictEqual((await built(dir, args, exported)).stderr, "")
    }
    server.close()
    assert.isAtLeast(requests, 1)
    assert.isBelow(requests, 20)
  })

  it("are sampled as asked", async () => {
    const dir = write(Path.join(space, "sampled"), project())
    const off = await built(dir, [], exporting({ OTEL_TRACES_SAMPLER: "always_off" }))
    const byCaller = await built(
      dir,
      ["--clean"],
      exporting({ TRACEPARENT: `00-${"7".repeat(32)}-${"7".repeat(16)}-00` })
    )
    const disabled = await built(dir, [], exporting({ OTEL_SDK_DISABLED: "true" }))
    const on = await built(
      dir,
      [],
      exporting({ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "1" })
    )
    await collector.trace(on.finished.traceId)
    const arrived = new Set(collector.spans().map(({ traceId }) => traceId))
    for (const { finished } of [off, byCaller, disabled]) assert.isFalse(arrived.has(finished.traceId))
    const unknown = await built(
      dir,
      [],
      exporting({ OTEL_TRACES_SAMPLER: "sometimes", OTEL_EXPORTER_OTLP_PROTOCOL: "grpcs" })
    )
    assert.match(unknown.stderr, /fbuild: OTEL_TRACES_SAMPLER "sometimes"/)
    assert.match(unknown.stderr, /fbuild: OTEL_EXPORTER_OTLP_PROTOCOL is "grpcs"/)
  })

  it("say where they are", async () => {
    const dir = write(Path.join(space, "says"), project())
    const url = { FBUILD_TRACE_URL: "http://jaeger/trace/{traceId}?x" }
    const { stdout } = await fbuild(dir, ["build"], exporting(url))
    assert.match(stdout, /\ntrace ([0-9a-f]{32}) {2}http:\/\/jaeger\/trace\/\1\?x\n$/)
    const without = await fbuild(dir, ["build"], { ...exporting(url), OTEL_EXPORTER_OTLP_ENDPOINT: "" })
    assert.notMatch(without.stdout, /trace/)
  })

  it("hold up no build when their endpoint is dead, mute, slow or refuses", async () => {
    const dir = write(Path.join(space, "dead"), project())
    const mute = Net.createServer(() => {}).listen(0, "127.0.0.1")
    const refuses = Net.createServer((socket) => {
      socket.on("error", () => {})
      socket.once("data", () => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
    }).listen(0, "127.0.0.1")
    const slow = Net.createServer((socket) => {
      socket.on("error", () => {})
      socket.once(
        "data",
        () => setTimeout(() => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 20_000).unref()
      )
    }).listen(0, "127.0.0.1")
    await sleep(50)
    const port = (server: Net.Server) => (server.address() as Net.AddressInfo).port
    const cases = {
      [`http://127.0.0.1:1`]: /connection refused/,
      [`http://127.0.0.1:${port(mute)}`]: /no answer in time/,
      [`http://127.0.0.1:${port(slow)}`]: /no answer in time/,
      [`http://127.0.0.1:${port(refuses)}`]: /HTTP status 403/,
      "http://nobody.invalid:4318": /ENOTFOUND|EAI_AGAIN|no answer in time/
    }
    await built(dir, [], { FBUILD_HOME: Path.join(space, "home"), FBUILD_COMPILE_CACHE: "embedded" })
    for (const [endpoint, reason] of Object.entries(cases)) {
      const { status, stderr, waited } = await timed(
        dir,
        exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_EXPORT_TIMEOUT: "" })
      )
      assert.strictEqual(status, 0, stderr)
      assert.match(stderr, /^fbuild: \d+ spans, \d+ log records, \d+ metrics did not reach [^\n]*\n$/)
      assert.match(stderr, reason, stderr)
      assert.isBelow(waited, 1000, "100 ms of ours, and the end of the process, on a machine that may be busy")
    }
    for (const server of [mute, slow, refuses]) server.close()
  })

  /** A build, and how long after its last line its process lived on, ms. */
  const timed = (dir: string, variables: Readonly<Record<string, string>>) =>
    new Promise<{ status: number | null; stderr: string; waited: number }>((resolve) => {
      const child = ChildProcess.spawn(program, ["build", "--clean", "--json"], {
        cwd: dir,
        env: environment(dir, variables),
        stdio: ["ignore", "pipe", "pipe"]
      })
      let [stderr, last] = ["", 0]
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("BuildFinished")) last = performance.now()
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text)
      child.on("exit", (status) => resolve({ status, stderr, waited: performance.now() - last }))
    })

  it("of two builds in one daemon go where each says", async () => {
    const home = Path.join(space, "daemon-home")
    const other = await startRotel()
    const dirs = ["one", "two"].map((name) => write(Path.join(space, name), project()))
    const asked = BigInt(Date.now()) * 1_000_000n
    try {
      const runs = await Promise.all(
        [collector, other].map(({ endpoint }, index) =>
          build(dirs[index]!, [], {
            ...exporting(),
            FBUILD_HOME: home,
            FBUILD_DAEMON: "on",
            OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
            OTEL_SERVICE_NAME: `service-${index}`
          })
        )
      )
      for (const run of runs) assert.strictEqual(run.status, 0, said(run))
      for (const [index, here] of [collector, other].entries()) {
        const { traceId } = runs[index]!.finished
        const spans = await here.trace(traceId)
        const root = checkTrace(spans)
        assert.strictEqual(root.resource["service.name"], `service-${index}`)
        // From when the launcher was started, who started the daemon as well; the daemon reads two clocks, one after the other.
        const [launch] = spans.filter(({ name }) => name === "launch")
        assert.deepStrictEqual([launch?.parent, launch?.start], [root.id, root.start])
        assert.isTrue(root.start > asked - 500_000_000n && launch!.end > launch!.start)
        for (const { name, start } of spans) {
          assert.isTrue(name === "launch" || name === root.name || start >= launch!.end)
        }
        const there = index === 0 ? other : collector
        assert.isFalse(there.spans().some((span) => span.traceId === traceId))
      }
      // The daemon is there: this launcher is that in C, where there is a C compiler.
      const again = await build(dirs[0]!, [], exporting({ FBUILD_HOME: home, FBUILD_DAEMON: "on" }))
      const spans = await collector.trace(again.finished.traceId)
      const root = checkTrace(spans)
      const [launch] = spans.filter(({ name }) => name === "launch")
      assert.deepStrictEqual([launch?.parent, launch?.start], [root.id, root.start])
    } finally {
      await fbuild("/", ["daemon", "stop"], { FBUILD_HOME: home, FBUILD_DAEMON: "on" })
      await other.stop()
    }
  })

  it("of requests that share an action lead to each other", async () => {
    const home = { FBUILD_HOME: Path.join(space, "sharing-home"), FBUILD_DAEMON: "on" }
    const [started, go] = [Path.join(space, "shared.started"), Path.join(space, "shared.go")]
    const folder = compilers(
      "waits",
      `case "$*" in *" src/main.cpp"*) : > "${started}"; until [ -e "${go}" ]; do sleep 0.05; done;; esac; exec /usr/bin/avr-g++ "$@"`
    )
    const dirs = ["first", "second"].map((name) => write(Path.join(space, name), project(folder)))
    try {
      const first = build(dirs[0]!, [], exporting(home))
      while (!Fs.existsSync(started)) await sleep(5)
      const second = ChildProcess.spawn(program, ["build", "--json"], {
        cwd: dirs[1]!,
        env: environment(dirs[1]!, exporting(home)),
        stdio: ["ignore", "pipe", "inherit"]
      })
      let said = ""
      second.stdout.setEncoding("utf8").on("data", (text) => said += text)
      const ended = new Promise<Run>((resolve) =>
        second.on("close", (status) => resolve({ status, stdout: said, stderr: "" }))
      )
      while (!said.includes("EnvironmentStarted")) await sleep(5)
      await sleep(1000)
      Fs.writeFileSync(go, "")
      const runs = [await first, readEvents(await ended)]
      const [one, other] = await Promise.all(runs.map(async ({ finished: { traceId } }) => {
        const spans = await collector.trace(traceId)
        checkTrace(spans)
        return actionsOf(spans).find(({ attributes }) => attributes["fbuild.action.path"] === "src/main.cpp")!
      }))
      assert.strictEqual(one!.attributes["fbuild.action.outcome"], "Executed")
      assert.strictEqual(other!.attributes["fbuild.action.outcome"], "Cached")
      assert.deepStrictEqual(one!.links, [{ traceId: other!.traceId, id: other!.id }])
      assert.deepStrictEqual(other!.links, [{ traceId: one!.traceId, id: one!.id }])
    } finally {
      await fbuild("/", ["daemon", "stop"], home)
    }
  })
})
