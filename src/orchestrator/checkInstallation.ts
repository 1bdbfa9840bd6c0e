import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { loadPlatform, platformNames } from "../../platforms/index.ts"
import { parseProperties } from "../arduino/Properties.ts"
import { requiredTools } from "../arduino/requiredTools.ts"
import type { Disk } from "../disk/Disk.ts"
import { considerCores, type PackageSearch } from "../packages/findCore.ts"
import { installedCores } from "../packages/installedCores.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import { findProgram, findTool } from "../toolchain/findTool.ts"
import { plainProperties } from "./boardBuild.ts"
import { driverOf } from "./driverOf.ts"
import { projectPlatforms } from "./projectPlatforms.ts"
import { resolveBoard } from "./resolveBoard.ts"
import { namedPlatform, type ResolvedPlatform, resolvePlatform } from "./resolvePlatform.ts"

/** Something that a build may need, and whether it is there. */
export interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
  readonly hint?: string
}

/**
 * Looks for the core and the compiler of what the project of the folder names, of every family, and of every core that Arduino's
 * tools have installed; and for the emulators. A family that nothing asks for and no distribution has is no failure.
 */
export const checkInstallation = Effect.fn(Span.checkInstallation)(function*(search: PackageSearch) {
  const own = yield* projectPlatforms(search)
  const findings: Array<Finding> = []
  const checked = new Set<string>()
  for (const { platform, search, ...board } of own) {
    checked.add(platform)
    findings.push(...yield* checkPlatform(platform, search, "needed", board))
  }
  for (const name of platformNames) {
    const { core } = (yield* loadPlatform(name))!
    checked.add(`${core.vendor}:${core.architecture}`)
    if (!checked.has(name)) {
      findings.push(...yield* checkPlatform(name, search, core.debianPackages.length > 0 ? "needed" : "possible"))
    }
  }
  for (const core of yield* installedCores(search)) {
    if (!checked.has(core)) findings.push(...yield* checkPlatform(core, search, "possible"))
  }
  return [...findings, ...yield* checkEmulators(search)]
})

const checkPlatform = Effect.fnUntraced(function*(
  platform: string,
  search: PackageSearch,
  /** Whether it is a failure when the core is not there. */
  core: "needed" | "possible",
  board?: WantedBoard
) {
  const named = yield* Effect.result(namedPlatform(platform, search, { path: "platform", line: 0 }))
  if (named._tag === "Success" && named.success.spec.frameworks.length === 0) {
    return yield* checkTools(platform, named.success.spec, search)
  }
  const resolved = yield* Effect.result(
    Effect.flatMap(Effect.fromResult(named), (found) => resolvePlatform(found, search))
  )
  if (resolved._tag === "Failure") {
    const finding = failed(`${platform} core`, resolved.failure)
    return [core === "needed" ? finding : { ...finding, ok: true, detail: `not installed: ${finding.detail}` }]
  }
  const { core: { path, source }, spec } = resolved.success
  const places = source === "platform" ? [] : yield* considerCores(spec.core, search)
  const others = places.filter(({ found }) => found !== path).map(({ found, place }) =>
    `${found === undefined ? "not in" : "after it comes"} ${place.path} (${place.source})`
  )
  const found: Finding = {
    what: `${platform} core`,
    ok: true,
    detail: [`${path} (${source})`, ...others].join("; ")
  }
  const compiler = yield* compilerOf(resolved.success, search, board).pipe(
    Effect.map(({ compiler, version }): Finding => ({
      what: `${platform} compiler`,
      ok: true,
      detail: `${compiler} ${version}`
    })),
    Effect.catch((error) => Effect.succeed(failed(`${platform} compiler`, error)))
  )
  return [found, compiler]
})

/** The tools of a family that has recipes of its own and no core; that they are missing is no failure, as nothing asks for it. */
const checkTools = Effect.fnUntraced(function*(platform: string, spec: PlatformSpec, search: PackageSearch) {
  const recipes = yield* Effect.fromResult(parseProperties(`platforms/${spec.id}`, spec.bare?.recipes ?? ""))
  return yield* Effect.forEach(
    requiredTools(recipes),
    ({ name, programs }) =>
      findTool({ name, package: spec.toolchain.package, programs }, search).pipe(
        Effect.map((found): Finding => ({
          what: `${platform} compiler`,
          ok: true,
          detail: found === undefined ? "not installed" : `${found.path}/${programs[0] ?? ""} (${found.source})`
        })),
        Effect.catch((error) => {
          const finding = failed(`${platform} compiler`, error)
          return Effect.succeed({ ...finding, ok: true, detail: `not installed: ${finding.detail}` })
        })
      )
  )
})

interface WantedBoard {
  readonly boardId: string | undefined
  readonly boardsDir: string
}

/** What the recipes of the project's board call, else those of the core's first: other boards of it may need others. */
const compilerOf = Effect.fnUntraced(function*(
  resolved: ResolvedPlatform,
  search: PackageSearch,
  { boardId, boardsDir }: WantedBoard = { boardId: undefined, boardsDir: "boards" }
) {
  // A project without a framework may name an MCU that the core has no board for.
  const found = yield* Effect.option(resolveBoard(boardId ?? "", resolved, search, boardsDir))
  const board = Option.getOrUndefined(found)?.board
  return yield* driverOf(yield* plainProperties(resolved, search, board), resolved.spec, search)
})

const checkEmulators = Effect.fnUntraced(function*({ variables }: PackageSearch) {
  const program = Effect.fnUntraced(function*(name: string, file: string, without: string): Effect.fn.Return<
    Finding,
    never,
    Disk
  > {
    const found = yield* findProgram(file, variables)
    return { what: `emulator ${name}`, ok: true, detail: found ?? `not installed; ${without}` }
  })
  const builtIn = ["avr8js", "rp2040js"].map((name): Finding => ({
    what: `emulator ${name}`,
    ok: true,
    detail: "part of fbuild"
  }))
  return [
    ...builtIn,
    yield* program("simavr", "simavr", "only AVRs other than the ATmega328P need it"),
    yield* program("qemu", "qemu-system-arm", "Cortex-M needs it: sudo apt-get install qemu-system-arm")
  ]
})

const failed = (what: string, error: { readonly message: string; readonly hint?: string | undefined }): Finding => ({
  what,
  ok: false,
  detail: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint })
})
