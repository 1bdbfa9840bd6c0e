import * as Schema from "effect/Schema"
import { BuildEvent } from "../../exec/BuildEvent.ts"
import type { BuildReporter } from "../../exec/BuildReporter.ts"
import type { Sink } from "../Terminal.ts"

const encode = Schema.encodeSync(Schema.fromJsonString(BuildEvent))

/** One event a line on stdout. */
export const jsonReporter = (stdout: Sink): BuildReporter["Service"] => ({
  emit: (event) => stdout.write(`${encode(event)}\n`)
})
