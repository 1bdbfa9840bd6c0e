// Becomes dist/start.mjs. It must still run on an old Node to be able to refuse it.
import module from "node:module"
import { fileURLToPath } from "node:url"

const [major, minor] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  // Spares Node compiling main.mjs at every start. A folder that cannot be written makes this a no-op.
  module.enableCompileCache(fileURLToPath(new URL(".v8-cache", import.meta.url)))
  await import("./main.mjs")
} else {
  console.error(
    `fbuild: Node 22.19 or newer is needed, ${process.execPath} is ${process.versions.node}. ` +
      "Run npm ci in fbuild's folder, or let FBUILD_NODE name a newer node executable"
  )
  process.exitCode = 3
}
