import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"

/** What https needs beside the address: contents of files in PEM. */
export interface Tls {
  /** Whom to trust, in place of whom the system trusts. */
  readonly ca?: string
  /** Who we are. */
  readonly cert?: string
  readonly key?: string
}

/**
 * The HTTP client that telemetry is sent with, loaded when there is something to send. A program for Node brings Node's,
 * which is there in a third of the time of `fetch`, and knows certificates.
 */
export const Transport = Context.Reference<(tls: Tls) => Effect.Effect<Layer.Layer<HttpClient.HttpClient>>>(
  "fbuild/telemetry/Transport",
  {
    defaultValue: () => () =>
      Effect.map(Effect.promise(() => import("effect/http/FetchHttpClient")), ({ layer }) => layer)
  }
)
