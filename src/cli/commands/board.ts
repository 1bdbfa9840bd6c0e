import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describeBoard } from "../../orchestrator/boardCatalog.ts"
import { homeOf, projectOptions } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"

const Value = Schema.Struct({ value: Schema.String, path: Schema.String, line: Schema.Int })

const Document = Schema.fromJsonString(Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  platform: Schema.String,
  vendor: Schema.String,
  core: Schema.Struct({
    path: Schema.String,
    source: Schema.String,
    /** Where it was looked for, in order: the first that has it is used. */
    considered: Schema.Array(Schema.Struct({ path: Schema.String, source: Schema.String, found: Schema.Boolean }))
  }),
  /** The file of `boards/` that describes it, where that is not `boards.txt` alone. */
  manifest: Schema.optionalKey(Schema.String),
  /** Fuses and lock bits, by name. */
  fuses: Schema.Record(Schema.String, Value),
  properties: Schema.Record(Schema.String, Value)
}))

export const board = Command.make("board", {
  id: Argument.String("id").pipe(
    Argument.withDescription(
      "PlatformIO's id, the vendor's with options (mega:cpu=atmega2560), or of one core (arduino:avr:mega)"
    )
  ),
  json: projectOptions.json,
  color: projectOptions.color
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { cwd, stdout, variables } = yield* Terminal
      const search = { projectDir: cwd, home: homeOf(variables), platformPackages: [], variables }
      const { board, considered, core, fuses, manifest, platform, properties, reference } = yield* describeBoard(
        flags.id,
        search
      )
      if (flags.json) {
        const { name } = board
        const document = {
          id: flags.id,
          name,
          platform,
          vendor: reference,
          core: {
            ...core,
            considered: considered.map(({ found, place: { path, source } }) => ({
              path,
              source,
              found: found !== undefined
            }))
          },
          ...(manifest === undefined ? {} : { manifest }),
          fuses,
          properties: Object.fromEntries(properties)
        }
        return yield* stdout.write(`${Schema.encodeSync(Document)(document)}\n`)
      }
      const width = Math.max(...properties.map(([key]) => key.length))
      yield* stdout.write([
        `${flags.id}: ${board.name} (${platform}, ${reference})`,
        `core: ${core.path} (${core.source})`,
        ...considered.map(({ found, place: { path, source } }) =>
          `  ${found === core.path ? "used" : found === undefined ? "none" : "also"}  ${source.padEnd(17)}  ${path}`
        ),
        ...(manifest === undefined ? [] : [`described by ${manifest}`]),
        ...Object.entries(fuses).map(([name, { line, path, value }]) => `fuse ${name}: ${value}  (${path}:${line})`),
        ...properties.map(([key, { line, path, value }]) => `${key.padEnd(width)}  ${value}  (${path}:${line})`),
        ""
      ].join("\n"))
    })
  )).pipe(
    Command.withDescription("Show a board with the source of every property"),
    Command.withExamples([{ command: "fbuild board uno", description: "What fbuild knows of the Uno" }])
  )
