import { afterAll, assert, beforeAll } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Net from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { findRotel, freePort } from "./rotelProgram.ts"

/** A span as the collector understood it. */
export interface Span {
  readonly traceId: string
  readonly id: string
  readonly parent: string
  readonly name: string
  readonly kind: string
  readonly start: bigint
  readonly end: bigint
  readonly status: string
  readonly message: string
  readonly attributes: Readonly<Record<string, string>>
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly id: string }>
  readonly resource: Readonly<Record<string, string>>
}

/** A collector that is listening. */
export interface Collector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  /** The same for gRPC. */
  readonly grpc: string
  /** The spans of a trace, once one of them is a root (or a child of `parent`, from elsewhere). */
  readonly trace: (traceId: string, parent?: string) => Promise<ReadonlyArray<Span>>
  /** All that has arrived. */
  readonly spans: () => ReadonlyArray<Span>
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** Of a collector that answers late because the machine is busy, no test is about. */
export const patient = { OTEL_BSP_EXPORT_TIMEOUT: "20000" }

/** One for all tests of a group; to be looked at when they run. */
export const rotelForTests = (): Collector => {
  const collector: Partial<Collector> = {}
  beforeAll(async () => {
    Object.assign(collector, await startRotel())
  }, 120_000)
  afterAll(() => collector.stop?.())
  return collector as Collector
}

export const startRotel = async (): Promise<Collector> => {
  const [http, grpc] = [await freePort(), await freePort()]
  const args = [
    "start",
    ...["--otlp-http-endpoint", `127.0.0.1:${http}`, "--otlp-grpc-endpoint", `127.0.0.1:${grpc}`],
    ...["--debug-log", "traces", "--debug-log", "metrics", "--debug-log", "logs", "--debug-log-verbosity", "detailed"],
    ...["--exporter", "blackhole"]
  ]
  const child = ChildProcess.spawn(findRotel(), args, { stdio: ["ignore", "pipe", "pipe"] })
  // One for each stream: what the other has said must not come between the halves of a line.
  const said = ["", ""]
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.setEncoding("utf8").on("data", (text: string) => said[index] += text)
  }
  const log = () => said.join("\n")
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const waitFor = async <A>(what: string, find: () => A | undefined): Promise<A> => {
    const deadline = performance.now() + 40_000
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      assert.isBelow(performance.now(), deadline, `${what}\n${log()}`)
      await sleep(20)
    }
  }
  await waitFor("rotel starts", () => log().includes("Starting Rotel") || undefined)
  await reachable(http)
  await reachable(grpc)
  const spans = () => said.flatMap(parseSpans)
  return {
    endpoint: `http://127.0.0.1:${http}`,
    grpc: `http://127.0.0.1:${grpc}`,
    spans,
    log,
    trace: (traceId, parent = "") =>
      waitFor(`trace ${traceId}`, () => {
        const found = spans().filter((span) => span.traceId === traceId)
        return found.some((span) => span.parent === parent) ? found : undefined
      }),
    stop: () => {
      child.kill("SIGKILL")
      return ended
    }
  }
}

/** Reads what rotel prints with `--debug-log-verbosity detailed`. */
const parseSpans = (log: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const batch of log.split(/^(?=Resource(?:Spans|Metrics|Logs) #\d+\n)/m)) {
    if (!batch.startsWith("ResourceSpans")) continue
    const [head = "", ...blocks] = batch.split(/^Span #\d+\n/m)
    const resource = attributesOf(head)
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^ *${name} *: ?(.*)$`, "m").exec(block)?.[1]?.trim() ?? ""
      // A block that has not been printed to its end yet.
      if (!/^ *Status message/m.test(block)) continue
      spans.push({
        traceId: field("Trace ID"),
        id: field("ID"),
        parent: field("Parent ID"),
        name: field("Name"),
        kind: field("Kind"),
        start: BigInt(field("Start time")),
        end: BigInt(field("End time")),
        status: field("Status code"),
        message: field("Status message"),
        attributes: attributesOf(block),
        links: [...block.matchAll(/^SpanLink #.*\n *-> Trace ID: (.*)\n *-> ID: (.*)$/gm)].map(
          ([, traceId = "", id = ""]) => ({ traceId, id })
        ),
        resource
      })
    }
  }
  return spans
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^ +-> ([\w.]+): \w+\(([^]*?)\)$(?=\n|$)/gm)].map(([, key, value]) => [key!, value!])
  )

const reachable = async (port: number): Promise<void> => {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = Net.connect(port, "127.0.0.1", () => {
        socket.destroy()
        resolve(true)
      })
      socket.on("error", () => resolve(false))
    })
    if (open) return
    await sleep(10)
  }
}

/** Everything that must be true of any trace that has been exported whole; gives its root. */
export const checkTrace = (spans: ReadonlyArray<Span>, foreignParent = ""): Span => {
  const byId = new Map(spans.map((span) => [span.id, span]))
  assert.strictEqual(byId.size, spans.length, "ids are unique")
  const roots = spans.filter((span) => span.parent === foreignParent)
  assert.strictEqual(roots.length, 1, "one root")
  for (const span of spans) {
    assert.match(span.id, /^[0-9a-f]{16}$/)
    assert.isTrue(span.end >= span.start, span.name)
    if (span === roots[0]) continue
    const parent = byId.get(span.parent)
    assert.isDefined(parent, `${span.name} has a parent in the trace`)
    assert.isTrue(span.start >= parent!.start && span.end <= parent!.end, `${span.name} within ${parent!.name}`)
  }
  return roots[0]!
}

export const actionsOf = (spans: ReadonlyArray<Span>) =>
  spans.filter(({ attributes }) => "fbuild.action.id" in attributes)

export const processesOf = (spans: ReadonlyArray<Span>) => spans.filter(({ kind }) => kind === "SPAN_KIND_CLIENT")
