export type Signal = "traces" | "metrics" | "logs"

/** Where one signal goes, and how. */
export interface Target {
  /** Of what takes this signal; for gRPC of its server. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: "grpc" | "http/json" | "http/protobuf"
  readonly compression: "gzip" | "none"
  /** For one request, ms. */
  readonly timeoutMillis: number
  /** Files in PEM for https, as the user names them: whom to trust, and what to show. */
  readonly files: TlsFiles
}

export interface TlsFiles {
  readonly authority?: string
  readonly certificate?: string
  readonly key?: string
}

/** A user's variables, one by one, and what is wrong with them. */
export interface Reader {
  /** The value of a variable, trimmed; `undefined` when it is not set, or empty. */
  readonly read: (name: string) => string | undefined
  /** A positive integer. */
  readonly count: (name: string, otherwise: number) => number
  readonly problem: (text: string) => void
}

const protocols = ["grpc", "http/json", "http/protobuf"] as const

/**
 * Where a signal goes; `undefined` when it is not to be sent, or what the variables say makes no sense, which is told.
 * Source: OpenTelemetry Protocol Exporter, specification 1.50.
 */
export const readTarget = ({ count, problem, read }: Reader, signal: Signal): Target | undefined => {
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
  const asked = either("PROTOCOL")
  const protocol = protocols.find((name) => name === (asked.value ?? "http/protobuf").toLowerCase())
  if (protocol === undefined) {
    problem(
      `${asked.key} is "${asked.value}", which fbuild does not speak, so nothing is sent; set it to ${
        protocols.toReversed().join(" or ")
      }`
    )
    return undefined
  }
  const isBare = protocol === "grpc" && /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i.test(endpoint.value)
  const scheme = either("INSECURE").value?.toLowerCase() === "true" ? "http" : "https"
  const url = URL.parse(isBare ? `${scheme}://${endpoint.value}` : endpoint.value)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    problem(`${endpoint.key} is "${endpoint.value}", not an http or https address`)
    return undefined
  }
  // An endpoint for all signals is a base, one for a single signal is used as it is. Of gRPC both are a server.
  if (protocol === "grpc") url.pathname = ""
  else if (endpoint.key !== own("ENDPOINT")) url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/${signal}`
  const compression = either("COMPRESSION")
  const isZipped = compression.value?.toLowerCase() === "gzip"
  if (!isZipped && (compression.value ?? "none").toLowerCase() !== "none") {
    problem(`${compression.key} is "${compression.value}", neither gzip nor none, so nothing is compressed`)
  }
  const headers = either("HEADERS")
  const named = pairs(headers.value)
  // Clients would repeat the value, which may be a secret, when they refuse it.
  for (const [name, value] of named) {
    if (!isHeader(name, value)) problem(`${headers.key}: what it says of "${name}" cannot be a header and is not sent`)
  }
  const files = {
    authority: either("CERTIFICATE").value,
    certificate: either("CLIENT_CERTIFICATE").value,
    key: either("CLIENT_KEY").value
  }
  return {
    url: url.href,
    headers: Object.fromEntries(named.filter(([name, value]) => isHeader(name, value))),
    protocol,
    compression: isZipped ? "gzip" : "none",
    timeoutMillis: count(either("TIMEOUT").key, 10_000),
    files: Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined))
  }
}

/** `key=value,key=value` of headers, values percent-encoded, or as they are. Source: OTLP exporter, "Specifying headers". */
const pairs = (text: string | undefined): ReadonlyArray<readonly [name: string, value: string]> =>
  splitPairs(text).map(([name, value]) => [name, decoded(value) ?? value])

/** Source: RFC 9110, sections 5.1 and 5.5. */
const isHeader = (name: string, value: string): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

/** The pairs of a list; what is none is left out. */
export const splitPairs = (text = ""): ReadonlyArray<readonly [key: string, value: string]> =>
  text.split(",").flatMap((pair) => {
    const equals = pair.indexOf("=")
    return equals <= 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]]
  })

/** Undoes percent-encoding; `undefined` where there is none that is valid. */
export const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
