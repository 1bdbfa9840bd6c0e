// Becomes dist/start.mjs. It must still run on an old Node to be able to refuse it.
import module from "node:module"
import { fileURLToPath } from "node:url"

const [major, minor] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  // Spares Node compiling main.mjs at every start. What root has installed is no place for others: theirs is the home.
  const { FBUILD_HOME, HOME } = process.env
  const home = FBUILD_HOME || `${HOME || "."}/.fbuild`
  const { status } = module.enableCompileCache(fileURLToPath(new URL(".v8-cache", import.meta.url)))
  if (status === module.constants.compileCacheStatus.FAILED && home.startsWith("/")) {
    module.enableCompileCache(`${home}/code`)
  }
  await import("./main.mjs")
} else {
  console.error(
    `fbuild: Node 22.19 or newer is needed, ${process.execPath} is ${process.versions.node}. ` +
      "Run npm ci in fbuild's folder, or let FBUILD_NODE name a newer node executable"
  )
  process.exitCode = 3
}
