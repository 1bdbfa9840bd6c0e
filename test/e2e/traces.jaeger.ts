// Run by `scripts/test --jaeger`: a build seen through the Collector of otel-collector.yaml in Jaeger's own API.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { blink, build, built, fbuild, ini, workspace, write } from "../support/project.ts"

const script = fileURLToPath(new URL("../../scripts/jaeger", import.meta.url))

interface JaegerSpan {
  readonly spanID: string
  readonly operationName: string
  readonly references: ReadonlyArray<{ readonly refType: string; readonly spanID: string }>
  /** µs. */
  readonly startTime: number
  readonly duration: number
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: unknown }>
}

describe("Jaeger", () => {
  const space = workspace()
  const ports = { http: 24318, grpc: 24317, jaeger: 26686, jaegerGrpc: 26685, otlp: 24319 }
  const file = Path.join(space, "telemetry.jsonl")
  const query = `http://127.0.0.1:${ports.jaeger}`
  let backends: ChildProcess.ChildProcess
  let said = ""

  beforeAll(async () => {
    backends = ChildProcess.spawn(script, [], {
      env: {
        ...process.env,
        OTLP_HTTP: `127.0.0.1:${ports.http}`,
        OTLP_GRPC: `127.0.0.1:${ports.grpc}`,
        OTLP_FILE: file,
        JAEGER_HTTP: `127.0.0.1:${ports.jaeger}`,
        JAEGER_GRPC: `127.0.0.1:${ports.jaegerGrpc}`,
        JAEGER_OTLP: `http://127.0.0.1:${ports.otlp}`,
        JAEGER_OTLP_HTTP: `127.0.0.1:${ports.otlp}`
      },
      stdio: ["ignore", "pipe", "pipe"]
    })
    backends.stderr!.setEncoding("utf8").on("data", (text) => said += text)
    await until(() => reachable(`${query}/api/services`))
    await until(() => reachable(`http://127.0.0.1:${ports.http}/`))
  }, 60_000)
  afterAll(() => {
    backends.kill("SIGTERM")
  })

  const until = async <A>(find: () => Promise<A | undefined>): Promise<A> => {
    const end = performance.now() + 30_000
    for (;;) {
      const found = await find()
      if (found !== undefined) return found
      assert.isBelow(performance.now(), end, said)
      await sleep(50)
    }
  }
  const reachable = (url: string) => fetch(url).then(() => true, () => undefined)

  /** The spans of a trace, as soon as its root is there. */
  const trace = (traceId: string) =>
    until(async () => {
      const response = await fetch(`${query}/api/traces/${traceId}`)
      if (!response.ok) return undefined
      const { data } = await response.json() as {
        readonly data: ReadonlyArray<{ readonly spans: ReadonlyArray<JaegerSpan> }>
      }
      const spans = data[0]?.spans ?? []
      return spans.some(({ references }) => references.length === 0) ? spans : undefined
    })
  const tag = ({ tags }: JaegerSpan, key: string) => tags.find((tag) => tag.key === key)?.value

  for (const protocol of ["http/protobuf", "http/json"]) {
    it(`shows every action of a cold build that was sent as ${protocol}`, async () => {
      const name = protocol.replace("/", "-")
      const dir = write(Path.join(space, name), { "platformio.ini": ini("uno"), "src/main.cpp": blink })
      const variables = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.http}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_SERVICE_NAME: name,
        FBUILD_HOME: Path.join(space, `${name}-home`),
        FBUILD_COMPILE_CACHE: "embedded"
      }
      const { finished } = await built(dir, [], variables)
      const spans = await trace(finished.traceId)
      const byId = new Map(spans.map((span) => [span.spanID, span]))
      const roots = spans.filter(({ references }) => references.length === 0)
      assert.deepStrictEqual(roots.map(({ operationName }) => operationName), ["fbuild build"])
      for (const span of spans) {
        const [reference] = span.references
        if (reference === undefined) continue
        const parent = byId.get(reference.spanID)!
        assert.isDefined(parent, `${span.operationName} has its parent`)
        // Jaeger rounds to µs.
        assert.isAtLeast(span.startTime, parent.startTime - 1)
        assert.isAtMost(span.startTime + span.duration, parent.startTime + parent.duration + 2)
      }
      const graph = JSON.parse((await fbuild(dir, ["graph", "--json"], { FBUILD_HOME: variables.FBUILD_HOME })).stdout)
      const ids = graph.environments[0].actions.map(({ id }: { readonly id: string }) => id).toSorted()
      const actions = spans.filter((span) => tag(span, "fbuild.action.id") !== undefined)
      assert.deepStrictEqual(actions.map((span) => tag(span, "fbuild.action.id")).toSorted(), ids)
      for (const action of actions) {
        assert.strictEqual(tag(action, "fbuild.action.reason"), "NeverBuilt")
        assert.strictEqual(tag(action, "fbuild.cache.answer"), "NoEntry")
      }
      const services = await (await fetch(`${query}/api/services`)).json() as { readonly data: ReadonlyArray<string> }
      assert.include(services.data, name)
      await until(async () => Fs.readFileSync(file, "utf8").includes(finished.traceId) || undefined)
    })
  }

  it("shows the error of a failed build", async () => {
    const dir = write(Path.join(space, "failed"), { "platformio.ini": ini("uno"), "src/main.cpp": "int x = ;\n" })
    const { finished } = await build(dir, [], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.http}` })
    const failed = (await trace(finished.traceId)).filter((span) => tag(span, "error") === true)
    assert.includeMembers(failed.map(({ operationName }) => operationName), ["fbuild build", "CxxCompile", "avr-g++"])
  })
})
