// The disk of a run: a home, a core, two compilers, checkouts.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { type Edit, linkTarget, type Program, type Time, type Tool } from "./Script.ts"
import { iniText } from "./texts.ts"
import { edited, type World } from "./World.ts"

const originalCore = Path.join(import.meta.dirname, "core")

/** Folders that several checkouts share. */
export interface Shared {
  /** `FBUILD_HOME`. */
  readonly home: string
  readonly core: string
  readonly tools: string
}

export const sharedIn = (root: string): Shared => ({
  home: Path.join(root, "home"),
  core: Path.join(root, "core"),
  tools: Path.join(root, "tools")
})

/** Long ago, and a long time from now, s. */
const [old, future] = [1_577_836_800, 4_102_444_800]

const put = (path: string, text: string, time: Time, mode = 0o666) => {
  const before = Fs.statSync(path, { throwIfNoEntry: false })
  Fs.mkdirSync(Path.dirname(path), { recursive: true })
  const target = linkTarget(text)
  if (target !== undefined || isLink(path)) Fs.rmSync(path, { force: true })
  if (target !== undefined) return Fs.symlinkSync(target, path)
  Fs.writeFileSync(path, text)
  Fs.chmodSync(path, mode)
  if (time === "old") Fs.utimesSync(path, old, old)
  else if (time === "future") Fs.utimesSync(path, future, future)
  else if (time === "kept" && before !== undefined) Fs.utimesSync(path, before.atime, before.mtime)
}

/** Removes folders that have no files, as git does: that there is one can be told from a command line. */
const removeEmpty = (dir: string, folder: string): void => {
  if (folder === "." || !Fs.existsSync(Path.join(dir, folder))) return
  if (Fs.readdirSync(Path.join(dir, folder)).length > 0) return
  Fs.rmdirSync(Path.join(dir, folder))
  removeEmpty(dir, Path.dirname(folder))
}

const isLink = (path: string) => Fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

const programText = (shared: Shared, tool: Tool, program: Program, variant: number) => {
  const given = {
    "avr-gcc": `/usr/bin/avr-gcc -B${shared.tools}/${tool}/parts/ -DCOMPILER=${variant}`,
    "avr-g++": `/usr/bin/avr-g++ -B${shared.tools}/${tool}/parts/ -DCOMPILER=${variant}`,
    as: `/usr/bin/avr-as --defsym variant=${variant}`
  }
  return `#!/bin/sh\nexec ${given[program]} "$@"\n`
}

const writeProgram = (shared: Shared, tool: Tool, program: Program, variant: number, time: Time) =>
  put(
    Path.join(shared.tools, tool, program === "as" ? "parts/as" : `bin/${program}`),
    programText(shared, tool, program, variant),
    time,
    0o777
  )

const writeCore = (shared: Shared, path: string, text: string | undefined, time: Time) => {
  const original = Path.join(originalCore, path)
  const target = Path.join(shared.core, path)
  if (text !== undefined) put(target, text, time)
  else if (Fs.existsSync(original)) put(target, Fs.readFileSync(original, "utf8"), time)
  else Fs.rmSync(target, { force: true })
}

/** A core and compilers as they are in a new world, and an empty home. */
export const layShared = (shared: Shared): void => {
  for (const folder of Object.values(shared)) Fs.rmSync(folder, { recursive: true, force: true })
  Fs.mkdirSync(shared.home, { recursive: true })
  Fs.cpSync(originalCore, shared.core, { recursive: true })
  for (const tool of ["one", "two"] as const) {
    for (const program of ["avr-gcc", "avr-g++", "as"] as const) writeProgram(shared, tool, program, 0, "old")
    for (const other of ["avr-ar", "avr-objcopy", "avr-size"]) {
      Fs.symlinkSync(`/usr/bin/${other}`, Path.join(shared.tools, tool, "bin", other))
    }
  }
}

/** Writes a project into a folder that is not there. */
export const layProject = (shared: Shared, dir: string, world: World): void => {
  Fs.mkdirSync(dir, { recursive: true })
  for (const [path, text] of Object.entries(world.files)) put(Path.join(dir, path), text, "now")
  put(Path.join(dir, "platformio.ini"), iniText(world.ini, shared.core), "now")
}

/** Makes an edit on the disk, and returns the world after it. */
export const makeEdit = (shared: Shared, dir: string, world: World, edit: Edit): World => {
  const after = edited(world, edit)
  const path = (name: string) => Path.join(dir, name)
  switch (edit.do) {
    case "write":
      if (after !== world) put(path(edit.path), edit.text, edit.time)
      break
    case "touch":
      if (edit.path in world.files && Fs.existsSync(path(edit.path))) {
        const seconds = edit.time === "old" ? old : Date.now() / 1000
        Fs.utimesSync(path(edit.path), seconds, seconds)
      }
      break
    case "remove":
      Fs.rmSync(path(edit.path), { force: true })
      removeEmpty(dir, Path.dirname(edit.path))
      break
    case "rename":
      if (after !== world) {
        Fs.mkdirSync(Path.dirname(path(edit.to)), { recursive: true })
        Fs.renameSync(path(edit.from), path(edit.to))
        removeEmpty(dir, Path.dirname(edit.from))
      }
      break
    case "ini":
      put(path("platformio.ini"), iniText(edit.ini, shared.core), "now")
      break
    case "core":
      writeCore(shared, edit.path, edit.text, edit.time)
      break
    case "tool":
      writeProgram(shared, edit.tool, edit.program, edit.variant, edit.time)
      break
    case "path":
    case "variable":
      break
  }
  return after
}
