// What worlds make, by builds that know nothing of earlier ones.
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { caller, commandsOf, type Images, imagesOf, sha256, start, stopDaemon } from "./fbuild.ts"
import { layProject, type Shared } from "./Place.ts"
import type { World } from "./World.ts"

/** What a world makes: images of each environment, and `commandsOf` it, or an error, by its exit status. */
export type Truth =
  | { readonly images: Readonly<Record<string, Images>>; readonly commands: string | undefined }
  | number

export interface Oracle {
  /** `shared` must be as the world says, until the answer is there. */
  readonly ask: (world: World) => Promise<Truth>
  /** What is remembered to save time takes room. */
  readonly forgetObjects: () => void
  readonly stop: () => Promise<void>
}

/** One of so many truths is made once more without any of what saves time. */
const verifyEvery = 200

/**
 * Builds worlds from nothing: sources in a new folder, no cache, each world once. To save time a daemon of its own does it,
 * and the compilers are `recall.c`, which compiles a source once as long as nothing else that it could read is another one.
 */
export const makeOracle = (shared: Shared, root: string): Oracle => {
  const clean = Path.join(root, "clean")
  const known = new Map<string, Truth>()
  let builds = 0
  Fs.rmSync(clean, { recursive: true, force: true })
  for (const tool of ["one", "two"]) {
    const bin = Path.join(clean, tool, "bin")
    Fs.mkdirSync(bin, { recursive: true })
    const source = Path.join(import.meta.dirname, "recall.c")
    ChildProcess.execFileSync("cc", ["-O1", "-static", "-o", Path.join(bin, "avr-gcc"), source])
    Fs.copyFileSync(Path.join(bin, "avr-gcc"), Path.join(bin, "avr-g++"))
    for (const other of ["avr-ar", "avr-objcopy", "avr-size"]) {
      Fs.symlinkSync(`/usr/bin/${other}`, Path.join(bin, other))
    }
  }
  const forgetObjects = () => {
    Fs.rmSync(Path.join(clean, "objects"), { recursive: true, force: true })
    Fs.mkdirSync(Path.join(clean, "objects"))
  }
  forgetObjects()

  const make = async (world: World, name: string, tools: string, home: string, daemon: boolean): Promise<Truth> => {
    const dir = Path.join(clean, name)
    layProject(shared, dir, world)
    Fs.mkdirSync(home, { recursive: true })
    const who = caller({ tools, home, daemon, tool: world.tool, variables: { ...world.variables, CPATH: "" } })
    const { status, text } = await start(who, dir, ["build", "--no-cache", "--json"]).ended
    const names = world.ini.second === undefined ? ["fuzz"] : ["fuzz", "more"]
    const images = names.flatMap((name) => {
      const image = imagesOf(dir, name)
      return image === undefined ? [] : [[name, image] as const]
    })
    const commands = commandsOf(dir, tools)
    Fs.rmSync(dir, { recursive: true })
    if (status === 0 && images.length === names.length) return { images: Object.fromEntries(images), commands }
    if (status === 1 || status === 2) return status
    throw new Error(`clean build, exit ${status}:\n${text}`)
  }

  const home = Path.join(clean, "home")
  const ask = async (world: World) => {
    const rest = [world.ini, sorted(world.core), world.tools, world.tool, world.variables.PLATFORMIO_BUILD_FLAGS]
    const key = sha256(JSON.stringify([sorted(world.files), { ...world.ini, idle: "" }, ...rest.slice(1)]))
    const before = known.get(key)
    if (before !== undefined) return before
    const files = sorted(world.files).filter(([path]) => !/\.(?:cpp|c|S|ino)$/.test(path))
    Fs.writeFileSync(Path.join(clean, "world"), sha256(JSON.stringify([files, ...rest])))
    // Another name each time: nothing of the one before can be taken for it.
    const truth = await make(world, `project${builds++}`, clean, home, true)
    if (builds % verifyEvery === 0) {
      const again = await make(world, `again${builds}`, shared.tools, Path.join(clean, `home${builds}`), false)
      Fs.rmSync(Path.join(clean, `home${builds}`), { recursive: true })
      if (JSON.stringify(again) !== JSON.stringify(truth)) {
        throw new Error(`two clean builds differ: ${JSON.stringify([truth, again])}`)
      }
    }
    known.set(key, truth)
    return truth
  }
  return { ask, forgetObjects, stop: () => stopDaemon(home) }
}

const sorted = (record: Readonly<Record<string, string | undefined>>) =>
  Object.entries(record).filter(([, text]) => text !== undefined).sort(([one], [other]) => one < other ? -1 : 1)
