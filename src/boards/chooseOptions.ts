import * as Result from "effect/Result"
import { type Boards, resolveBoard, type ResolvedBoard } from "../arduino/boards.ts"
import { mergeProperties } from "../arduino/Properties.ts"

/** A menu whose option is chosen by a size: the one where `to` - `from` is that many bytes. */
export interface SizeRule {
  readonly option: string
  readonly menu: string
  readonly from: string
  readonly to: string
}

/**
 * The board with the options that `board_build.<menu> = <option>` asks for, and those that a size decides. What `board =` itself
 * says (`id:menu=option`) is stronger. An option that the board does not have is a property like any other.
 */
export const chooseOptions = (
  boards: Boards,
  board: ResolvedBoard,
  reference: string,
  /** `board_build.X` as `build.X`. */
  options: Readonly<Record<string, string>>,
  rules: ReadonlyArray<SizeRule>
): ResolvedBoard => {
  const menus = boards.boards.get(board.id)?.menus
  if (menus === undefined) return board
  const chosen = new Map<string, string>()
  for (const [menu, available] of menus) {
    const named = options[`build.${menu}`]
    const bySize = rules.flatMap((rule) => {
      const bytes = rule.menu === menu ? byteCount(options[rule.option]) : undefined
      return bytes === undefined ?
        [] :
        [...available].flatMap(([id, { properties }]) =>
          Number(properties.get(rule.to)?.value) - Number(properties.get(rule.from)?.value) === bytes ? [id] : []
        )
    })
    const option = named !== undefined && available.has(named) ? named : bySize[0]
    if (option !== undefined && !reference.includes(`${menu}=`)) chosen.set(menu, option)
  }
  if (chosen.size === 0) return board
  const all = { ...board.options, ...Object.fromEntries(chosen) }
  const text = Object.entries(all).map(([menu, option]) => `${menu}=${option}`).join(",")
  const resolved = Result.getOrElse(resolveBoard(boards, `${board.id}:${text}`), () => board)
  // A board file lies over the options of the vendor's board.
  const over = new Map([...board.properties].filter(([, { path }]) => path !== boards.path))
  return { ...resolved, name: board.name, properties: mergeProperties(resolved.properties, over) }
}

/** `65536`, `64k`, `0.5m`; `undefined` for anything else. */
const byteCount = (text: string | undefined): number | undefined => {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([km]?)b?$/i.exec(text?.trim() ?? "") ?? []
  if (digits === undefined) return undefined
  return Number(digits) * ({ k: 1024, m: 1024 * 1024 }[unit?.toLowerCase() ?? ""] ?? 1)
}
