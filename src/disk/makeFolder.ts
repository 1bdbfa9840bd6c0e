// @effect-diagnostics nodeBuiltinImport:off -- one call, synchronous
import * as FileSystem from "node:fs"
import { dirName } from "../domain/paths.ts"

/**
 * Makes a folder and those above it; one that is there is fine. Throws what Node throws. Node's own `recursive` never ends
 * below `/proc`, whose folders exist and cannot hold others (nodejs/node, v24.21).
 */
export const makeFolder = (path: string): void => {
  // Most are there, and to be refused takes longer than to ask.
  if (isFolder(path)) return
  try {
    FileSystem.mkdirSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== "ENOENT") {
      if (isFolder(path)) return
      throw cause
    }
    const parent = dirName(path)
    if (parent === path || FileSystem.existsSync(parent)) throw cause
    makeFolder(parent)
    makeFolder(path)
  }
}

const isFolder = (path: string): boolean => {
  try {
    return FileSystem.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}
