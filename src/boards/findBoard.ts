import * as Result from "effect/Result"
import { UnknownBoard, type UnknownOption } from "../arduino/ArduinoError.ts"
import { type Board, type Boards, resolveBoard, type ResolvedBoard } from "../arduino/boards.ts"
import { nearest } from "../domain/nearest.ts"

/**
 * The vendor's board for an id as users write it, in this order: the platform's table of PlatformIO ids (where this core has
 * the board), the vendor's own id with or without `:menu=option,…`, the name of an MCU that only one board of the core
 * has (`ATmega328P` for MiniCore's `328:variant=modelP`). Where several boards have that MCU, the error names some of them.
 */
export const findBoard = (
  boards: Boards,
  aliases: Readonly<Record<string, string>>,
  id: string
): Result.Result<ResolvedBoard, UnknownBoard | UnknownOption> => {
  const alias = Object.hasOwn(aliases, id) ? aliases[id] : undefined
  if (alias !== undefined && boards.boards.has(idOf(alias))) return resolveBoard(boards, alias)
  if (boards.boards.has(idOf(id))) return resolveBoard(boards, id)
  const byMcu = boardsWithMcu(boards, id.toLowerCase())
  const [only] = byMcu
  if (only !== undefined && byMcu.length === 1) return resolveBoard(boards, only)
  const similar = only === undefined ? nearest(id, knownIds(boards, aliases), 3) : byMcu.slice(0, maximumNamed)
  return Result.fail(new UnknownBoard({ path: boards.path, board: id, nearest: similar }))
}

/** Every id that `findBoard` resolves by name: PlatformIO's, then the vendor's. */
export const knownIds = (boards: Boards, aliases: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const usable = Object.keys(aliases).filter((alias) => boards.boards.has(idOf(aliases[alias]!)))
  return [...new Set([...usable, ...boards.boards.keys()])]
}

/** Boards of one MCU that an error names. */
const maximumNamed = 5

const idOf = (reference: string): string => reference.split(":")[0]!

/** References to the boards that have this MCU, either always or by one option of a menu. */
const boardsWithMcu = (boards: Boards, mcu: string): ReadonlyArray<string> =>
  [...boards.boards.values()].flatMap((board) => {
    if (mcuOf(board) === mcu) return [board.id]
    return [...board.menus].flatMap(([menu, options]) =>
      [...options]
        .filter(([, option]) => option.properties.get("build.mcu")?.value.toLowerCase() === mcu)
        .slice(0, 1)
        .map(([option]) => `${board.id}:${menu}=${option}`)
    ).slice(0, 1)
  })

const mcuOf = (board: Board): string | undefined => board.properties.get("build.mcu")?.value.toLowerCase()
