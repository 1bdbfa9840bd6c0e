import { assert, describe, it } from "@effect/vitest"
import { ratioOf, samplerOf } from "../../src/telemetry/sampler.ts"
import { readSettings, wantsTelemetry } from "../../src/telemetry/settings.ts"

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }

describe("variables of OpenTelemetry", () => {
  it("want nothing without an endpoint", () => {
    assert.isFalse(wantsTelemetry({}))
    assert.isFalse(wantsTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_SERVICE_NAME: "x" }))
    assert.isFalse(wantsTelemetry({ ...endpoint, OTEL_SDK_DISABLED: "TRUE" }))
    assert.isTrue(wantsTelemetry(endpoint))
    assert.isTrue(wantsTelemetry({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://x/here" }))
  })

  it("have defaults", () => {
    const { problems, resource, targets } = readSettings(endpoint)
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(resource, { "service.name": "fbuild" })
    assert.deepStrictEqual(targets.traces, {
      url: "http://collector:4318/v1/traces",
      headers: {},
      protocol: "http/protobuf",
      compression: "none",
      timeoutMillis: 10_000,
      files: {}
    })
    assert.strictEqual(targets.metrics?.url, "http://collector:4318/v1/metrics")
    assert.strictEqual(targets.logs?.url, "http://collector:4318/v1/logs")
  })

  it("of one signal win over those of all", () => {
    const { targets } = readSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://all/base/",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces/as/it/is",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "a=1",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "authorization=Bearer%20x=, b=2,=no,nothing",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "50",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "all.pem",
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "ca.pem",
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "me.pem",
      OTEL_EXPORTER_OTLP_CLIENT_KEY: "me.key",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_METRICS_EXPORTER: "none"
    })
    assert.deepStrictEqual(targets.traces, {
      url: "http://traces/as/it/is",
      headers: { authorization: "Bearer x=", b: "2" },
      protocol: "http/json",
      compression: "gzip",
      timeoutMillis: 50,
      files: { authority: "ca.pem", certificate: "me.pem", key: "me.key" }
    })
    assert.isUndefined(targets.metrics)
    assert.strictEqual(targets.logs?.url, "https://all/base/v1/logs")
    assert.deepStrictEqual(targets.logs?.headers, { a: "1" })
    assert.strictEqual(targets.logs?.files.authority, "all.pem")
  })

  it("name the service: OTEL_SERVICE_NAME first", () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: "service.name=a,deployment.environment.name=b%2Cc,team%20name=d" }
    assert.deepStrictEqual(readSettings({ ...endpoint, ...attributes }).resource, {
      "service.name": "a",
      "deployment.environment.name": "b,c",
      "team name": "d"
    })
    assert.strictEqual(
      readSettings({ ...endpoint, ...attributes, OTEL_SERVICE_NAME: "d" }).resource["service.name"],
      "d"
    )
    const broken = readSettings({ ...endpoint, OTEL_RESOURCE_ATTRIBUTES: "service.name=a,bad=%zz" })
    assert.deepStrictEqual(broken.resource, { "service.name": "fbuild" })
    assert.lengthOf(broken.problems, 1)
  })

  it("may be in capitals", () => {
    const { problems, sampler, targets } = readSettings({
      ...endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "HTTP/JSON",
      OTEL_EXPORTER_OTLP_COMPRESSION: "GZIP",
      OTEL_TRACES_EXPORTER: "OTLP",
      OTEL_LOGS_EXPORTER: "None",
      OTEL_TRACES_SAMPLER: "Always_Off"
    })
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual([targets.traces?.protocol, targets.traces?.compression], ["http/json", "gzip"])
    assert.isUndefined(targets.logs)
    assert.isFalse(sampler({ traceId: "0".repeat(32), parent: true }))
  })

  it("that ask for gRPC name a server, with or without a scheme", () => {
    const url = (endpoint: string, more: Readonly<Record<string, string>> = {}) =>
      readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", ...more }).targets
        .traces?.url
    const insecure = { OTEL_EXPORTER_OTLP_INSECURE: "TRUE" }
    assert.strictEqual(url("http://collector:4317"), "http://collector:4317/")
    assert.strictEqual(url("https://collector:4317/some/path", insecure), "https://collector:4317/")
    assert.strictEqual(url("collector:4317"), "https://collector:4317/")
    assert.strictEqual(url("127.0.0.1:4317", insecure), "http://127.0.0.1:4317/")
    assert.strictEqual(url("[::1]:4317", insecure), "http://[::1]:4317/")
    assert.strictEqual(url("collector:4317", { OTEL_EXPORTER_OTLP_TRACES_INSECURE: "true" }), "http://collector:4317/")
    assert.strictEqual(url("http://x", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://y:1/z" }), "http://y:1/")
    assert.isUndefined(url("unix:/run/collector"))
  })

  it("of an unknown protocol are answered once, with what there is", () => {
    const { problems, targets } = readSettings({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpcs" })
    assert.deepStrictEqual(targets, {})
    assert.lengthOf(problems, 1)
    assert.match(
      problems[0]!,
      /^OTEL_EXPORTER_OTLP_PROTOCOL is "grpcs".*set it to http\/protobuf or http\/json or grpc$/
    )
    const one = readSettings({ ...endpoint, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "udp" })
    assert.deepStrictEqual(Object.keys(one.targets), ["traces", "logs"])
    assert.match(one.problems.join("\n"), /^OTEL_EXPORTER_OTLP_METRICS_PROTOCOL [^\n]*$/)
  })

  it("of a sampler whose ratio means nothing leave it with its default", () => {
    const { problems, sampler } = readSettings({
      ...endpoint,
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "2"
    })
    assert.deepStrictEqual(problems, ["OTEL_TRACES_SAMPLER_ARG is \"2\", not a number from 0 to 1"])
    assert.isTrue(sampler({ traceId: "f".repeat(32), parent: false }))
  })

  it("of headers are percent-encoded, or not", () => {
    const { targets } = readSettings({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: "key=100%, b=%C3%A9%3D%2C" })
    assert.deepStrictEqual(targets.traces?.headers, { key: "100%", b: "é=," })
  })

  it("of headers that cannot be sent are told without what may be a secret", () => {
    const { problems, targets } = readSettings({
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "token=sec%0Aret,bad name=secret,money=%E2%82%AC,good=1"
    })
    assert.deepStrictEqual(targets.traces?.headers, { good: "1" })
    assert.lengthOf(problems, 3)
    assert.notMatch(problems.join("\n"), /sec|€/)
  })

  it("batches are smaller where they are encoded as a whole", () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" }
    const batchOf = (more: Readonly<Record<string, string>>) => readSettings({ ...endpoint, ...more }).maxBatch
    assert.strictEqual(batchOf({}), 2048)
    assert.strictEqual(batchOf({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }), 512)
    assert.strictEqual(batchOf({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "9" }), 9)
  })

  it("that mean nothing are told and not used", () => {
    const { maxBatch, problems, targets } = readSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://logs",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "udp",
      OTEL_PROPAGATORS: "tracecontext,pigeon",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "many",
      OTEL_TRACES_SAMPLER: "sometimes"
    })
    assert.deepStrictEqual(targets, {})
    assert.strictEqual(maxBatch, 2048)
    for (const name of ["OTLP_ENDPOINT", "LOGS_PROTOCOL", "pigeon", "MAX_EXPORT_BATCH_SIZE", "OTEL_TRACES_SAMPLER"]) {
      assert.isTrue(problems.some((problem) => problem.includes(name)), name)
    }
  })
})

