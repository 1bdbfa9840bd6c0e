import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { httpSender } from "./httpSender.ts"
import type { Sender } from "./Sender.ts"
import type { Signal, Target } from "./target.ts"
import { type Tls, Transport } from "./Transport.ts"

/** Gives what sends to a target. Those of one server share a connection, which is there when the last one needs it. */
export const makeSenders = Effect.fnUntraced(function*(tls: (target: Target) => Tls) {
  const transport = yield* Transport
  const scope = yield* Effect.scope
  const opened = new Map<string, (signal: Signal, target: Target) => Sender>()
  const open = Effect.fnUntraced(function*(target: Target) {
    if (target.protocol === "grpc") {
      const { grpcSender } = yield* Effect.promise(() => import("./grpcSender.ts"))
      return yield* grpcSender(target.url, tls(target))
    }
    const client = yield* Layer.build(yield* transport(tls(target)))
    const send = httpSender(Context.get(client, HttpClient.HttpClient))
    return (_: Signal, target: Target) => send(target)
  }, Scope.provide(scope))
  return Effect.fnUntraced(function*(signal: Signal, target: Target) {
    const { authority, certificate, key } = target.files
    const name = [target.protocol, new URL(target.url).origin, authority, certificate, key].join("\n")
    const found = opened.get(name) ?? (yield* open(target))
    opened.set(name, found)
    return found(signal, target)
  })
})
