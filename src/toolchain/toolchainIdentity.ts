// @effect-diagnostics nodeBuiltinImport:off -- SHA-256 of a short text; WebCrypto is asynchronous
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"
import { Disk } from "../disk/Disk.ts"
import { Digest } from "../domain/Digest.ts"
import { Subprocess } from "../process/Subprocess.ts"

/**
 * The programs that a driver starts and the files that it reads by itself. A compiler package can be upgraded, or a part
 * of it replaced, without the driver changing. Source: GCC manual, "Developer Options", `-print-prog-name` and
 * `-print-file-name`; the list is what GCC's own specs call.
 */
const programs = ["cc1", "cc1plus", "as", "ld", "collect2", "lto1", "lto-wrapper", "ar", "nm", "objcopy"]
const files = ["liblto_plugin.so", "specs", "libgcc.a", "libc.a", "libm.a"]

const Memo = Schema.fromJsonString(Schema.Struct({
  driver: Schema.String,
  parts: Schema.Array(Schema.Struct({ path: Schema.String, signature: Schema.String, digest: Schema.String }))
}))
type Parts = (typeof Memo.Type)["parts"]

/**
 * One digest over the content of a driver and all its parts. `flags` (`-mmcu=…`) and `specs` choose among them. What was
 * found, and the digests of untouched files, are remembered in `home`.
 */
export const toolchainIdentity = Effect.fn("toolchainIdentity")(function*(options: {
  readonly compiler: string
  readonly flags: ReadonlyArray<string>
  /** More names for `-print-file-name`. */
  readonly specs: ReadonlyArray<string>
  readonly home: string
}) {
  const disk = yield* Disk
  const { compiler, flags, home, specs } = options
  const driver = (yield* disk.signature(compiler))?.text ?? ""
  const name = [compiler, ...flags].join("_").replaceAll(/[^\w.-]+/g, "_")
  const memoFile = `${home}/toolchains/${name}.parts.json`
  const memo = yield* Effect.option(
    Effect.flatMap(disk.readText(memoFile), (text) => Schema.decodeEffect(Memo)(text ?? ""))
  )
  const known: Parts = memo._tag === "Some" && memo.value.driver === driver ? memo.value.parts : []
  const paths = known.length > 0 ? known.map(({ path }) => path) : yield* partsOf(compiler, flags, specs)
  const parts = yield* Effect.forEach(paths, (path, index) =>
    Effect.gen(function*() {
      const signature = (yield* disk.signature(path))?.text ?? "gone"
      if (known[index]?.signature === signature) return known[index]
      return { path, signature, digest: (yield* disk.digest(path)) ?? "" }
    }))
  if (parts.some((part, index) => part !== known[index])) {
    yield* disk.makeDirectory(`${home}/toolchains`).pipe(
      Effect.andThen(Effect.flatMap(
        Schema.encodeEffect(Memo)({ driver, parts }),
        (text) => disk.write(memoFile, text)
      )),
      // A home that cannot be written to costs time in every build, nothing else.
      Effect.ignore
    )
  }
  const text = parts.map(({ digest, path }) => `${digest} ${path}`).join("\n")
  return Digest.make(Crypto.createHash("sha256").update(text).digest("hex"))
})

/** Absolute paths of the parts, the driver first. What the driver does not find, it says by name only. */
const partsOf = Effect.fnUntraced(function*(
  compiler: string,
  flags: ReadonlyArray<string>,
  specs: ReadonlyArray<string>
) {
  const subprocess = yield* Subprocess
  const questions = [
    ...programs.map((name) => `-print-prog-name=${name}`),
    ...[...files, ...specs].map((name) => `-print-file-name=${name}`)
  ]
  const answers = yield* Effect.forEach(
    questions,
    (question) =>
      subprocess.run({ argv: [compiler, ...flags, question], cwd: "/", env: {} }).pipe(
        Effect.map(({ stdout }) => stdout.trim()),
        Effect.orElseSucceed(() => "")
      ),
    { concurrency: 4 }
  )
  return [...new Set([compiler, ...answers.filter((answer) => answer.startsWith("/"))])]
})
