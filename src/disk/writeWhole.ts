// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as FileSystem from "node:fs"
import { dirName } from "../domain/paths.ts"
import { makeFolder } from "./makeFolder.ts"

let written = 0

/** Beside the file, and no other's. */
export const temporaryName = (path: string): string => `${path}.${process.pid}-${written++}~`

/** Writes a file whole, as `Disk.write` has it. Throws what Node throws. */
export const writeWhole = (
  path: string,
  content: string | Uint8Array,
  { folder, gap, mode }: { readonly mode?: number; readonly folder?: "made"; readonly gap?: true } = {}
): void => {
  const temporary = temporaryName(path)
  const write = () => FileSystem.writeFileSync(temporary, content, mode === undefined ? {} : { mode })
  try {
    try {
      write()
    } catch (cause) {
      if (folder === undefined || (cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause
      makeFolder(dirName(path))
      write()
    }
    move(temporary, path, gap)
  } catch (cause) {
    FileSystem.rmSync(temporary, { force: true })
    throw cause
  }
}

/** Opens the file that is there, to write over it; `undefined` where nothing is, or what has another name or a reader at its other end. */
export const openThere = (path: string): number | undefined => {
  let file: number
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = FileSystem.constants
    file = FileSystem.openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return undefined
  }
  const stat = FileSystem.fstatSync(file)
  if (stat.isFile() && stat.nlink === 1) return file
  FileSystem.closeSync(file)
  return undefined
}

/** Whether it could be written into the file that is there. */
export const overwritten = (path: string, content: string | Uint8Array): boolean => {
  const file = openThere(path)
  if (file === undefined) return false
  try {
    FileSystem.writeFileSync(file, content)
    FileSystem.ftruncateSync(file, Buffer.byteLength(content))
    return true
  } finally {
    FileSystem.closeSync(file)
  }
}

/** Puts a file in the place of another; with `gap` of one that is gone. A folder in the way is still there when it is renamed over. */
export const move = (from: string, to: string, gap: true | undefined): void => {
  if (gap === true) {
    try {
      FileSystem.unlinkSync(to)
    } catch {}
  }
  FileSystem.renameSync(from, to)
}
