// Preprocesses a source with a real compiler, keeps a trace of it, changes what is around it, and compares what the trace says
// with what the compiler says then.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { parseDepfile } from "../../../src/cache/depfile.ts"
import * as DiskNode from "../../../src/disk/DiskNode.ts"
import { FilePath } from "../../../src/domain/FilePath.ts"
import { UpToDate } from "../../../src/exec/UpToDate.ts"
import { Action, ActionId } from "../../../src/plan/Action.ts"
import { makeRandom } from "../Random.ts"
import { changeTree, layTree, words } from "./tree.ts"

/** What a case came to: `stale` says what was missed. */
export interface Played {
  readonly changes: number
  /** How often a change made a difference, and how often something would have run in vain. */
  readonly different: number
  readonly vain: number
  readonly untraced: number
  readonly stale?: string
}

/** Plays one case in a folder that is made and removed. */
export const playTrace = async (dir: string, compiler: string, seed: number): Promise<Played> => {
  const random = makeRandom(seed)
  Fs.rmSync(dir, { recursive: true, force: true })
  Fs.mkdirSync(dir, { recursive: true })
  layTree(dir, random)
  const given = [
    ...words(random),
    ...(random.chance(0.2) ? ["@words"] : []),
    ...(random.chance(0.1) ? ["-Wp,@more"] : []),
    ...(random.chance(0.9) ? ["-idirafter", "last"] : [])
  ]
  const command = (
    name: string
  ) => [compiler, "-E", "-P", ...given, "src/main.c", "-MD", "-MF", `out/${name}.d`, "-o", `out/${name}.o`]
  const argv = command("main")
  const action = Action.make({
    id: ActionId.make("out/main.o"),
    mnemonic: "CCompile",
    argv,
    env: {},
    inputs: [FilePath.make("src/main.c")],
    outputs: [FilePath.make("out/main.o")],
    depfile: FilePath.make("out/main.d")
  })
  Fs.mkdirSync(Path.join(dir, "out"))
  const played = { changes: 0, different: 0, vain: 0, untraced: 0 }
  for (let round = 0; round < 4; round++) {
    const traced = await keepTrace(dir, action)
    if (traced === undefined) {
      // It does not compile: something else may.
      changeTree(dir, random)
      continue
    }
    if (!traced) played.untraced++
    const before = Fs.readFileSync(Path.join(dir, "out/main.o"), "utf8")
    for (let index = 0; index < 6; index++) {
      const what = changeTree(dir, random)
      played.changes++
      const now = run(dir, command("other"))
        ? Fs.readFileSync(Path.join(dir, "out/other.o"), "utf8")
        : undefined
      const reason = await decide(dir, action)
      if (now !== before) {
        played.different++
        if (reason === undefined) {
          return {
            ...played,
            stale: `round ${round}, change ${index}: ${what}\n${argv.join(" ")}\n${before}\n---\n${now}`
          }
        }
        break
      }
      if (reason !== undefined) {
        if (traced) played.vain++
        break
      }
    }
  }
  Fs.rmSync(dir, { recursive: true, force: true })
  return played
}

const run = (dir: string, [program = "", ...args]: ReadonlyArray<string>): boolean =>
  ChildProcess.spawnSync(program, args, {
    cwd: dir,
    env: { PATH: "/usr/bin:/bin", PWD: "/proc/self/cwd" },
    stdio: "ignore"
  }).status === 0

const engine = (dir: string) =>
  Layer.provideMerge(Layer.fresh(UpToDate.layer({ cwd: dir, buildDir: "out" })), DiskNode.layer)

/** Whether there is a trace; `undefined`: it does not compile. */
const keepTrace = (dir: string, action: Action): Promise<boolean | undefined> =>
  Effect.gen(function*() {
    const upToDate = yield* UpToDate
    yield* Effect.sleep(12)
    const startedNanos = yield* upToDate.now
    if (!run(dir, action.argv)) return undefined
    const depfile = Path.join(dir, "out/main.d")
    const discovered = Fs.existsSync(depfile) ? parseDepfile(Fs.readFileSync(depfile, "utf8")) : undefined
    yield* upToDate.finished({
      action,
      discovered: discovered?.filter((path) => path !== "src/main.c"),
      startedNanos
    })
    const [traced] = yield* upToDate.keepTraces
    yield* upToDate.commit([action])
    return traced?.record._tag === "Success"
  }).pipe(Effect.provide(engine(dir)), Effect.runPromise)

const decide = (dir: string, action: Action) =>
  Effect.gen(function*() {
    return yield* (yield* UpToDate).decide(action)
  }).pipe(Effect.provide(engine(dir)), Effect.runPromise)
