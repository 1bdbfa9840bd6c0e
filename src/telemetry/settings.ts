import { serviceName } from "./names.ts"
import { defaultSampler, ratioOf, type Sampler, samplerOf } from "./sampler.ts"

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
 * Reads the variables of OpenTelemetry. Nothing is exported without an endpoint. An empty variable is one that is not set;
 * names that stand for something are the same in capitals.
 * Source: OpenTelemetry Protocol Exporter and SDK environment variables, specification 1.50.
 */
export const readSettings = (variables: Variables): Settings => {
  // A set: what is said for all signals is read for each of them.
  const problems = new Set<string>()
  const read = (name: string) => variables[name]?.trim() || undefined
  const count = (name: string, otherwise: number) => {
    const text = read(name)
    if (text === undefined) return otherwise
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
    problems.add(`${name} is "${text}", not a number`)
    return otherwise
  }
  const target = (signal: Signal): Target | undefined => {
    const own = (name: string) => `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`
    const either = (name: string) => {
      const key = read(own(name)) === undefined ? `OTEL_EXPORTER_OTLP_${name}` : own(name)
      return { key, value: read(key) }
    }
    const exporter = read(`OTEL_${signal.toUpperCase()}_EXPORTER`)
    if (exporter !== undefined && !exporter.split(",").some((name) => name.trim().toLowerCase() === "otlp")) {
      return undefined
    }
    const endpoint = either("ENDPOINT")
    if (endpoint.value === undefined) return undefined
    const url = URL.parse(endpoint.value)
    if (url === null || !/^https?:$/.test(url.protocol)) {
      problems.add(`${endpoint.key} is "${endpoint.value}", not an http or https address`)
      return undefined
    }
    // An endpoint for all signals is a base, one for a single signal is used as it is.
    if (endpoint.key !== own("ENDPOINT")) url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/${signal}`
    const protocol = either("PROTOCOL")
    const known = ["http/json", "http/protobuf"] as const
    const spoken = known.find((name) => name === (protocol.value ?? "http/protobuf").toLowerCase())
    if (spoken === undefined) {
      problems.add(
        `${protocol.key} is "${protocol.value}", which fbuild does not speak, so nothing is sent; set it to ${
          known.toReversed().join(" or ")
        }, with an endpoint that takes HTTP (port 4318 of most collectors; 4317 is gRPC's)`
      )
      return undefined
    }
    return {
      url: url.href,
      headers: pairs(either("HEADERS").value),
      protocol: spoken,
      compression: either("COMPRESSION").value?.toLowerCase() === "gzip" ? "gzip" : "none",
      timeoutMillis: count(either("TIMEOUT").key, 10_000)
    }
  }
  const samplerName = read("OTEL_TRACES_SAMPLER")
  const samplerArgument = read("OTEL_TRACES_SAMPLER_ARG")
  const ratio = ratioOf(samplerArgument)
  if (ratio === undefined) problems.add(`OTEL_TRACES_SAMPLER_ARG is "${samplerArgument}", not a number from 0 to 1`)
  const sampler = samplerName === undefined ? defaultSampler : samplerOf(samplerName.toLowerCase(), ratio ?? 1)
  if (sampler === undefined) problems.add(`OTEL_TRACES_SAMPLER "${samplerName}" is not known to fbuild`)
  const resource = attributes(read("OTEL_RESOURCE_ATTRIBUTES"))
  if (resource === undefined) problems.add("OTEL_RESOURCE_ATTRIBUTES is not percent-encoded, and none of it is used")
  const targets = (["traces", "metrics", "logs"] as const).flatMap((signal) => {
    const found = target(signal)
    return found === undefined ? [] : [[signal, found] as const]
  })
  return {
    targets: Object.fromEntries(targets),
    sampler: sampler ?? defaultSampler,
    resource: { ...resource, "service.name": read("OTEL_SERVICE_NAME") ?? resource?.["service.name"] ?? serviceName },
    maxQueue: count("OTEL_BSP_MAX_QUEUE_SIZE", 65_536),
    maxBatch: count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
    intervalMillis: count("OTEL_BSP_SCHEDULE_DELAY", 200),
    metricsMillis: count("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
    // With what encoding takes it must not come to 100, unless the user would rather wait.
    farewellMillis: count("OTEL_BSP_EXPORT_TIMEOUT", 70),
    problems: [...problems]
  }
}

/** `key=value,key=value` of headers, values percent-encoded, or as they are. Source: OTLP exporter, "Specifying headers". */
const pairs = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(split(text).map(([key, value]) => [key, decoded(value) ?? value]))

/** The same of the resource, keys also encoded; `undefined` when any is not. Source: Resource SDK, "Specifying resource information". */
const attributes = (text: string | undefined): Record<string, string> | undefined => {
  const found = split(text).map((pair) => pair.map(decoded))
  return found.flat().includes(undefined) ? undefined : Object.fromEntries(found)
}

const split = (text = ""): ReadonlyArray<readonly [key: string, value: string]> =>
  text.split(",").flatMap((pair) => {
    const equals = pair.indexOf("=")
    return equals <= 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]]
  })

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
