import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { loadProject } from "../config/loadProject.ts"
import { Disk } from "../disk/Disk.ts"
import { joinPath } from "../domain/paths.ts"
import { ChromeTrace, chromeTrace } from "../profile/chromeTrace.ts"
import { diffProfiles, ProfileDiff } from "../profile/diff.ts"
import { listRecords, readRecord, recordsFolder } from "../profile/records.ts"
import { summarise, Summary } from "../profile/summary.ts"
import { webPage } from "../profile/webPage.ts"
import { type ColorMode, usesColor } from "./colors.ts"
import { projectRequest } from "./options.ts"
import { reasonsOf } from "./render/explanation.ts"
import { diffText, listText, profileText } from "./render/profile.ts"
import { Terminal } from "./Terminal.ts"
import { UsageError } from "./UsageError.ts"

const ChromeText = Schema.fromJsonString(ChromeTrace)
const DiffText = Schema.fromJsonString(ProfileDiff)
const SummaryText = Schema.fromJsonString(Summary)

export interface ProfileFlags {
  readonly builds: ReadonlyArray<string>
  readonly projectDir: Option.Option<string>
  readonly color: ColorMode
  readonly json: boolean
  readonly list: boolean
  readonly web: boolean
  readonly chrome: Option.Option<string>
}

/** What `fbuild profile` does: tells of a build, compares two, lists them, or writes one for another program to show. */
export const tellProfile = Effect.fnUntraced(function*(flags: ProfileFlags) {
  const { cwd, stdout, variables } = yield* Terminal
  const { projectDir } = yield* projectRequest({ ...none, ...flags })
  // A project that cannot be read any more may have been built before.
  const buildRoot = yield* loadProject(projectDir, variables).pipe(
    Effect.map(({ dirs }) => dirs.build),
    Effect.orElseSucceed(() => ".fbuild/build")
  )
  const folder = recordsFolder(projectDir, joinPath(projectDir, buildRoot))
  const color = usesColor(flags.color, stdout, variables)
  const recordOf = Effect.fnUntraced(function*(which: string) {
    const record = yield* readRecord(folder, which)
    return record ?? (yield* new UsageError({
      reason: `no build "${which}" is remembered in ${folder}`,
      hint: "fbuild profile --list"
    }))
  })
  const [first = "1", ...others] = flags.builds
  if (first === "diff" || others.length > 0) {
    const [before, after, ...more] = others
    if (first !== "diff" || before === undefined || after === undefined || more.length > 0) {
      return yield* new UsageError({ reason: "expected a build, or: diff BUILD BUILD" })
    }
    const diff = diffProfiles(yield* recordOf(before), yield* recordOf(after))
    return yield* flags.json ? print(DiffText, diff) : stdout.write(diffText(diff, color))
  }
  if (flags.list) {
    const names = yield* listRecords(folder)
    for (const index of names.keys()) {
      const record = yield* readRecord(folder, String(index + 1))
      if (record === undefined) continue
      const summary = summarise(record)
      yield* flags.json ? print(SummaryText, summary) : stdout.write(listText([{ index: index + 1, summary }]))
    }
    return
  }
  const record = yield* recordOf(first)
  if (Option.isSome(flags.chrome)) {
    const disk = yield* Disk
    const text = yield* Schema.encodeEffect(ChromeText)(chromeTrace(record)).pipe(Effect.orDie)
    return yield* disk.write(joinPath(cwd, flags.chrome.value), text)
  }
  if (flags.web) {
    const disk = yield* Disk
    const path = `${folder}.html`
    yield* disk.write(path, yield* webPage(record, (action) => reasonsOf(action).join("; ")))
    return yield* stdout.write(`file://${encodeURI(path)}\n`)
  }
  const summary = summarise(record)
  yield* flags.json ? print(SummaryText, summary) : stdout.write(profileText(summary, color))
})

const none = { folder: Option.none(), environment: [], release: false, debug: false }

const print = Effect.fnUntraced(function*<A>(schema: Schema.Codec<A, string>, value: A) {
  const { stdout } = yield* Terminal
  const text = yield* Schema.encodeEffect(schema)(value).pipe(Effect.orDie)
  yield* stdout.write(`${text}\n`)
})
