import { assert } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { environment, execute, program } from "./project.ts"

/**
 * Runs `fbuild ARGS` in a project, and watches all its processes: what strace has written of each (pid → text). Each is watched in
 * a file of its own in `logs`, a new folder: in one file a call is cut in two lines when another process calls meanwhile.
 */
export async function watchProcesses(
  logs: string,
  options: ReadonlyArray<string>,
  dir: string,
  args: ReadonlyArray<string>,
  variables: Readonly<Record<string, string>>
): Promise<{ readonly run: { readonly stdout: string }; readonly texts: ReadonlyMap<string, string> }> {
  Fs.mkdirSync(logs)
  const watched = ["-ff", ...options, "-o", Path.join(logs, "of"), program, ...args]
  const run = await execute("/usr/bin/strace", watched, dir, environment(dir, variables))
  assert.strictEqual(run.status, 0, run.stdout + run.stderr)
  const texts = Fs.readdirSync(logs).map((name) =>
    [name.slice("of.".length), Fs.readFileSync(Path.join(logs, name), "utf8")] as const
  )
  return { run, texts: new Map(texts) }
}
