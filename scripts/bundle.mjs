// Bundles src/bin.ts into dist/, which then needs nothing from node_modules but Node itself.
// Runs at `npm ci`, so it must do with the machine's own, older Node.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = Path.resolve(fileURLToPath(import.meta.url), "../..")
const dist = Path.join(root, "dist")
/** Files of dist/ that are copies, with the mode they get. */
const copies = [
  ["fbuild", "scripts/support/fbuild.sh", 0o755],
  ["start.mjs", "scripts/support/start.mjs", 0o644],
  ["tree-sitter-cpp.wasm", "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm", 0o644],
  ["web-tree-sitter.wasm", "node_modules/web-tree-sitter/web-tree-sitter.wasm", 0o644]
]

const esbuild = await import("esbuild").catch(() => undefined)
if (esbuild !== undefined) {
  await bundle(esbuild)
} else if (!Fs.existsSync(Path.join(dist, "main.mjs"))) {
  console.error("bundle: esbuild is not installed. Run: npm ci --include=dev")
  process.exitCode = 1
}

async function bundle(esbuild) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: "src/bin.ts" },
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    write: false,
    bundle: true,
    // What is imported dynamically (emulator, parser) becomes a file of its own, read only when needed.
    splitting: true,
    platform: "node",
    // avr8js as the ES module it also is: esbuild cannot name the exports of its CommonJS form.
    mainFields: ["module", "main"],
    format: "esm",
    target: "node22",
    // Identifiers stay, for readable stack traces; shortening them would not make the start measurably faster.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    // For CommonJS dependencies, which call `require` for Node's own modules.
    banner: { js: `import{createRequire as $$require}from"node:module";const require=$$require(import.meta.url);` }
  })
  Fs.mkdirSync(dist, { recursive: true })
  for (const file of outputFiles) install(file.path, file.contents, 0o644)
  for (const [name, source, mode] of copies) {
    install(Path.join(dist, name), Fs.readFileSync(Path.join(root, source)), mode)
  }
  const wanted = new Set([...outputFiles.map((file) => Path.basename(file.path)), ...copies.map(([name]) => name)])
  for (const name of Fs.readdirSync(dist)) {
    if (!wanted.has(name)) Fs.rmSync(Path.join(dist, name), { recursive: true, force: true })
  }
}

/** Replaces the file in one step: an fbuild that is starting sees the old one or the new one. */
function install(path, contents, mode) {
  const temporary = `${path}.${process.pid}`
  Fs.writeFileSync(temporary, contents)
  Fs.chmodSync(temporary, mode)
  Fs.renameSync(temporary, path)
}
