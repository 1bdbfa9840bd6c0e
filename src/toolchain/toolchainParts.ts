import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { askCompiler } from "./Toolchain.ts"

/**
 * The programs that a driver starts and the files that it reads by itself. A compiler package can be upgraded, or a part
 * of it replaced, without the driver changing. Source: GCC manual, "Developer Options", `-print-prog-name` and
 * `-print-file-name`; the list is what GCC's own specs call.
 */
const programs = [
  ...["cc1", "cc1plus", "as", "collect2", "ld", "ld.bfd", "ld.gold", "lto1", "lto-wrapper"],
  ...["ar", "nm", "objcopy"]
]
const files = ["liblto_plugin.so", "specs", "libgcc.a", "libc.a", "libm.a"]

/**
 * Absolute paths of a driver's parts, itself first, for these flags; `specs` are more names for `-print-file-name`. What
 * the driver does not find, it says by name only. Fails when it does not answer.
 */
export const toolchainParts = Effect.fnUntraced(function*(
  compiler: string,
  flags: ReadonlyArray<string>,
  specs: ReadonlyArray<string>
) {
  const questions = [
    ...programs.map((name) => `-print-prog-name=${name}`),
    ...[...files, ...specs].map((name) => `-print-file-name=${name}`)
  ]
  const [answers, told] = yield* Effect.all([
    Effect.forEach(
      questions,
      (question) => Effect.map(askCompiler([compiler, ...flags, question]), ({ stdout }) => stdout.trim()),
      { concurrency: 4 }
    ),
    filesOfLink(compiler, flags)
  ], { concurrency: 2 })
  return [...new Set([compiler, ...[...answers, ...told].filter((answer) => answer.startsWith("/"))])]
})

/**
 * Where a driver looks for programs, in order, also such folders as are not there: another `as` that appears in one is
 * used from then on. Source: GCC manual, "Overall Options", `-print-search-dirs`.
 */
export const programFolders = Effect.fnUntraced(function*(compiler: string, flags: ReadonlyArray<string>) {
  const { stdout } = yield* askCompiler([compiler, ...flags, "-print-search-dirs"])
  const [, list = ""] = /^programs: =(.*)$/m.exec(stdout) ?? []
  return [
    ...new Set(list.split(":").filter((folder) => folder.startsWith("/")).map((folder) => folder.replace(/\/+$/, "")))
  ]
})

/**
 * What only a driver and a linker at work tell: the specs files that the flags lead to, those of the driver that the LTO
 * plugin starts with its own flags (avr-gcc 5.4 makes `-mmcu=avr5` of `-mmcu=atmega328p`), and the linker's default script,
 * where it is a file. `-N`, `-n` and `-r` make the linker take another script of the same emulation, so all of them count.
 * Source: GCC manual, "Overall Options", `-v`; GNU ld manual, `--verbose`.
 */
const filesOfLink = Effect.fnUntraced(function*(compiler: string, flags: ReadonlyArray<string>) {
  const disk = yield* Disk
  // There is nothing to link, so that nothing is made, but what leads up to a link is done.
  const link = yield* askCompiler([compiler, ...flags, "-v", "-nostdlib", "-Wl,--verbose", "-o", "/dev/null"])
  const inner = /^COLLECT_GCC_OPTIONS=(.*)$/m.exec(link.stderr)?.[1] ?? ""
  const innerFlags = [...inner.matchAll(/'(-m[^']*|-specs=[^']*)'/g)].map(([, flag = ""]) => flag)
  const again = yield* askCompiler([compiler, ...innerFlags, "-v"])
  const read = [...`${link.stderr}\n${again.stderr}`.matchAll(/^Reading specs from (.+)$/gm)].map(([, path = ""]) =>
    path
  )
  const [, script] = /^opened script file (.+)$/m.exec(link.stdout) ?? []
  if (script === undefined) return read
  const [, folder, emulation] = /^(.*)\/([^/]*?)(?:\.[^./]*)?$/.exec(script) ?? []
  const scripts = (yield* disk.list(folder ?? "")).filter((name) => name.startsWith(`${emulation}.`)).toSorted()
  return [...read, ...scripts.map((name) => `${folder}/${name}`)]
})
