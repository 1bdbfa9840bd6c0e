import * as Fs from "node:fs"
import * as Path from "node:path"
import { type Images, imagesOf, sha256, start } from "./fbuild.ts"
import { layProject, type Shared } from "./Place.ts"
import type { World } from "./World.ts"

/** What a world makes: images, or an error, by its exit status. */
export type Truth = Images | number

/**
 * Builds worlds from nothing: sources in a new folder, no cache. Each world once. `shared` must be as the
 * world says.
 */
export const makeOracle = (shared: Shared, root: string): (world: World) => Promise<Truth> => {
  const known = new Map<string, Truth>()
  return async (world) => {
    const key = sha256(
      JSON.stringify([sorted(world.files), { ...world.ini, idle: "" }, sorted(world.core), world.tools, world.tool])
    )
    const before = known.get(key)
    if (before !== undefined) return before
    const dir = Path.join(root, "pristine", "project")
    // What fbuild remembers of a compiler is kept for that one only.
    const home = Path.join(root, "pristine", sha256(JSON.stringify([world.tool, world.tools])))
    Fs.rmSync(dir, { recursive: true, force: true })
    layProject(shared, dir, world)
    Fs.mkdirSync(home, { recursive: true })
    const { status, text } = await start(shared, dir, world.tool, ["build", "--no-cache", "--json"], home).ended
    const images = imagesOf(dir)
    const truth = status === 0 ? images : status === 1 || status === 2 ? status : undefined
    if (truth === undefined) throw new Error(`clean build, exit ${status}:\n${text}`)
    known.set(key, truth)
    return truth
  }
}

const sorted = (record: Readonly<Record<string, string | undefined>>) =>
  Object.entries(record).filter(([, text]) => text !== undefined).sort(([one], [other]) => one < other ? -1 : 1)
