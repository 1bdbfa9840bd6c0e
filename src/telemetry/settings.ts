import { serviceName } from "./names.ts"
import { propagation } from "./propagation.ts"
import { defaultSampler, ratioOf, type Sampler, samplerOf } from "./sampler.ts"
import { decoded, type Reader, readTarget, type Signal, splitPairs, type Target } from "./target.ts"

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
  ["", "_TRACES", "_METRICS", "_LOGS"].some((signal) => !!variables[`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`]?.trim())

/**
 * Reads the variables of OpenTelemetry. Nothing is exported without an endpoint. An empty variable is one that is not set;
 * names that stand for something are the same in capitals.
 * Source: OpenTelemetry Protocol Exporter and SDK environment variables, specification 1.50.
 */
export const readSettings = (variables: Variables): Settings => {
  // A set: what is said for all signals is read for each of them.
  const problems = new Set<string>()
  const problem = (text: string) => void problems.add(text)
  const read = (name: string) => variables[name]?.trim() || undefined
  const count: Reader["count"] = (name, otherwise) => {
    const text = read(name)
    if (text === undefined) return otherwise
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
    problem(`${name} is "${text}", not a number`)
    return otherwise
  }
  const samplerName = read("OTEL_TRACES_SAMPLER")
  const samplerArgument = read("OTEL_TRACES_SAMPLER_ARG")
  const ratio = ratioOf(samplerArgument)
  if (ratio === undefined) problem(`OTEL_TRACES_SAMPLER_ARG is "${samplerArgument}", not a number from 0 to 1`)
  const sampler = samplerName === undefined ? defaultSampler : samplerOf(samplerName.toLowerCase(), ratio ?? 1)
  if (sampler === undefined) problem(`OTEL_TRACES_SAMPLER "${samplerName}" is not known to fbuild`)
  const resource = attributes(read("OTEL_RESOURCE_ATTRIBUTES"))
  if (resource === undefined) problem("OTEL_RESOURCE_ATTRIBUTES is not percent-encoded, and none of it is used")
  for (const name of propagation(variables).unknown) problem(`OTEL_PROPAGATORS "${name}" is not known to fbuild`)
  const targets = (["traces", "metrics", "logs"] as const).flatMap((signal) => {
    const found = readTarget({ read, count, problem }, signal)
    return found === undefined ? [] : [[signal, found] as const]
  })
  const isJson = targets.some(([, { protocol }]) => protocol === "http/json")
  return {
    targets: Object.fromEntries(targets),
    sampler: sampler ?? defaultSampler,
    resource: { ...resource, "service.name": read("OTEL_SERVICE_NAME") ?? resource?.["service.name"] ?? serviceName },
    maxQueue: count("OTEL_BSP_MAX_QUEUE_SIZE", 65_536),
    // A request costs as much as encoding some hundred spans. JSON is encoded as a whole, which must not take long.
    maxBatch: count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", isJson ? 512 : 2048),
    intervalMillis: count("OTEL_BSP_SCHEDULE_DELAY", 2000),
    metricsMillis: count("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
    // With what else there is to do at the end it must not come to 100, unless the user would rather wait.
    farewellMillis: count("OTEL_BSP_EXPORT_TIMEOUT", 70),
    problems: [...problems]
  }
}

/** `key=value,key=value`, percent-encoded; `undefined` when any is not. Source: Resource SDK, "Specifying resource information". */
const attributes = (text: string | undefined): Record<string, string> | undefined => {
  const found = splitPairs(text).map((pair) => pair.map(decoded))
  return found.flat().includes(undefined) ? undefined : Object.fromEntries(found)
}
