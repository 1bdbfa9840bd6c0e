// Becomes dist/start.cjs. It must still run on an old Node to be able to refuse it.
const [major, minor] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  const { FBUILD_HOME, HOME } = process.env
  require("./load.cjs").load("main", FBUILD_HOME || `${HOME || "."}/.fbuild`)
} else {
  console.error(
    `fbuild: Node 22.19 or newer is needed, ${process.execPath} is ${process.versions.node}. ` +
      "Run npm ci in fbuild's folder, or let FBUILD_NODE name a newer node executable"
  )
  process.exitCode = 3
}
