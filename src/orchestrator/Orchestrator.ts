import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { computeSize, type MemorySizes } from "../arduino/size.ts"
import { type BuildFacts, buildInfo } from "../artifacts/buildInfo.ts"
import { describeImages, type Image } from "../artifacts/images.ts"
import { fusesOf } from "../boards/fuses.ts"
import { ActionCache } from "../cache/ActionCache.ts"
import { CacheUsage } from "../cache/CacheUsage.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { memoryFolder } from "../disk/memoryFolder.ts"
import { dirName, joinPath, pathFrom } from "../domain/paths.ts"
import type { ActionError } from "../exec/ActionError.ts"
import { ActionRunner } from "../exec/ActionRunner.ts"
import { CurrentBuildLog } from "../exec/BuildLog.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { BuiltinSteps } from "../exec/BuiltinSteps.ts"
import { backendLayer, type CacheBackend } from "../exec/CacheBackend.ts"
import { type ActionOutcome, Executor } from "../exec/Executor.ts"
import { Jobs } from "../exec/Jobs.ts"
import { Linker } from "../exec/Linker.ts"
import { UpToDate } from "../exec/UpToDate.ts"
import type { Action } from "../plan/Action.ts"
import { sizeReport } from "../plan/planImages.ts"
import { projectName } from "../plan/planLink.ts"
import { isAlive, ownPid } from "../process/isAlive.ts"
import { buildVariable, Subprocess } from "../process/Subprocess.ts"
import { Attribute, Span } from "../telemetry/names.ts"
import { hookOutputs, unnamedFiles } from "./hookOutputs.ts"
import { SizeOverflow } from "./OrchestratorError.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"

export interface BuildOptions {
  readonly onFailure: "stop" | "keep-going"
  /** For one action: `--tu-timeout`. */
  readonly actionTimeout?: Duration.Duration | undefined
  readonly cache: CacheBackend
  readonly home: string
}

/** What a build of one environment came to. */
export interface BuiltEnvironment {
  readonly planned: PlannedEnvironment
  readonly outcomes: ReadonlyMap<Action, ActionOutcome>
  readonly sizes: MemorySizes
  readonly images: ReadonlyArray<Image>
  readonly errors: ReadonlyArray<ActionError | SizeOverflow>
}

/** Turns the plan of one environment into images. */
export class Orchestrator extends Context.Service<Orchestrator, {
  /** `projectDir` is absolute. Failures of actions are part of the result; the error channel is for the build folder itself. */
  readonly build: (
    projectDir: string,
    planned: PlannedEnvironment,
    options: BuildOptions
  ) => Effect.Effect<BuiltEnvironment, DiskError>
}>()("fbuild/orchestrator/Orchestrator") {
  static readonly layer = Layer.effect(
    Orchestrator,
    Effect.gen(function*() {
      const services = yield* Effect.context<
        ActionCache | BuildReporter | BuiltinSteps | CacheUsage | ContentStore | Disk | Jobs | Linker | Subprocess
      >()
      const disk = Context.get(services, Disk)
      const subprocess = Context.get(services, Subprocess)

      const build = Effect.fn(Span.build)(
        function*(
          projectDir: string,
          planned: PlannedEnvironment,
          options: BuildOptions
        ) {
          const log = yield* CurrentBuildLog
          if (log !== undefined) {
            log.graphs.set(planned.name, planned.graph)
            log.folders = { projectDir, buildRoot: dirName(joinPath(projectDir, planned.buildDir)) }
          }
          const span = yield* Effect.orDie(Effect.currentSpan)
          yield* Effect.annotateCurrentSpan({
            [Attribute.taskName]: planned.name,
            [Attribute.taskRunId]: span.spanId,
            [Attribute.taskType]: "build",
            [Attribute.environment]: planned.name
          })
          const dir = pathFrom(projectDir, planned.buildDir)
          yield* prepareFolders(projectDir, planned)
          const stage = yield* openStage(dir)
          const memory = yield* memoryFolder(stage)
          const runner = ActionRunner.layer({
            environment: planned.name,
            cwd: projectDir,
            buildDir: planned.buildDir,
            stages: { root: stageIn(planned.buildDir), memory },
            ...(options.actionTimeout === undefined ? {} : { timeout: options.actionTimeout })
          })
          const layer = Executor.layer.pipe(
            Layer.provide(runner),
            Layer.provide(backendLayer(options.cache, { cwd: projectDir })),
            Layer.provideMerge(UpToDate.layer({
              cwd: projectDir,
              buildDir: planned.buildDir,
              digests: `${options.home}/digests/${planned.spec.id}`
            })),
            Layer.provide(Layer.succeedContext(services))
          )
          const built = yield* Layer.build(layer)
          const executor = Context.get(built, Executor)
          const { digest } = Context.get(built, UpToDate)
          const before = yield* unnamedFiles(dir, planned.buildDir, planned.graph)
          const outcomes = yield* executor.execute(planned.graph, {
            onFailure: options.onFailure,
            // Every command has it, and whatever it starts, in a session of its own or not.
            interrupted: subprocess.endMarked(`${buildVariable}=${stage}`)
          }).pipe(Effect.ensuring(Effect.ignore(clear(stage))))
          const failures = [...outcomes.values()].flatMap((outcome) => outcome._tag === "Failed" ? [outcome.error] : [])
          if (failures.length > 0) {
            return { planned, outcomes, sizes: {}, images: [], errors: failures } satisfies BuiltEnvironment
          }
          const report = (yield* disk.readText(`${dir}/${sizeReport}`)) ?? ""
          const sizes = computeSize(report, planned.size)
          const made = yield* hookOutputs(dir, planned.buildDir, planned.graph, before)
          const ofHooks = made.map((name) => `${planned.buildDir}/${name}`)
          const images = yield* describeImages(projectDir, planned.graph, digest, ofHooks)
          const elf = { path: elfPath(planned), sha256: (yield* digest(elfPath(planned))) ?? "" }
          const info = buildInfo({ ...factsOf(planned), elf, sizes, images })
          if (info !== (yield* disk.readText(`${dir}/build_info.json`))) {
            yield* disk.overwrite(`${dir}/build_info.json`, info)
          }
          return { planned, outcomes, sizes, images, errors: overflows(planned.name, sizes) } satisfies BuiltEnvironment
        },
        Effect.scoped,
        Effect.provideContext(services)
      )

      return Orchestrator.of({ build })
    })
  )
}

