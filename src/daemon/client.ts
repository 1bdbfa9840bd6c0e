// @effect-diagnostics nodeBuiltinImport:off -- a connection of Node
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { lookMillis, watchAnswer } from "../launcher/hanging.ts"
import { encodeFrame } from "./frames.ts"

/** The folder of the daemon. */
export const daemonFolder = (home: string): string => `${home}/daemon`

/** How long a daemon may take to interrupt what runs, ms. */
const stopMillis = 10_000

/** Completes when a daemon that has been asked for its status hangs. */
const hanging = (folder: string) =>
  Effect.suspend(() => {
    const hangs = watchAnswer(folder)
    return Effect.repeat(Effect.sleep(lookMillis), { until: () => hangs() })
  })

/** Sends `status` or `stop` to the daemon of a folder; gives what it says, `undefined` when there is none that answers. */
export const askDaemon = (folder: string, command: "status" | "stop"): Effect.Effect<string | undefined> =>
  Effect.callback<string | undefined>((resume) => {
    const socket = Net.connect(`${folder}/socket`)
    const chunks: Array<Buffer> = []
    socket.once("connect", () => socket.write(encodeFrame("C", command)))
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    socket.on("error", () => {})
    socket.once("close", () => resume(Effect.succeed(outputOf(Buffer.concat(chunks)))))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.raceFirst(Effect.as(command === "status" ? hanging(folder) : Effect.sleep(stopMillis), undefined))
  )

/** What the `O` frames of a whole answer hold; `undefined` when its end is missing. */
const outputOf = (answer: Buffer): string | undefined => {
  let output = ""
  for (let at = 0; at + 5 <= answer.length;) {
    const end = at + 5 + answer.readUInt32BE(at)
    const type = String.fromCharCode(answer[at + 4]!)
    if (type === "X") return output
    if (type === "O") output += answer.toString("utf8", at + 5, end)
    at = end
  }
  return undefined
}
