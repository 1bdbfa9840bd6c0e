import * as Fs from "node:fs"
import * as Path from "node:path"
import { stopDaemon } from "./fbuild.ts"
import { firstFiles, firstIni, nextStep, type Past } from "./generate.ts"
import { makeOracle } from "./oracle.ts"
import { sharedIn } from "./Place.ts"
import { beginPlay, type Failure, type Play, play } from "./play.ts"
import { makeRandom } from "./Random.ts"
import type { Script, Step } from "./Script.ts"
import { shrink } from "./shrink.ts"

/** Plays worlds until there have been so many steps; the number of failing ones. `root` is an empty folder. */
export const fuzz = async (options: {
  readonly root: string
  readonly seed: number
  readonly steps: number
  readonly length: number
  /** From the seed of a world to that of the next. */
  readonly stride: number
  /** A file with a script, to be played instead. */
  readonly replay?: string | undefined
  /** How long a failing script is worked on, ms. */
  readonly shrinkMs: number
  /** Tells each step before it is done. */
  readonly verbose: boolean
  readonly tell: (text: string) => void
}): Promise<number> => {
  const { length, replay, root, seed, steps, stride, tell } = options
  const shared = sharedIn(root)
  const oracle = makeOracle(shared, root)
  try {
    return await playAll()
  } finally {
    await oracle.stop()
    await stopDaemon(shared.home)
  }

  async function playAll(): Promise<number> {
    if (replay !== undefined) {
      const failure = await play(root, shared, oracle, JSON.parse(Fs.readFileSync(replay, "utf8")) as Script)
      tell(failure === undefined ? "no failure" : told(failure))
      return failure === undefined ? 0 : 1
    }
    let failed = 0
    const started = performance.now()
    for (let done = 0, at = seed; done < steps; at += stride) {
      const { failure, script } = await discover(at, Math.min(length, steps - done))
      done += script.steps.length
      tell(`seed ${at}: ${script.steps.length} steps, ${failure === undefined ? "no failure" : told(failure)}`)
      tell(`  ${done} steps, ${(done / (performance.now() - started) * 1000).toFixed(1)} a second`)
      if (failure === undefined) continue
      failed++
      tell(`  last step ${JSON.stringify(script.steps.at(-1))}`)
      const shortened = await shrink(script, async (candidate) => {
        const again = await play(root, shared, oracle, candidate)
        return again !== undefined && again.kind === failure.kind
      }, options.shrinkMs)
      const again = await play(root, shared, oracle, shortened)
      const file = Path.join(root, `failure-${at}.json`)
      Fs.writeFileSync(file, `${JSON.stringify(shortened, undefined, 1)}\n`)
      tell(
        `  shortened to ${shortened.steps.length} steps: ${file}\n${
          again === undefined ? "not every time" : told(again)
        }`
      )
      tell(JSON.stringify(shortened))
    }
    return failed
  }

  /** Makes a script and plays it, a step at a time, to its end or the first failure. */
  async function discover(seed: number, count: number): Promise<{ script: Script; failure: Failure | undefined }> {
    const random = makeRandom(seed)
    const files = firstFiles(random)
    const past: Past = { texts: new Map(), worlds: [] }
    const made: Array<Step> = []
    const daemon = seed % 2 === 1
    const script = { daemon, files, ini: firstIni(random, files), steps: made }
    const begun = await beginPlay(root, shared, oracle, script)
    if ("kind" in begun) return { script, failure: begun }
    remember(past, begun)
    while (made.length < count) {
      const step = nextStep(random, { daemon, past, world: begun.world(), isBroken: begun.isBroken() })
      made.push(step)
      if (options.verbose) tell(`${made.length} ${JSON.stringify(step)}`)
      const failure = await begun.step(step)
      if (failure !== undefined) return { script, failure }
      remember(past, begun)
    }
    return { script, failure: undefined }
  }
}

const remember = ({ texts, worlds }: Past, play: Play) => {
  const world = play.world()
  for (const [path, text] of Object.entries(world.files)) texts.set(path, (texts.get(path) ?? new Set()).add(text))
  if (!play.isBroken()) worlds.push(world)
}

const told = ({ detail, kind, step }: Failure): string => `${kind} after step ${step}: ${detail}`
