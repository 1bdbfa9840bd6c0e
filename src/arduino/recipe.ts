import * as Result from "effect/Result"
import { type ArduinoError, BadQuoting, MissingRecipe } from "./ArduinoError.ts"
import { expand, type ExpansionOrigin } from "./expandProperty.ts"
import { literalProperties, type Properties } from "./Properties.ts"

/** Values known only for one action, by the key that recipes use: `source_file`, `includes`, `build.path` … */
export type Bindings = Readonly<Record<string, string | ReadonlyArray<string>>>

/**
 * The argument list of the recipe `key` (`recipe.c.o.pattern`).
 *
 * Bindings go before properties of the same key and are put in after the line has been split, so spaces, quotes and
 * braces in them come through untouched. A list that is an argument by itself (quoted or not) becomes one argument for
 * each element; inside a longer argument, such as a shell script of a hook, its elements are joined with spaces.
 * Arguments that end up empty are dropped.
 */
export const expandRecipe = (
  properties: Properties,
  key: string,
  bindings: Bindings
): Result.Result<ReadonlyArray<string>, ArduinoError> =>
  Result.map(prepareRecipe(properties, key, Object.keys(bindings)), (bound) => bound(bindings))

/**
 * The work of `expandRecipe` that is the same for all actions of a recipe: what is left to do is to put in the values of
 * the bindings that are named here.
 */
export const prepareRecipe = (
  properties: Properties,
  key: string,
  names: ReadonlyArray<string>
): Result.Result<(bindings: Bindings) => ReadonlyArray<string>, ArduinoError> => {
  const recipe = properties.get(key)
  if (recipe === undefined || recipe.value === "") return Result.fail(new MissingRecipe({ recipe: key }))
  const placeholders = literalProperties(
    Object.fromEntries(names.map((name, index) => [name, `\0${index}\0`])),
    "fbuild"
  )
  const layered = { get: (name: string) => placeholders.get(name) ?? properties.get(name) }
  const origin = { path: recipe.path, line: recipe.line, key }
  return expand(layered, `{${key}}`, origin).pipe(
    Result.flatMap((line) => splitRecipe(line, origin)),
    Result.map((args) => (bindings: Bindings) => {
      const values = names.map((name) => bindings[name] ?? "")
      return args.flatMap((arg) => arg.includes("\0") ? bind(arg, values) : [arg]).filter((arg) => arg !== "")
    })
  )
}

/**
 * Splits a recipe line at its spaces. An argument that starts with a quote (`"` or `'`) goes on to the next place where
 * the same quote stands before a space or the end, and loses both; quotes anywhere else are plain characters, so
 * `-DX="y"` keeps them. There is no escaping. Arguments of white space only are dropped.
 * Source: behaviour of arduino-cli 1.x, which the specification leaves open.
 */
export const splitRecipe = (
  text: string,
  origin: ExpansionOrigin
): Result.Result<ReadonlyArray<string>, BadQuoting> => {
  const args: Array<string> = []
  let quoted: { readonly quote: string; readonly pieces: Array<string> } | undefined
  for (const piece of text.split(" ")) {
    let rest = piece
    if (quoted === undefined) {
      const quote = piece[0]
      if (quote !== "\"" && quote !== "'") {
        args.push(piece)
        continue
      }
      quoted = { quote, pieces: [] }
      // A lone quote only opens: its argument starts with a space.
      rest = piece.slice(1)
    }
    quoted.pieces.push(rest)
    if (rest.endsWith(quoted.quote)) {
      args.push(quoted.pieces.join(" ").slice(0, -1))
      quoted = undefined
    }
  }
  if (quoted !== undefined) {
    const { pieces, quote } = quoted
    return Result.fail(new BadQuoting({ ...origin, quote, text: `${quote}${pieces.join(" ")}` }))
  }
  return Result.succeed(args.filter((arg) => arg.trim() !== ""))
}

/** One argument with its placeholders replaced by the values that they stand for. */
const bind = (arg: string, values: ReadonlyArray<string | ReadonlyArray<string>>): ReadonlyArray<string> => {
  const whole = /^\0(\d+)\0$/.exec(arg)
  if (whole !== null) return [valueAt(values, whole[1])].flat()
  return [arg.replaceAll(/\0(\d+)\0/g, (_, index: string) => [valueAt(values, index)].flat().join(" "))]
}

const valueAt = (values: ReadonlyArray<string | ReadonlyArray<string>>, index: string | undefined) =>
  values[Number(index)] ?? ""
