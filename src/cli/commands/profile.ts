import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Disk } from "../../disk/Disk.ts"
import { ChromeTrace, chromeTrace } from "../../profile/chromeTrace.ts"
import { diffProfiles, ProfileDiff } from "../../profile/diff.ts"
import { listRecords, readRecord } from "../../profile/records.ts"
import { summarise, Summary } from "../../profile/summary.ts"
import { webPage } from "../../profile/webPage.ts"
import { joinPath } from "../../sources/paths.ts"
import { usesColor } from "../colors.ts"
import { projectOptions, projectRequest, toggle } from "../options.ts"
import { reasonsOf } from "../render/explanation.ts"
import { diffText, listText, profileText } from "../render/profile.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { UsageError } from "../UsageError.ts"

const { color, json, projectDir } = projectOptions

const ChromeText = Schema.fromJsonString(ChromeTrace)
const DiffText = Schema.fromJsonString(ProfileDiff)
const SummaryText = Schema.fromJsonString(Summary)

export const profile = Command.make("profile", {
  builds: Argument.String("build").pipe(
    Argument.between(0, 3),
    Argument.withDescription(
      "1 is the last build, 2 the one before, or the beginning of a trace id; diff A B compares two"
    )
  ),
  projectDir,
  json,
  color,
  list: toggle("list", "The builds that are remembered"),
  chrome: Flag.String("chrome").pipe(
    Flag.withMetavar("FILE"),
    Flag.optional,
    Flag.withDescription("Write a file that Perfetto and chrome://tracing open")
  ),
  web: toggle("web", "Write .fbuild/profile.html: the timeline, for any browser")
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { cwd, stdout, variables } = yield* Terminal
      const { projectDir } = yield* projectRequest({ ...none, ...flags })
      const color = usesColor(flags.color, stdout, variables)
      const recordOf = Effect.fnUntraced(function*(which: string) {
        const record = yield* readRecord(projectDir, which)
        return record ?? (yield* new UsageError({
          reason: `no build "${which}" is remembered in ${projectDir}/.fbuild/profile`,
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
        const names = yield* listRecords(projectDir)
        for (const index of names.keys()) {
          const record = yield* readRecord(projectDir, String(index + 1))
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
        const path = `${projectDir}/.fbuild/profile.html`
        yield* disk.write(path, yield* webPage(record, (action) => reasonsOf(action).join("; ")))
        return yield* stdout.write(`file://${encodeURI(path)}\n`)
      }
      const summary = summarise(record)
      yield* flags.json ? print(SummaryText, summary) : stdout.write(profileText(summary, color))
    })
  )).pipe(
    Command.withDescription("Tell where the time of a build went"),
    Command.withExamples([
      { command: "fbuild profile", description: "The last build: slowest actions, critical path, parallelism" },
      { command: "fbuild profile --web", description: "The timeline in a page" },
      { command: "fbuild profile --chrome trace.json", description: "For ui.perfetto.dev or chrome://tracing" },
      { command: "fbuild profile diff 2 1", description: "What the last build took longer than the one before" }
    ])
  )

const none = { folder: Option.none(), environment: [], release: false, debug: false }

const print = Effect.fnUntraced(function*<A>(schema: Schema.Codec<A, string>, value: A) {
  const { stdout } = yield* Terminal
  const text = yield* Schema.encodeEffect(schema)(value).pipe(Effect.orDie)
  yield* stdout.write(`${text}\n`)
})
