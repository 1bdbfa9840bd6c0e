/**
 * Every name that fbuild's traces, metrics and logs use. Names of spans are fixed; ids, paths and counts are attributes.
 * Where OpenTelemetry has a convention it is followed: "CI/CD spans", "CLI spans" and "process" of the semantic
 * conventions 1.38. All else begins with `fbuild.`.
 */

/** Spans of the parts of a request. Those of actions are named by their mnemonic, those of processes by the program. */
export const Span = {
  /** From the start of the process, or of the launcher, to the start of the request. */
  launch: "launch",
  runBuild: "runBuild",
  unlessStanding: "unlessStanding",
  recallPlan: "recallPlan",
  planProject: "planProject",
  loadProject: "loadProject",
  prepareEnvironment: "prepareEnvironment",
  planEnvironment: "planEnvironment",
  resolvePlatform: "resolvePlatform",
  resolveBoard: "resolveBoard",
  boardBuild: "boardBuild",
  replacedSteps: "replacedSteps",
  findCore: "findCore",
  findTool: "findTool",
  loadCore: "loadCore",
  resolveBare: "resolveBare",
  toolchainIdentity: "toolchainIdentity",
  gatherSources: "gatherSources",
  buildProject: "buildProject",
  build: "Orchestrator.build",
  commit: "ActionRunner.commit",
  builtinStep: "BuiltinSteps.run",
  loadParser: "SketchParser.load",
  materialise: "materialise",
  gcIfDue: "gcIfDue",
  collectGarbage: "collectGarbage",
  cacheStats: "cacheStats",
  verifyCache: "verifyCache",
  clearCache: "clearCache",
  listBoards: "listBoards",
  describeBoard: "describeBoard",
  checkInstallation: "checkInstallation",
  emulate: "Emulator.run",
  /** Parts of an action besides its process: is it up to date, has it been made before, the wait for a job, its outputs. */
  decide: "decide",
  fetch: "fetch",
  queue: "queue",
  publish: "publish"
} as const

/** Keys of attributes. */
export const Attribute = {
  /** Of the root: the command, how it ended (`success`, `failure`, `cancellation`, `timeout`, `error`), the trace again. */
  pipelineName: "cicd.pipeline.name",
  pipelineResult: "cicd.pipeline.result",
  pipelineRunId: "cicd.pipeline.run.id",
  /** Of an environment. */
  taskName: "cicd.pipeline.task.name",
  taskType: "cicd.pipeline.task.type",
  taskRunId: "cicd.pipeline.task.run.id",
  errorType: "error.type",
  workingDirectory: "process.working_directory",
  commandArgs: "process.command_args",
  executableName: "process.executable.name",
  executablePath: "process.executable.path",
  exitCode: "process.exit.code",
  /** Signal that ended a process. */
  signal: "fbuild.process.signal",
  /** Processor time of a process and its descendants, s. */
  userSeconds: "fbuild.process.cpu.user",
  systemSeconds: "fbuild.process.cpu.system",
  /** Largest resident set of one of them, bytes. */
  peakMemory: "fbuild.process.memory.peak",
  actionId: "fbuild.action.id",
  mnemonic: "fbuild.action.mnemonic",
  /** The source or first input. */
  path: "fbuild.action.path",
  environment: "fbuild.environment",
  /** `Executed`, `Cached`, `UpToDate`, `Failed`, `Cancelled`. */
  outcome: "fbuild.action.outcome",
  /** Why it was not up to date, and on which file that was seen. */
  reason: "fbuild.action.reason",
  reasonPath: "fbuild.action.reason.path",
  /** What the cache had. */
  cache: "fbuild.cache.answer",
  cacheReason: "fbuild.cache.reason",
  /** What the command took when it ran, in place of which its outputs came from the cache, ms. */
  saved: "fbuild.cache.saved",
  interrupted: "fbuild.interrupted"
} as const

/** Metrics of a request: actions by their kinds and ends, and what commands and this process do over time. */
export const Instrument = {
  actions: "fbuild.actions",
  actionDuration: "fbuild.action.duration",
  queueWait: "fbuild.queue.wait",
  jobsInUse: "fbuild.jobs.in_use",
  queueDepth: "fbuild.queue.depth",
  eventLoopDelay: "fbuild.event_loop.delay",
  memory: "process.memory.usage"
} as const

/** `service.name` where nobody says otherwise. */
export const serviceName = "fbuild"
