import * as Net from "node:net"
import { listening } from "./listening.ts"

/** A way to a server that is far away: everything takes this long in each direction, ms. */
export interface SlowProxy {
  readonly endpoint: string
  readonly stop: () => void
}

export const slowProxy = async (to: string, oneWayMillis: number): Promise<SlowProxy> => {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Net.Socket>()
  const server = Net.createServer((near) => {
    const far = Net.connect(Number(port), hostname)
    for (const [from, into] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on("error", () => {})
      // In the order of the calls: timers of the same length do not overtake each other.
      from.on("data", (chunk) => setTimeout(() => into.write(chunk), oneWayMillis))
      from.on("end", () => setTimeout(() => into.end(), oneWayMillis))
    }
  })
  return {
    endpoint: `http://127.0.0.1:${await listening(server)}`,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  }
}
