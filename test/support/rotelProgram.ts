import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import { python } from "./python.ts"

/** The whole OpenTelemetry collector that a wheel of PyPI holds. */
export const findRotel = (): string => {
  const lib = Path.resolve(python(), "../../lib")
  const [found] = Fs.globSync("python3*/site-packages/rotel/rotel-agent", { cwd: lib })
  if (found === undefined) throw new Error(`no rotel in ${lib}`)
  return Path.join(lib, found)
}

/** A port of this machine that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = Net.createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
