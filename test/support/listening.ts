import type * as Net from "node:net"

/** Has a server listen on this machine, and gives its port. */
export const listening = (server: Pick<Net.Server, "listen" | "address">): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as Net.AddressInfo).port)))
