// Bundles src/program.ts into dist/, which then needs nothing from node_modules but Node itself.
// Runs at `npm ci`, so it must do with the machine's own, older Node. `node scripts/bundle.mjs DIR` fills another folder.
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { installPrograms, isPacking, programs } from "./support/installPrograms.mjs"

const root = Path.resolve(fileURLToPath(import.meta.url), "../..")
const dist = Path.resolve(process.argv[2] ?? Path.join(root, "dist"))
/** Stands for the build id in the bundled files until it is known. */
const placeholder = "@@build-id@@@@@@"
/** Files of dist/ that are copies, with the mode they get. */
const copies = [
  ["daemon.cjs", "scripts/support/daemon.cjs", 0o644],
  ["fbuild.sh", "scripts/support/fbuild.sh", 0o755],
  ["page.html", "src/profile/page.html", 0o644],
  ["page.js", "src/profile/page.js", 0o644],
  ["start.cjs", "scripts/support/start.cjs", 0o644],
  ["tree-sitter-cpp.wasm", "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm", 0o644],
  ["web-tree-sitter.wasm", "node_modules/web-tree-sitter/web-tree-sitter.wasm", 0o644]
]

const path = (name) => Path.join(root, name)

const esbuild = await import("esbuild").catch(() => undefined)
if (esbuild !== undefined) {
  await bundle(esbuild)
} else if (!Fs.existsSync(Path.join(dist, "program.cjs"))) {
  console.error("bundle: esbuild is not installed. Run: npm ci --include=dev")
  process.exitCode = 1
}

async function bundle(esbuild) {
  const common = {
    absWorkingDir: root,
    outdir: dist,
    write: false,
    bundle: true,
    platform: "node",
    target: "node22",
    // Node starts it 3 ms sooner than an ES module.
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    define: { FBUILD_BUILD_ID: JSON.stringify(placeholder) },
    // Identifiers stay, for readable stack traces; shortening them would not make the start measurably faster.
    minifyWhitespace: true,
    minifySyntax: true,
    // Node shows the line of an error that nobody catches.
    lineLimit: 200,
    // load.ts relies on it.
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning"
  }
  const program = await esbuild.build({
    ...common,
    entryPoints: { program: "src/program.ts" },
    // One file, whose functions V8 can be given as it compiled them before (src/launcher/load.ts). What is imported dynamically
    // (emulator, parser) is not run before it is needed.
    define: { ...common.define, "import.meta.url": "$$url" },
    // web-tree-sitter imports modules of Node: not as ES modules, for which Node would first make a loader, 3 ms. Its own ES
    // module calls something of its own `require`.
    supported: { "dynamic-import": false },
    alias: { "web-tree-sitter": path("node_modules/web-tree-sitter/web-tree-sitter.cjs") },
    // Another HTTP client of Effect's, which nothing uses.
    external: ["undici"],
    // avr8js as the ES module it also is: esbuild cannot name the exports of its CommonJS form.
    mainFields: ["module", "main"]
  })
  const launcher = await esbuild.build({
    ...common,
    entryPoints: { launcher: "src/launcher/main.ts", load: "src/launcher/load.ts" },
    external: ["./start.cjs"]
  })
  const outputFiles = [...program.outputFiles, ...launcher.outputFiles]
  const files = [
    ...outputFiles.map(({ contents, path }) => ({ name: Path.basename(path), contents, mode: 0o644 })),
    ...copies.map(([name, source, mode]) => ({ name, contents: Fs.readFileSync(path(source)), mode }))
  ]
  const buildId = digest([
    ...files,
    ...["src/launcher/fbuild.c", "src/process/agent.c"].map((name) => ({ name, contents: Fs.readFileSync(path(name)) }))
  ])
  Fs.mkdirSync(dist, { recursive: true })
  for (const { contents, mode, name } of files) {
    install(Path.join(dist, name), /\.[cm]js$/.test(name) ? withBuildId(contents, buildId) : contents, mode)
  }
  install(Path.join(dist, "build-id"), `${buildId}\n`, 0o644)
  installPrograms(dist, { compiles: !isPacking })
  const wanted = new Set([...programs, "build-id", ...files.map(({ name }) => name)])
  for (const name of Fs.readdirSync(dist)) {
    if (!wanted.has(name)) Fs.rmSync(Path.join(dist, name), { recursive: true, force: true })
  }
}

/** Tells a daemon of one build from the launcher of another. */
function digest(files) {
  const hash = Crypto.createHash("sha256")
  for (const { contents, name } of files) hash.update(`${name} ${contents.length}\n`).update(contents)
  return hash.digest("hex").slice(0, placeholder.length)
}

function withBuildId(contents, buildId) {
  return Buffer.from(contents).toString("utf8").replaceAll(placeholder, buildId)
}

/** Replaces the file in one step: an fbuild that is starting sees the old one or the new one. */
function install(path, contents, mode) {
  const temporary = `${path}.${process.pid}`
  Fs.writeFileSync(temporary, contents)
  Fs.chmodSync(temporary, mode)
  Fs.renameSync(temporary, path)
}
