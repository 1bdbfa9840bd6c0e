import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const requirements = Path.join(root, "test/support/python/requirements.txt")

/**
 * The Python of a virtual environment with the tools of `requirements.txt`, made on first use below `.cache/` of the
 * checkout. Workers that need it at once make it at once; the first to finish wins.
 */
export const python = (): string => {
  const key = Crypto.createHash("sha256").update(Fs.readFileSync(requirements)).digest("hex").slice(0, 16)
  const dir = Path.join(root, ".cache/python", key)
  if (!Fs.existsSync(dir)) {
    const made = `${dir}.${process.pid}`
    Fs.mkdirSync(Path.dirname(made), { recursive: true })
    run("python3", ["-m", "venv", made])
    run(Path.join(made, "bin/python"), [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
      ...["--cache-dir", Path.join(root, ".cache/pip"), "--requirement", requirements]
    ])
    try {
      // A virtual environment works under another name too, as long as it is started by its `python`.
      Fs.renameSync(made, dir)
    } catch {
      Fs.rmSync(made, { recursive: true })
    }
  }
  return Path.join(dir, "bin/python")
}

/** Runs a script of `test/support/python/` with a value as JSON on stdin; what it prints is JSON too. */
export const askPython = (script: string, question: unknown): any => {
  const file = Path.join(root, "test/support/python", script)
  return JSON.parse(run(python(), ["-I", file], JSON.stringify(question)))
}

const run = (command: string, args: ReadonlyArray<string>, input = ""): string => {
  const { error, status, stderr, stdout } = ChildProcess.spawnSync(command, args, {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 30
  })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`)
}
