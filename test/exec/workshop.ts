import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { BuildMemory, makeBuildMemory } from "../../src/cache/BuildMemory.ts"
import { Disk } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { Looks, makeLooks } from "../../src/disk/Looks.ts"
import { CommandFailed } from "../../src/exec/ActionError.ts"
import { ActionRunner } from "../../src/exec/ActionRunner.ts"
import type { BuildEvent } from "../../src/exec/BuildEvent.ts"
import { BuildReporter } from "../../src/exec/BuildReporter.ts"
import { BuiltinSteps } from "../../src/exec/BuiltinSteps.ts"
import { CompileCache } from "../../src/exec/CompileCache.ts"
import { type CommandOutput, Compiler, type RunsCommand } from "../../src/exec/Compiler.ts"
import { Executor } from "../../src/exec/Executor.ts"
import { Jobs } from "../../src/exec/Jobs.ts"
import { Linker } from "../../src/exec/Linker.ts"
import { LastDurations } from "../../src/exec/longestFirst.ts"
import type { Stage } from "../../src/exec/Stage.ts"
import { UpToDate } from "../../src/exec/UpToDate.ts"
import type { Action } from "../../src/plan/Action.ts"
import type { ActionGraph } from "../../src/plan/ActionGraph.ts"

export const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

/** Whether all builds of a workshop are by one process, which remembers. */
const Remembers = Context.Reference<boolean>("Remembers", { defaultValue: () => false })

/** As `layer`, for a process that remembers. */
export const remembering = Layer.merge(layer, Layer.succeed(Remembers, true))

/** What a command does in place of what it usually does. */
export type Behaviour = (command: Command) => Effect.Effect<CommandOutput, CommandFailed>

interface Command {
  readonly action: Action
  readonly stage: Stage
  readonly cwd: string
  /** Compiles as every command of a workshop does. */
  readonly usual: Effect.Effect<CommandOutput>
}

/**
 * A project folder and a compiler of our own. It puts the code of its inputs, and of the headers they include, into every
 * output; lines that start with `//` are comments and leave no trace.
 */
export const makeWorkshop = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const disk = yield* Disk
  const memory = (yield* Remembers) ? makeBuildMemory() : undefined
  const cwd = yield* Effect.flatMap(fs.makeTempDirectoryScoped({ prefix: "exec-" }), (path) => fs.realPath(path))
  const absolute = (path: string) => path.startsWith("/") ? path : `${cwd}/${path}`
  /** What was written since the last build, as a plan finds out that is made before. */
  let looks = makeLooks()
  const write = Effect.fnUntraced(function*(path: string, text: string) {
    looks.changed.add(absolute(path))
    yield* fs.makeDirectory(absolute(path).replace(/\/[^/]*$/, ""), { recursive: true })
    yield* fs.writeFileString(absolute(path), text)
  })
  for (const [path, text] of Object.entries(files)) yield* write(path, text)
  yield* fs.makeDirectory(`${cwd}/out/.stage`, { recursive: true })

  /** Ids of the actions whose commands ran, since the last `build` or `run`. */
  const ran: Array<string> = []
  const events: Array<BuildEvent> = []
  const behaviours = new Map<string, Behaviour>()

  const usual = Effect.fnUntraced(function*({ depfile, inputs, outputs }: Action, stage: Stage) {
    const headers = new Set<string>()
    let code = ""
    for (const path of inputs.filter((input) => !input.startsWith("/"))) {
      const text = yield* fs.readFileString(absolute(path))
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : ""
      for (const [, header] of text.matchAll(/^#include "(.*)"$/gm)) headers.add(`${folder}${header}`)
      code += text.replaceAll(/^(?:\/\/|#include ).*\n/gm, "")
    }
    for (const header of headers) code += yield* fs.readFileString(absolute(header))
    for (const path of outputs) {
      yield* fs.writeFileString(absolute(stage.files.get(path)!), `${path}\n${code}`)
    }
    if (depfile !== undefined) {
      const text = `x.o: ${[...inputs, ...headers].join(" \\\n ")}\n`
      yield* fs.writeFileString(absolute(stage.files.get(depfile)!), text)
    }
    return { stdout: "", stderr: "" }
  }, Effect.orDie)

  const tool: RunsCommand = {
    run: (action, stage) =>
      Effect.suspend(() => {
        ran.push(action.id)
        const behaviour = behaviours.get(action.id)
        const compile = usual(action, stage)
        return behaviour === undefined ? compile : behaviour({ action, stage, cwd, usual: compile })
      })
  }
  const tools = Layer.mergeAll(
    Layer.succeed(Compiler, Compiler.of(tool)),
    Layer.succeed(Linker, Linker.of(tool)),
    CompileCache.off,
    Layer.succeed(BuildReporter, BuildReporter.of({ emit: (event) => Effect.sync(() => void events.push(event)) })),
    Layer.succeed(
      BuiltinSteps,
      BuiltinSteps.of({
        run: (step) => {
          const tabs = step._tag === "ConvertSketch" ? step.tabs : []
          return Effect.succeed(new TextEncoder().encode(`merged ${tabs.join(" ")}\n`))
        }
      })
    ),
    Layer.succeed(Disk, disk),
    // What was longer in another test would be first here.
    Layer.succeed(LastDurations, new WeakMap())
  )
  const layerOf = (options: { readonly jobs?: number; readonly timeout?: Duration.Duration }) =>
    Executor.layer.pipe(
      Layer.provideMerge(ActionRunner.layer({
        environment: "uno",
        cwd,
        buildDir: "out",
        stages: { root: "out/.stage" },
        ...(options.timeout === undefined ? {} : { timeout: options.timeout })
      })),
      Layer.provide(Layer.fresh(UpToDate.layer({ cwd, buildDir: "out" }))),
      Layer.provide([tools, Jobs.layer(options.jobs ?? 2)])
    )

  const started = Effect.sync(() => {
    ran.length = 0
    events.length = 0
  })
  return {
    cwd,
    fs,
    write,
    behaviours,
    ran,
    events,
    read: (path: string) => fs.readFileString(absolute(path)),
    /** Times of the file system move on, so that what was written until now is older than what starts from now on. */
    settle: Effect.sleep(25),
    staged: fs.readDirectory(`${cwd}/out/.stage`),
    /** A whole build by a process of its own, or by the one that remembers; returns the ids of the actions that ran, in their order. */
    build: Effect.fnUntraced(
      function*(graph: ActionGraph, onFailure: "stop" | "keep-going" = "stop") {
        yield* started
        const executor = Context.get(yield* Layer.build(Layer.fresh(layerOf({}))), Executor)
        yield* Effect.provideService(executor.execute(graph, { onFailure }), Looks, looks)
        looks = makeLooks()
        return [...ran]
      },
      Effect.scoped,
      Effect.provideService(BuildMemory, memory)
    ),
    /** One action by itself. */
    run: Effect.fnUntraced(function*(action: Action, options: { readonly timeout?: Duration.Duration } = {}) {
      yield* started
      const runner = Context.get(yield* Layer.build(Layer.fresh(layerOf(options))), ActionRunner)
      return yield* runner.run(action)
    }, Effect.scoped)
  }
})

export const failed = (action: Action, output = ""): CommandFailed =>
  new CommandFailed({ id: action.id, mnemonic: action.mnemonic, path: action.inputs[0] ?? "", exitCode: 1, output })
