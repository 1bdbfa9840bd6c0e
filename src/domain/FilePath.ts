import * as Schema from "effect/Schema"

/**
 * A path with `/` separators, absolute or relative to the project folder. Converted to the host's form only where a
 * process is started or a file is opened.
 */
export const FilePath = Schema.NonEmptyString.pipe(Schema.brand("FilePath"))
export type FilePath = typeof FilePath.Type
