import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { Subprocess } from "../process/Subprocess.ts"
import { openMemo, readMemo } from "./memo.ts"

/** A compiler or another tool of a recipe is not installed. */
export class ToolMissing extends Schema.TaggedError<ToolMissing>()("ToolMissing", {
  tool: Schema.String,
  searched: Schema.Array(Schema.String),
  debianPackages: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.tool} not found in ${this.searched.join(", ")}`
  }
  get hint() {
    return this.debianPackages.length === 0
      ? "name the folder of a package that has it: platform_packages = NAME@file:///path/to/it"
      : `sudo apt-get install ${this.debianPackages.join(" ")}`
  }
}

/** A compiler is there but does not work. */
export class ToolBroken extends Schema.TaggedError<ToolBroken>()("ToolBroken", {
  tool: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `${this.tool} does not answer: ${this.reason}`
  }
}

const Memo = Schema.fromJsonString(Schema.Struct({
  compiler: Schema.String,
  signature: Schema.String,
  version: Schema.String
}))
const encodeMemo = Schema.encodeSync(Memo)

/** The version of a compiler as remembered in `home`, as long as its file is untouched; else it is asked. */
export const compilerVersion = Effect.fnUntraced(function*(compiler: string, home: string) {
  const disk = yield* Disk
  const file = `${compiler.replaceAll(/[^\w.-]+/g, "_")}.json`
  const signature = yield* disk.signature(compiler)
  const memo = yield* Effect.option(
    Effect.flatMap(readMemo(home, file), (text) => Schema.decodeEffect(Memo)(text ?? ""))
  )
  if (memo._tag === "Some" && memo.value.compiler === compiler && memo.value.signature === signature?.text) {
    return memo.value.version
  }
  const keep = yield* openMemo(home, file)
  const { status, stderr, stdout } = yield* askCompiler([compiler, "-dumpversion"])
  const version = stdout.trim()
  if (status._tag !== "Exited" || status.code !== 0 || version === "") {
    return yield* new ToolBroken({ tool: compiler, reason: stderr.trim() || "no version" })
  }
  if (signature !== undefined) {
    yield* keep(encodeMemo({ compiler, signature: signature.text, version }), [signature])
  }
  return version
})

/** How long a compiler may take to answer a question about itself; they take milliseconds. */
const questionLimit = "10 seconds"

/** Runs a compiler for what it says of itself. */
export const askCompiler = Effect.fnUntraced(function*(argv: readonly [string, ...Array<string>]) {
  const subprocess = yield* Subprocess
  const broken = (reason: string) => new ToolBroken({ tool: argv[0], reason })
  return yield* subprocess.run({ argv, cwd: "/", env: {} }).pipe(
    Effect.mapError((error) => broken(error.message)),
    Effect.timeoutOrElse({
      duration: questionLimit,
      orElse: () => Effect.fail(broken(`${argv.slice(1).join(" ")} took longer than ${questionLimit}`))
    })
  )
})
