import * as Result from "effect/Result"
import { UnknownOption } from "../arduino/ArduinoError.ts"
import { type Board, type Boards, type Menu, resolveBoard, type ResolvedBoard } from "../arduino/boards.ts"
import { expand } from "../arduino/expandProperty.ts"
import { mergeProperties, type Properties } from "../arduino/Properties.ts"

/** How a setting chooses an option of a menu: `MenuRule` of `plan/PlatformSpec.ts` says what each means. */
export type OptionRule =
  & { readonly setting: string; readonly menu: string }
  & (
    | { readonly _tag: "Size"; readonly from: string; readonly to: string }
    | { readonly _tag: "Number" | "Text"; readonly property: string }
    | { readonly _tag: "Word"; readonly words: Readonly<Record<string, string>> }
  )

/**
 * The board with the options that `board_build.<menu> = <option>` asks for, and those that the rules find for other settings.
 * What `board =` itself says (`id:menu=option`) is stronger. Where a setting fits no option, a number or a size chooses nothing; a word is an
 * error, because what it asks for would be left out without a sign.
 */
export const chooseOptions = (
  boards: Boards,
  board: ResolvedBoard,
  reference: string,
  /** `board_build.X` as `build.X`, `board_hardware.X` as `hardware.X`; what they do not say, the board's file may. */
  settings: Readonly<Record<string, string>>,
  rules: ReadonlyArray<OptionRule>
): Result.Result<ResolvedBoard, UnknownOption> =>
  Result.gen(function*() {
    const vendor = boards.boards.get(board.id)
    if (vendor === undefined) return board
    const written = new Set(reference.split(":")[1]?.split(",").map((choice) => choice.split("=")[0]))
    // A board file lies over the options of the vendor's board.
    const over = new Map([...board.properties].filter(([, { path }]) => path !== boards.path))
    const said = { ...Object.fromEntries(Array.from(over, ([key, { value }]) => [key, value])), ...settings }
    const chosen = new Map<string, string>()
    for (const [id, menu] of vendor.menus) {
      if (written.has(id)) continue
      const named = settings[`build.${id}`]
      if (named !== undefined && menu.has(named)) chosen.set(id, named)
      else {
        const option = yield* optionByRules(
          { boards, board, vendor, menu },
          rules.filter((rule) => rule.menu === id),
          said
        )
        if (option !== undefined) chosen.set(id, option)
      }
    }
    if (chosen.size === 0) return board
    const all = { ...board.options, ...Object.fromEntries(chosen) }
    const text = Object.entries(all).map(([menu, option]) => `${menu}=${option}`).join(",")
    const resolved = Result.getOrElse(resolveBoard(boards, `${board.id}:${text}`), () => board)
    return { ...resolved, name: board.name, properties: mergeProperties(resolved.properties, over) }
  })

interface Where {
  readonly boards: Boards
  readonly board: ResolvedBoard
  readonly vendor: Board
  readonly menu: Menu
}

const optionByRules = (
  where: Where,
  rules: ReadonlyArray<OptionRule>,
  settings: Readonly<Record<string, string>>
): Result.Result<string | undefined, UnknownOption> =>
  Result.gen(function*() {
    let left: ReadonlyArray<string> | undefined
    for (const rule of rules) {
      const value = settings[rule.setting]
      if (value === undefined || value.trim() === "") continue
      const fitting = yield* fittingOptions(where, rule, value.trim())
      const narrowed = left === undefined ? fitting : left.filter((option) => fitting.includes(option))
      if (narrowed.length > 0) left = narrowed
    }
    return left?.[0]
  })

const fittingOptions = (
  { board, boards, menu, vendor }: Where,
  rule: OptionRule,
  value: string
): Result.Result<ReadonlyArray<string>, UnknownOption> => {
  const where = (fits: (properties: Properties) => boolean) =>
    Result.succeed([...menu].flatMap(([id, { properties }]) => fits(properties) ? [id] : []))
  switch (rule._tag) {
    case "Size":
      return where((properties) =>
        Number(properties.get(rule.to)?.value) - Number(properties.get(rule.from)?.value) === byteCount(value)
      )
    case "Number": {
      const wanted = integer(value)
      return where((properties) => {
        const all = mergeProperties(vendor.properties, properties)
        const origin = { path: boards.path, line: 0, key: rule.property }
        const text = Result.getOrElse(expand(all, `{${rule.property}}`, origin), () => "")
        return wanted !== undefined && integer(text) === wanted
      })
    }
    case "Text":
      return where((properties) => properties.get(rule.property)?.value === value)
    case "Word": {
      const optionsOf = (pattern: string) => [...menu.keys()].filter((id) => new RegExp(pattern).test(id))
      const pattern = Object.hasOwn(rule.words, value.toLowerCase()) ? rule.words[value.toLowerCase()] : undefined
      const options = pattern === undefined ? [] : optionsOf(pattern)
      if (options.length > 0) return Result.succeed(options)
      const known = Object.keys(rule.words).filter((word) => optionsOf(rule.words[word]!).length > 0)
      const text = (word: string) => `board_${rule.setting} = ${word}`
      return Result.fail(
        new UnknownOption({ path: boards.path, board: board.id, text: text(value), known: known.map(text) })
      )
    }
  }
}

/** `16000000L`, `0x10`. */
const integer = (text: string): number | undefined => {
  const [, digits] = /^(\d+|0x[\da-f]+)U?L*$/i.exec(text.trim()) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** `65536`, `64k`, `0.5m`; `undefined` for anything else. */
const byteCount = (text: string): number | undefined => {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([km]?)b?$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  return Number(digits) * ({ k: 1024, m: 1024 * 1024 }[unit?.toLowerCase() ?? ""] ?? 1)
}
