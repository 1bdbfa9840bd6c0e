import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { ConfigError, type Place } from "./ConfigError.ts"

/**
 * Replaces `$NAME` and `${NAME}` by the built-in variables. Their values are taken as they are, so a folder with spaces,
 * quotes or dollar signs stays whole when flags were split before. A `$NAME` that is no variable stays as written; a
 * `${NAME}` is an error, except in options whose text is a template for a later command (`upload_command` and the like).
 * PlatformIO's `UNIX_TIME` is always an error: no build that contains it can be repeated.
 *
 * Source: PlatformIO documentation, "build_flags", "Built-in Variables".
 */
export const substituteVariables = (
  text: string,
  variables: Readonly<Record<string, string>>,
  origin: Place & { readonly key: string }
): Result.Result<string, ConfigError> => {
  let failure: ConfigError | undefined
  const replaced = text.replace(/\$\{([^{}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g, (written, braced, plain) => {
    const name: string = (braced ?? plain).trim()
    if (Object.hasOwn(variables, name)) return variables[name]!
    if (name === "UNIX_TIME" || braced !== undefined && !isTemplate(origin.key)) {
      failure ??= ConfigError.at(origin, {
        _tag: "UnresolvedReference",
        reference: name,
        key: origin.key,
        nearest: nearest(name, Object.keys(variables), 1)
      })
    }
    return written
  })
  return failure === undefined ? Result.succeed(replaced) : Result.fail(failure)
}

const isTemplate = (key: string) =>
  /^(upload|debug|test|check|monitor|custom)_/.test(key) && key !== "debug_build_flags"
