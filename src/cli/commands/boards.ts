import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { listBoards } from "../../orchestrator/boardCatalog.ts"
import { homeOf, projectOptions } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"

const Line = Schema.fromJsonString(Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  platform: Schema.String,
  vendor: Schema.String,
  mcu: Schema.String,
  /** The file that describes it. */
  path: Schema.String
}))

export const boards = Command.make("boards", {
  query: Argument.String("query").pipe(
    Argument.optional,
    Argument.withDescription("Part of an id, a name or an MCU")
  ),
  json: projectOptions.json,
  color: projectOptions.color
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { cwd, stdout, variables } = yield* Terminal
      const query = Option.getOrElse(flags.query, () => "").toLowerCase()
      const found = (yield* listBoards({ projectDir: cwd, home: homeOf(variables), platformPackages: [], variables }))
        .filter(({ id, mcu, name }) => `${id} ${name} ${mcu}`.toLowerCase().includes(query))
      const width = Math.max(...found.map(({ id }) => id.length), 0)
      yield* stdout.write(
        found.map((board) =>
          flags.json
            ? `${Schema.encodeSync(Line)(board)}\n`
            : `${board.id.padEnd(width)}  ${
              board.mcu.padEnd(12)
            }  ${board.name}  (${board.platform} ${board.vendor}, ${board.path})\n`
        ).join("")
      )
    })
  )).pipe(
    Command.withDescription("List the boards that can be built for"),
    Command.withExamples([{ command: "fbuild boards 32u4", description: "All boards with that MCU" }])
  )
