// @effect-diagnostics nodeBuiltinImport:off -- one socket of the server
import * as Effect from "effect/Effect"
import type * as Net from "node:net"
import { encodeFrame, type Frame, FrameReader } from "./frames.ts"

/** Signals that a launcher passes on, and the exit status of a request that one of them ended. */
export const signalStatus = { INT: 130, TERM: 143, HUP: 129 } as const
export type Signal = keyof typeof signalStatus

/** A launcher at the other end of a socket. */
export interface Connection {
  /** Sends a frame and waits until the launcher takes more. Sends nothing when it is gone. */
  readonly send: (type: string, payload: string | Uint8Array) => Effect.Effect<void>
  /** Tells the launcher at once that its signal has been heard. */
  readonly heard: () => void
  /** From now on what the launcher does not take is not waited for. */
  readonly hurry: () => void
  /** Ends it; completes when all has been sent, or after a moment in which the launcher took nothing. */
  readonly end: Effect.Effect<void>
}

/** How long to wait for a launcher that takes nothing before the end, ms. */
const farewellMillis = 1000

/**
 * Handles a socket: `received` gets each frame of the launcher, `lost` is called once when the socket is closed, whoever
 * did it. A launcher that does not speak the protocol is cut off.
 */
export const makeConnection = (
  socket: Net.Socket,
  on: { readonly received: (frame: Frame) => void; readonly lost: () => void }
): Connection => {
  const reader = new FrameReader()
  const waiting = new Set<() => void>()
  let hurried = false
  const release = () => {
    for (const resume of waiting) resume()
    waiting.clear()
  }
  socket.on("data", (chunk: Buffer) => {
    const frames = reader.push(chunk)
    if (frames === undefined) socket.destroy()
    else frames.forEach(on.received)
  })
  socket.on("drain", release)
  socket.on("error", () => {})
  socket.once("close", () => {
    release()
    on.lost()
  })
  return {
    send: (type, payload) =>
      Effect.callback<void>((resume) => {
        if (!socket.writable || socket.write(encodeFrame(type, payload)) || hurried) return resume(Effect.void)
        const proceed = () => resume(Effect.void)
        waiting.add(proceed)
        return Effect.sync(() => waiting.delete(proceed))
      }),
    heard: () => void (socket.writable && socket.write(encodeFrame("A", ""))),
    hurry: () => {
      hurried = true
      release()
    },
    end: Effect.callback<void>((resume) => {
      if (socket.destroyed) return resume(Effect.void)
      const done = () => resume(Effect.void)
      socket.once("close", done).end(done)
    }).pipe(Effect.timeoutOption(farewellMillis), Effect.asVoid)
  }
}
