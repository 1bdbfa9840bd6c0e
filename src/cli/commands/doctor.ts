import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { checkInstallation } from "../../orchestrator/checkInstallation.ts"
import { green, red } from "../colors.ts"
import { usesColor } from "../colors.ts"
import { homeOf, projectOptions } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { CommandExit } from "../UsageError.ts"

const Line = Schema.fromJsonString(Schema.Struct({
  what: Schema.String,
  ok: Schema.Boolean,
  detail: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}))

export const doctor = Command.make(
  "doctor",
  { json: projectOptions.json, color: projectOptions.color },
  (flags) =>
    reporting(
      flags,
      Effect.gen(function*() {
        const { cwd, stdout, variables } = yield* Terminal
        const search = { projectDir: cwd, home: homeOf(variables), platformPackages: [], variables }
        const findings = yield* checkInstallation(search)
        const color = usesColor(flags.color, stdout, variables)
        yield* stdout.write(
          findings.map((finding) =>
            flags.json
              ? `${Schema.encodeSync(Line)(finding)}\n`
              : `${finding.ok ? green("✓", color) : red("✗", color)} ${finding.what}: ${finding.detail}\n`
                + (finding.hint === undefined ? "" : `  hint: ${finding.hint}\n`)
          ).join("")
        )
        if (findings.some(({ ok }) => !ok)) return yield* new CommandExit({ code: 3 })
      })
    )
).pipe(
  Command.withDescription("What is installed, found and missing, and the command that helps"),
  Command.withExamples([{ command: "fbuild doctor", description: "Check this machine" }])
)
