import { serviceName } from "./names.ts"
import { defaultSampler, type Sampler, samplerOf } from "./sampler.ts"

export type Signal = "traces" | "metrics" | "logs"

/** Where one signal goes, and how. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: "http/json" | "http/protobuf"
  readonly compression: "gzip" | "none"
  /** For one request, ms. */
  readonly timeoutMillis: number
}

/** What the variables of a request say about its telemetry. */
export interface Settings {
  readonly targets: Readonly<Partial<Record<Signal, Target>>>
  readonly sampler: Sampler
  readonly resource: Readonly<Record<string, string>>
  /** Spans that may wait; more are dropped. */
  readonly maxQueue: number
  readonly maxBatch: number
  /** Between two exports, ms: of spans and logs, and of metrics. */
  readonly intervalMillis: number
  readonly metricsMillis: number
  /** How long the end of a request may wait for an endpoint, ms. */
  readonly farewellMillis: number
  /** Values that mean nothing and were not used. */
  readonly problems: ReadonlyArray<string>
}

type Variables = Readonly<Record<string, string>>

/** Whether a request wants anything exported: a look at a few variables, so that it costs nothing where nobody does. */
export const wantsTelemetry = (variables: Variables): boolean =>
  variables["OTEL_SDK_DISABLED"]?.trim().toLowerCase() !== "true" &&
  ["", "_TRACES", "_METRICS", "_LOGS"].some((signal) => !!variables[`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`])

/**
 * Reads the variables of OpenTelemetry. Nothing is exported without an endpoint. An empty variable is one that is not set.
 * Source: OpenTelemetry Protocol Exporter and SDK environment variables, specification 1.50.
 */
export const readSettings = (variables: Variables): Settings => {
  const problems: Array<string> = []
  const read = (name: string) => variables[name]?.trim() || undefined
  const count = (name: string, otherwise: number) => {
    const text = read(name)
    if (text === undefined) return otherwise
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
    problems.push(`${name} is "${text}", not a number`)
    return otherwise
  }
  const target = (signal: Signal): Target | undefined => {
    const own = (name: string) => `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`
    const either = (name: string) => {
      const key = read(own(name)) === undefined ? `OTEL_EXPORTER_OTLP_${name}` : own(name)
      return { key, value: read(key) }
    }
    const exporter = read(`OTEL_${signal.toUpperCase()}_EXPORTER`)
    if (exporter !== undefined && !exporter.split(",").some((name) => name.trim() === "otlp")) return undefined
    const endpoint = either("ENDPOINT")
    if (endpoint.value === undefined) return undefined
    const url = URL.parse(endpoint.value)
    if (url === null || !/^https?:$/.test(url.protocol)) {
      problems.push(`${endpoint.key} is "${endpoint.value}", not an http or https address`)
      return undefined
    }
    // An endpoint for all signals is a base, one for a single signal is used as it is.
    if (endpoint.key !== own("ENDPOINT")) url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/${signal}`
    const protocol = either("PROTOCOL")
    const known = ["http/json", "http/protobuf"] as const
    const spoken = known.find((name) => name === (protocol.value ?? "http/protobuf"))
    if (spoken === undefined) {
      problems.push(`${protocol.key} is "${protocol.value}"; fbuild speaks ${known.join(" and ")}`)
      return undefined
    }
    return {
      url: url.href,
      headers: pairs(either("HEADERS").value),
      protocol: spoken,
      compression: either("COMPRESSION").value === "gzip" ? "gzip" : "none",
      timeoutMillis: count(either("TIMEOUT").key, 10_000)
    }
  }
  const samplerName = read("OTEL_TRACES_SAMPLER")
  const sampler = samplerName === undefined
    ? defaultSampler
    : samplerOf(samplerName, read("OTEL_TRACES_SAMPLER_ARG"))
  if (sampler === undefined) {
    problems.push(`OTEL_TRACES_SAMPLER "${samplerName}" with its argument is not known to fbuild`)
  }
  const resource = pairs(read("OTEL_RESOURCE_ATTRIBUTES"))
  const targets = (["traces", "metrics", "logs"] as const).flatMap((signal) => {
    const found = target(signal)
    return found === undefined ? [] : [[signal, found] as const]
  })
  return {
    targets: Object.fromEntries(targets),
    sampler: sampler ?? defaultSampler,
    resource: { ...resource, "service.name": read("OTEL_SERVICE_NAME") ?? resource["service.name"] ?? serviceName },
    maxQueue: count("OTEL_BSP_MAX_QUEUE_SIZE", 65_536),
    maxBatch: count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
    intervalMillis: count("OTEL_BSP_SCHEDULE_DELAY", 200),
    metricsMillis: count("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
    // With what encoding takes it must not come to 100, unless the user would rather wait.
    farewellMillis: count("OTEL_BSP_EXPORT_TIMEOUT", 70),
    problems
  }
}

/** `key=value,key=value`, values percent-encoded. Source: W3C Baggage, as both variables of that form follow it. */
const pairs = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(
    (text ?? "").split(",").flatMap((pair) => {
      const equals = pair.indexOf("=")
      return equals <= 0 ? [] : [[pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim())]]
    })
  )

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
