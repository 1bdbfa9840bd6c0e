// Plays a script on the disk. After every step a build must give what a build from nothing gives, and run no more than it has to.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { spoil } from "./damage.ts"
import {
  type Build,
  buildDir,
  caller,
  commandsOf,
  daemonFinished,
  imagesOf,
  killDaemon,
  start,
  stopDaemon
} from "./fbuild.ts"
import { type Local, makeModel } from "./Model.ts"
import type { Oracle, Truth } from "./oracle.ts"
import { layProject, layShared, makeEdit, type Shared } from "./Place.ts"
import type { Edit, Script, Step } from "./Script.ts"
import { firstWorld, type World } from "./World.ts"

/** What went wrong after a step; 0 is the first build. */
export interface Failure {
  readonly step: number
  readonly kind: "status" | "image" | "commands" | "surplus" | "end"
  readonly detail: string
}

interface Checkout {
  dir: string
  world: Pick<World, "files" | "ini">
  local: Local
}

/** A run that is under way. */
export interface Play {
  readonly world: () => World
  /** Whether a clean build fails now. */
  readonly isBroken: () => boolean
  /** Does this, then builds and looks. */
  readonly step: (step: Step) => Promise<Failure | undefined>
}

/** Lays out the beginning of a script and builds it. */
export const beginPlay = async (
  root: string,
  shared: Shared,
  oracle: Oracle,
  script: Omit<Script, "steps">
): Promise<Play | Failure> => {
  for (const name of Fs.readdirSync(root)) {
    if (name.startsWith("project")) Fs.rmSync(Path.join(root, name), { recursive: true, force: true })
  }
  await stopDaemon(shared.home)
  layShared(shared)
  oracle.forgetObjects()
  const model = makeModel()
  let folders = 0
  let steps = 0
  let broken = false
  const newDir = () => Path.join(root, `project${folders++}`)
  let world = firstWorld(script.files, script.ini)
  /** A world has a core, tools and variables too, which all checkouts share. */
  const own = ({ files, ini }: World): Checkout["world"] => ({ files, ini })
  const checkouts: Array<Checkout> = [{ dir: newDir(), world: own(world), local: new Map() }]
  let here = checkouts[0]!
  layProject(shared, here.dir, world)

  const make = (edits: ReadonlyArray<Edit>) => {
    for (const edit of edits) world = makeEdit(shared, here.dir, world, edit)
    here.world = own(world)
  }
  const who = () => {
    const { home, tools } = shared
    const { tool, variables } = world
    return caller({ tools, home, tool, daemon: script.daemon, variables })
  }
  const runIn = (dir: string, ...args: ReadonlyArray<string>) => start(who(), dir, args)
  const run = (...args: ReadonlyArray<string>) => runIn(here.dir, ...args)
  const failure = (kind: Failure["kind"], detail: string): Failure => ({ step: steps, kind, detail })

  /** Compares what has come out in a folder with what a clean build gives. */
  const check = (build: Build, dir: string, truth: Truth): Failure | undefined => {
    const status = typeof truth === "number" ? truth : 0
    if (build.status !== status) {
      return failure("status", `exit status ${build.status}, that of a clean build is ${status}\n${build.text}`)
    }
    if (typeof truth === "number") return undefined
    for (const [name, { elf, extra, hex }] of Object.entries(truth.images)) {
      const image = imagesOf(dir, name)
      // It may be left from a core that had a recipe for it.
      const isOther = extra !== undefined && image?.extra !== extra
      const other = image?.hex !== hex ? "hex" : image.elf !== elf ? "elf" : isOther ? "extra" : undefined
      if (other !== undefined) return failure("image", `firmware.${other} of ${name} is not that of a clean build`)
    }
    return commandsOf(dir, shared.tools) === truth.commands
      ? undefined
      : failure("commands", "compile_commands.json is not that of a clean build")
  }
  const look = (build: Build, truth: Truth, isCached: boolean): Failure | undefined => {
    broken = typeof truth === "number"
    const wrong = check(build, here.dir, truth)
    if (wrong !== undefined) return wrong
    const surplus = model.surplus(world, here.dir, here.local, { outcomes: build.outcomes, ok: !broken, isCached })
    if (surplus.length === 0) return undefined
    const why = build.text.split("\n").filter((line) =>
      line.startsWith("{\"_tag\":\"ActionStarted\"") && surplus.some((id) => line.includes(JSON.stringify(id)))
    ).map((line) => line.replace(/"argv":\[.*?\],/, ""))
    return failure("surplus", [`need not run:`, ...surplus, ...why].join("\n"))
  }
  const build = async (...args: ReadonlyArray<string>) => {
    const [truth, built] = await Promise.all([oracle.ask(world), run("build", "--json", ...args).ended])
    return look(built, truth, !args.includes("--no-cache"))
  }

  /** A build that may come to any end of a build. */
  const disturbed = (ended: Build, killed = false): Failure | undefined => {
    here.local.clear()
    return ended.status === null || [0, 1, 2, 130, 143].includes(ended.status) || (killed && ended.status === 70)
      ? undefined
      : failure("end", `exit status ${ended.status}\n${ended.text}`)
  }

  const happens = async (step: Step): Promise<Failure | undefined> => {
    // What goes before it is in the cache is made once more.
    if (script.daemon && takesOutputs.has(step.do)) await daemonFinished(who())
    switch (step.do) {
      case "edit":
        return make(step.edits), undefined
      case "clean":
        if (step.how === "folder") Fs.rmSync(Path.join(here.dir, ".fbuild"), { recursive: true, force: true })
        else if (step.how === "command") await run("clean").ended
        else {
          here.local.clear()
          return build("--clean")
        }
        here.local.clear()
        return undefined
      case "uncached":
        make(step.edits)
        return build("--no-cache")
      case "interrupt": {
        make(step.edits)
        const building = run("build", "--json")
        await wait(step.afterMs, building.ended)
        const whole = script.daemon && step.whom === "daemon" && step.signal === "SIGKILL"
        if (whole) killDaemon(shared.home)
        else building.kill(step.signal)
        return disturbed(await building.ended, whole)
      }
      case "race": {
        make(step.edits)
        const building = run("build", "--json")
        await wait(step.afterMs, building.ended)
        make(step.meanwhile)
        return disturbed(await building.ended)
      }
      case "together": {
        make(step.edits)
        const other = step.where === "both" ? checkouts.find((one) => one !== here) ?? here : here
        const worlds = [world, { ...world, ...other.world }]
        const building = [here, other].map(({ dir }) => runIn(dir, "build", "--json").ended)
        const truths = [await oracle.ask(worlds[0]!), await oracle.ask(worlds[1]!)]
        const built = await Promise.all(building)
        here.local.clear()
        other.local.clear()
        return check(built[0]!, here.dir, truths[0]!) ?? check(built[1]!, other.dir, truths[1]!)
      }
      case "damage":
        for (const one of step.damage) {
          const folder = one.where === "home" ? shared.home : Path.join(here.dir, buildDir)
          const name = Fs.existsSync(folder) ? spoil(folder, one) : undefined
          if (one.where === "outputs") here.local.clear()
          else if (name?.startsWith("cache/") === true) model.forget()
        }
        return undefined
      case "move": {
        const dir = newDir()
        Fs.renameSync(here.dir, dir)
        here.dir = dir
        return undefined
      }
      case "copy": {
        const dir = newDir()
        const filter = (path: string) => step.outputs || Path.basename(path) !== ".fbuild"
        Fs.cpSync(here.dir, dir, { recursive: true, filter, verbatimSymlinks: true })
        const other = { dir, world: here.world, local: new Map(step.outputs ? here.local : []) }
        if (checkouts.length > 1) Fs.rmSync(checkouts.find((one) => one !== here)!.dir, { recursive: true })
        checkouts.splice(0, 2, here, other)
        here = other
        return undefined
      }
      case "switch":
        here = checkouts.find((one) => one !== here) ?? here
        world = { ...world, ...here.world }
        return undefined
    }
  }

  const first = await build()
  if (first !== undefined) return first
  return {
    world: () => world,
    isBroken: () => broken,
    step: async (step) => {
      steps++
      return (await happens(step)) ?? (await build()) ?? (steps % 4 === 0 ? await build() : undefined)
    }
  }
}

const takesOutputs: ReadonlySet<Step["do"]> = new Set(["clean", "damage", "move"])

/** Plays a script to its first failure. */
export const play = async (
  root: string,
  shared: Shared,
  oracle: Oracle,
  script: Script
): Promise<Failure | undefined> => {
  const begun = await beginPlay(root, shared, oracle, script)
  if ("kind" in begun) return begun
  for (const step of script.steps) {
    const failure = await begun.step(step)
    if (failure !== undefined) return failure
  }
  return undefined
}

/** So long, or until it has ended. */
const wait = (milliseconds: number, ended: Promise<unknown>): Promise<unknown> =>
  Promise.race([new Promise((resolve) => setTimeout(resolve, milliseconds)), ended])
