import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { manySmall, pause, type Steps } from "../domain/steps.ts"
import { type BadLine, UnknownBoard, UnknownOption } from "./ArduinoError.ts"
import {
  type HostOs,
  mergeProperties,
  type Properties,
  propertiesOf,
  type Property,
  selectOs,
  type TextFile
} from "./Properties.ts"

/** One choice of a menu. `properties` go over the board's. */
export interface MenuOption {
  readonly title: string
  readonly properties: Properties
}

/** A menu of a board: options by id in file order. The first one is the default. */
export type Menu = ReadonlyMap<string, MenuOption>

export interface Board {
  readonly id: string
  readonly name: string
  /** Marked `hide`: left out of lists, still buildable. */
  readonly hidden: boolean
  /** Without the board's id in front, and without its menus. */
  readonly properties: Properties
  /** By id, in the order in which the file declares the menus (`menu.cpu=Processor`). */
  readonly menus: ReadonlyMap<string, Menu>
}

/** What a `boards.txt` says. */
export interface Boards {
  readonly path: string
  /** What menus are called, by id. */
  readonly menuTitles: ReadonlyMap<string, string>
  /** By id, in file order. */
  readonly boards: ReadonlyMap<string, Board>
}

/** A board with one option chosen in each of its menus. */
export interface ResolvedBoard {
  readonly id: string
  readonly name: string
  /** Option by menu, for every menu of the board. */
  readonly options: Readonly<Record<string, string>>
  /** The board's properties under those of its options, menu by menu. */
  readonly properties: Properties
}

/**
 * Reads `boards.txt` with `boards.local.txt`, if there is one, over it. A board is an id that has a `name`; a board of
 * the local file may be a new one. A menu or option without a title is titled by its id.
 * Source: Arduino platform specification, "boards.txt", "Custom board options", "Hiding boards", "boards.local.txt".
 * Steps, because some cores have thousands of lines for hundreds of boards.
 */
export function* boardsOf(
  file: TextFile,
  local: TextFile | undefined,
  os: HostOs
): Steps<Boards, BadLine> {
  const layers: Array<Properties> = []
  for (const one of local === undefined ? [file] : [file, local]) {
    layers.push(selectOs(yield* propertiesOf(one), os))
  }
  const byId = yield* firstLevel(layers.length === 1 ? layers[0]! : mergeProperties(...layers))
  const titles = byId.get("menu") ?? new Map()
  byId.delete("menu")
  const boards = new Map<string, Board>()
  for (const [id, properties] of byId) {
    yield* pause
    const name = properties.get("name")?.value
    if (name !== undefined) boards.set(id, yield* makeBoard(id, name, properties, titles))
  }
  const menuTitles = new Map([...titles].map(([id, title]) => [id, title.value]))
  return { path: file.path, menuTitles, boards }
}

/**
 * Finds the board that `reference` names: `mega` or `mega:cpu=atmega2560,speed=fast`. Menus that it does not mention
 * take their default.
 */
export const resolveBoard = (
  boards: Boards,
  reference: string
): Result.Result<ResolvedBoard, UnknownBoard | UnknownOption> => {
  const { id, choices } = splitReference(reference)
  const board = boards.boards.get(id)
  if (board === undefined) {
    return Result.fail(
      new UnknownBoard({ path: boards.path, board: id, nearest: nearest(id, boards.boards.keys(), 3) })
    )
  }
  const chosen = new Map<string, string>()
  for (const text of choices) {
    const [menu = "", option = ""] = splitAt(text, "=")
    if (board.menus.get(menu)?.has(option) !== true) {
      return Result.fail(new UnknownOption({ path: boards.path, board: id, text, known: knownOptions(board, menu) }))
    }
    chosen.set(menu, option)
  }
  const options: Record<string, string> = {}
  const layers = [board.properties]
  for (const [menuId, menu] of board.menus) {
    const [first] = menu.keys()
    const option = chosen.get(menuId) ?? first ?? ""
    options[menuId] = option
    layers.push(menu.get(option)?.properties ?? new Map())
  }
  return Result.succeed({ id, name: board.name, options, properties: mergeProperties(...layers) })
}

function* makeBoard(id: string, name: string, all: Properties, titles: Properties): Steps<Board> {
  const properties = new Map<string, Property>()
  const choices = new Map<string, Property>()
  for (const [key, property] of all) {
    if (key.startsWith("menu.")) choices.set(key.slice("menu.".length), property)
    else properties.set(key, property)
  }
  const menus = new Map<string, Menu>()
  const own = yield* firstLevel(choices)
  for (const id of new Set([...titles.keys(), ...own.keys()])) {
    const menu = own.get(id)
    if (menu !== undefined) menus.set(id, yield* makeMenu(menu))
  }
  return { id, name, hidden: properties.has("hide"), properties, menus }
}

function* makeMenu(properties: Properties): Steps<Menu> {
  const options = yield* firstLevel(properties)
  return new Map([...options].map(([id, below]) => [
    id,
    { title: properties.get(id)?.value ?? id, properties: below }
  ]))
}

/** Splits keys at their first dot: `{a.b.c, a.d, e}` has `a: {b.c, d}` and `e: {}`. */
function* firstLevel(properties: Properties): Steps<Map<string, Properties>> {
  const groups = new Map<string, Map<string, Property>>()
  let done = 0
  for (const [key, property] of properties) {
    if (++done % manySmall === 0) yield* pause
    const [head, rest] = splitAt(key, ".")
    const group = groups.get(head) ?? new Map()
    groups.set(head, group)
    if (rest !== undefined && rest !== "") group.set(rest, property)
  }
  return groups
}

/** The text before the first `separator` and the text after it, if it is there at all. */
const splitAt = (text: string, separator: string): readonly [string, string?] => {
  const index = text.indexOf(separator)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}

const splitReference = (reference: string) => {
  const [id, rest] = splitAt(reference, ":")
  return { id, choices: rest === undefined ? [] : rest.split(",") }
}

/** The options of `menu`, or of all menus when the board has no such menu. */
const knownOptions = (board: Board, menu: string): ReadonlyArray<string> =>
  [...board.menus].filter(([id]) => id === menu || !board.menus.has(menu))
    .flatMap(([id, options]) => [...options.keys()].map((option) => `${id}=${option}`))