/** Where the ELF of an environment is, relative to the project or absolute. */
export const elfPath = (planned: PlannedEnvironment): string => `${planned.buildDir}/${projectName}.elf`

/** Removes what is in a folder. To make a folder takes as long as to make a file, and each build would. */
const clear = Effect.fnUntraced(function*(folder: string) {
  const disk = yield* Disk
  for (const name of yield* disk.list(folder)) yield* disk.remove(`${folder}/${name}`)
})

/** The stage folder of this process in a build folder. */
const stageIn = (buildDir: string): string => `${buildDir}/.stage/${ownPid()}`

/** Makes this process's stage folder, empty, and removes those that other processes have left. */
const openStage = Effect.fnUntraced(function*(buildDir: string) {
  const disk = yield* Disk
  const stage = stageIn(buildDir)
  const all = dirName(stage)
  for (const name of yield* disk.list(all)) {
    if (!isAlive(Number(name))) yield* disk.remove(`${all}/${name}`)
  }
  yield* disk.makeDirectory(stage)
  // Nothing that an earlier build of this process could not remove may be taken for an output of this one.
  yield* clear(stage)
  return stage
})

/** Creates every folder that the actions write into, and a `.gitignore` that keeps `.fbuild/` out of repositories. */
export const prepareFolders = Effect.fnUntraced(function*(projectDir: string, planned: PlannedEnvironment) {
  const disk = yield* Disk
  const folders = new Set(
    planned.graph.actions.flatMap(({ outputs }) => outputs.map(dirName))
  )
  for (const folder of folders) {
    yield* disk.makeDirectory(pathFrom(projectDir, folder))
  }
  if (!planned.buildDir.startsWith(".fbuild/")) return
  const ignore = `${projectDir}/.fbuild/.gitignore`
  if ((yield* disk.signature(ignore)) === undefined) yield* disk.write(ignore, "*\n")
})

const factsOf = (planned: PlannedEnvironment): Omit<BuildFacts, "elf" | "sizes" | "images"> => ({
  environment: planned.name,
  board: { id: planned.boardId, name: planned.board.name, vendor: planned.board.id },
  platform: planned.spec.id,
  toolchain: planned.toolchain,
  core: {
    path: planned.core.path,
    version: planned.coreVersion,
    source: planned.core.source,
    files: planned.coreFiles
  },
  fuses: fusesOf(planned.properties, planned.spec.fuses ?? {})
})

const overflows = (environment: string, sizes: MemorySizes): ReadonlyArray<SizeOverflow> =>
  (["flash", "ram", "eeprom"] as const).flatMap((memory) => {
    const use = sizes[memory]
    return use?.max !== undefined && use.used > use.max
      ? [new SizeOverflow({ environment, memory, used: use.used, max: use.max })]
      : []
  })
