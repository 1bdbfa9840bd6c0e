import { create, createFileRegistry, type DescMethodUnary, fromBinary, toBinary } from "@bufbuild/protobuf"
import { EmptySchema, file_google_protobuf_empty, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import { Code, ConnectError } from "@connectrpc/connect"
import { compressionGzip, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node"
import * as Effect from "effect/Effect"
import { rejected } from "./partialSuccess.ts"
import { codeOf, longestAnswer, pauseMillis, reasonOf, type Sender, type Sent, unanswered } from "./Sender.ts"
import type { Signal, Target } from "./target.ts"
import type { Tls } from "./Transport.ts"

/** Names of the services that take them. Source: opentelemetry-proto, `collector/`. */
const services: Record<Signal, string> = { traces: "Trace", metrics: "Metrics", logs: "Logs" }

/** Sends by OTLP/gRPC, in one connection that lives as long as the scope. Loaded by those who ask for it only. */
export const grpcSender = Effect.fnUntraced(function*(url: string, tls: Tls) {
  const sessionManager = yield* Effect.acquireRelease(
    Effect.sync(() => new Http2SessionManager(url, {}, { ...tls })),
    (manager) => Effect.sync(() => manager.abort())
  )
  return (signal: Signal, { compression, headers, timeoutMillis }: Target): Sender => {
    const transport = createGrpcTransport({
      baseUrl: url,
      sessionManager,
      readMaxBytes: longestAnswer,
      ...(compression === "gzip" ? { sendCompression: compressionGzip } : {})
    })
    const method = exportMethod(signal)
    return (body) => {
      if (body._tag !== "Uint8Array") return Effect.die("telemetry that is not protobuf")
      const message = fromBinary(EmptySchema, body.body)
      return Effect.tryPromise({
        try: (signal) => transport.unary(method, signal, timeoutMillis, headers, message),
        catch: (cause) => failureOf(ConnectError.from(cause))
      }).pipe(
        Effect.match({
          onFailure: (failure) => failure,
          onSuccess: ({ message }): Sent => ({
            _tag: "Delivered",
            rejected: rejected("grpc", toBinary(EmptySchema, message))
          })
        })
      )
    }
  }
})

/**
 * The method `Export`, with messages that have no fields of their own: what is in them are fields that it does not know, which
 * protobuf keeps as they are. So they need not be taken apart, nor their types be known.
 */
const exportMethod = (signal: Signal) => {
  const name = services[signal]
  const empty = `.${EmptySchema.typeName}`
  const file = create(FileDescriptorProtoSchema, {
    name: "export.proto",
    package: `opentelemetry.proto.collector.${signal === "traces" ? "trace" : signal}.v1`,
    syntax: "proto3",
    dependency: [file_google_protobuf_empty.proto.name],
    service: [{ name: `${name}Service`, method: [{ name: "Export", inputType: empty, outputType: empty }] }]
  })
  const registry = createFileRegistry(file, () => file_google_protobuf_empty)
  const service = registry.getService(`${file.package}.${name}Service`)
  return service!.methods[0]! as DescMethodUnary<typeof EmptySchema, typeof EmptySchema>
}

/** Codes after which a batch may be sent again. Source: OTLP/gRPC, "Failures". */
const passing: ReadonlySet<Code> = new Set([
  Code.Canceled,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  Code.Aborted,
  Code.OutOfRange,
  Code.Unavailable,
  Code.DataLoss
])

const failureOf = (error: ConnectError): Sent => {
  const system = codeOf(error.cause)
  if (system !== undefined) return unanswered(reasonOf(system))
  return {
    _tag: "Failed",
    reason: `gRPC status ${Code[error.code]}${error.rawMessage === "" ? "" : `: ${error.rawMessage}`}`,
    retryMillis: passing.has(error.code) ? pauseMillis : undefined,
    isAnswer: true
  }
}
