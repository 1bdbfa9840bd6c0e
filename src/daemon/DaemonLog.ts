// @effect-diagnostics nodeBuiltinImport:off -- written synchronously, so that the last line before a crash is there
import * as Fs from "node:fs"

/** When a log is this long, bytes, it becomes `log.1` and a new one begins. */
const maximumBytes = 1024 * 1024

/** Writes lines with time and pid to `<folder>/log`. A log that cannot be written is no reason to stop. */
export const makeLog = (folder: string, maximum: number = maximumBytes) => (line: string): void => {
  const path = `${folder}/log`
  try {
    if ((Fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maximum) Fs.renameSync(path, `${path}.1`)
    Fs.appendFileSync(path, `${new Date().toISOString()} ${process.pid} ${line}\n`, { mode: 0o600 })
  } catch {}
}

/** What has been added to a log since it was `from` bytes long, and how long it is now. A new log is read from its start. */
export const readLog = (folder: string, from: number): { readonly text: string; readonly end: number } => {
  try {
    const bytes = Fs.readFileSync(`${folder}/log`)
    return { text: bytes.toString("utf8", bytes.length < from ? 0 : from), end: bytes.length }
  } catch {
    return { text: "", end: 0 }
  }
}
