// @effect-diagnostics nodeBuiltinImport:off globalDate:off -- runs before there is an Effect
/**
 * Loads the program with what V8 has compiled of it. Node's own cache (`module.enableCompileCache`) keeps what is compiled when a
 * file is loaded, which is without nearly all functions: V8 compiles each when it is first called, which takes a
 * sixth of the processor time of a process with nothing to do, and half of most long turns in the first build of a daemon.
 */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { pathToFileURL } from "node:url"
import { cachedDataVersionTag } from "node:v8"
import { Script } from "node:vm"
import { crc32 } from "node:zlib"

declare const FBUILD_BUILD_ID: string

/** What `dist/program.cjs` exports. */
export interface Program {
  /** Runs the command line of this process. */
  readonly main: Entry
  /** Serves requests. */
  readonly daemon: Entry
}

/** Is given what writes down all that has been compiled: worth while after a build, and takes 30 ms. */
type Entry = (keepCode: () => void) => void

/** What is older is of builds of fbuild, or of Nodes, that nobody uses any more, ms. One that is used is made again. */
const longestKept = 30 * 24 * 3_600_000

/** Runs the program that is beside this file. What has been compiled is kept there, or in the home where that cannot be written to. */
export const load = (entry: keyof Program, home: string): void => {
  const path = `${__dirname}/program.cjs`
  // V8 refuses what another version of it has made, or one with other flags. Root has its own in the home of a user.
  const tag = cachedDataVersionTag()
  const folder = codeFolder(__dirname, home)
  const file = folder && `${folder}/${tag.toString(16)}-${FBUILD_BUILD_ID}-${ownId()}`
  const bytes = readFileSync(path)
  // V8 looks at nothing but its length.
  const sourceSum = crc32(bytes)
  const cachedData = file && read(file, sourceSum)
  // The bundler writes ASCII only, of which V8 makes a string without looking at it.
  const source = `(function(module, require, __filename, __dirname, $$url) {${bytes.toString("latin1")}\n})`
  const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) })
  let isKept = cachedData !== undefined && script.cachedDataRejected !== true
  const module: { exports?: Program } = {}
  script.runInThisContext()(module, require, path, __dirname, pathToFileURL(path).href)
  module.exports![entry](() => {
    // Flags that have been changed for a moment.
    if (file === undefined || isKept || cachedDataVersionTag() !== tag) return
    write(file, script.createCachedData(), sourceSum)
    isKept = true
  })
}

/** Where it is kept; nowhere: `undefined`. What root has installed is no place for others: theirs is the home. */
const codeFolder = (dist: string, home: string): string | undefined => {
  for (const folder of [`${dist}/.v8-cache`, ...(home.startsWith("/") ? [`${home}/code`] : [])]) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.W_OK)
      return folder
    } catch {
      // The next one.
    }
  }
  return undefined
}

const ownId = () => process.getuid?.() ?? 0

/**
 * What this user has written, and is as it was written. V8 believes what it is given: what somebody else has made would run, and of
 * a damaged file it makes another program, or ends the process.
 */
const read = (file: string, sourceSum: number): Buffer | undefined => {
  try {
    if (lstatSync(file).uid !== ownId()) return undefined
    const bytes = readFileSync(file)
    const code = bytes.subarray(0, -sumBytes)
    return crc32(code, sourceSum) === bytes.readUInt32LE(code.length) ? code : undefined
  } catch {
    return undefined
  }
}

const sumBytes = 4

/** Of one piece for whoever reads it meanwhile. That it cannot be written is nothing to tell anybody. */
const write = (file: string, code: Buffer, sourceSum: number): void => {
  const temporary = `${file}.${process.pid}`
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(code, sourceSum))
  try {
    writeFileSync(temporary, Buffer.concat([code, sum]), { mode: 0o600 })
    renameSync(temporary, file)
    const folder = file.slice(0, file.lastIndexOf("/"))
    for (const name of readdirSync(folder)) forgetIfOld(`${folder}/${name}`)
  } catch {
    rmSync(temporary, { force: true })
  }
}

const forgetIfOld = (path: string): void => {
  if (Date.now() - statSync(path).mtimeMs > longestKept) rmSync(path, { recursive: true, force: true })
}