describe("samplers", () => {
  const decide = (name: string, argument: string | undefined, traceId: string, parent?: boolean) =>
    samplerOf(name, ratioOf(argument)!)!({ traceId, parent })
  const low = `${"f".repeat(18)}${"0".repeat(14)}`
  const high = "f".repeat(32)

  it("decide as they are named", () => {
    assert.isTrue(decide("always_on", undefined, high, false))
    assert.isFalse(decide("always_off", undefined, low, true))
    assert.isTrue(decide("traceidratio", "0.5", low, false))
    assert.isFalse(decide("traceidratio", "0.5", high, true))
    assert.isTrue(decide("traceidratio", undefined, high))
    assert.isFalse(decide("traceidratio", "0", low))
    // Of such numbers no power of two makes integers.
    for (const ratio of ["0.01", "1e-9", "0.3333333333333333"]) assert.isTrue(decide("traceidratio", ratio, low))
  })

  it("based on the parent follow it", () => {
    assert.isFalse(decide("parentbased_always_on", undefined, low, false))
    assert.isTrue(decide("parentbased_always_off", undefined, low, true))
    assert.isFalse(decide("parentbased_traceidratio", "0.5", high))
  })

  it("are known by name", () => {
    for (const name of ["", "jaeger_remote", "parentbased_", "always"]) assert.isUndefined(samplerOf(name, 1))
    for (const argument of ["-1", "1.1", "x"]) assert.isUndefined(ratioOf(argument))
  })
})
