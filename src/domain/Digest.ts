import * as Schema from "effect/Schema"

/** A SHA-256 in lower-case hexadecimal, 64 characters. */
export const Digest = Schema.String.pipe(Schema.check(Schema.isPattern(/^[0-9a-f]{64}$/)), Schema.brand("Digest"))
export type Digest = typeof Digest.Type
