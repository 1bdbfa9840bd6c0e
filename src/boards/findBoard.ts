import * as Result from "effect/Result"
import { UnknownBoard, type UnknownOption } from "../arduino/ArduinoError.ts"
import { type Boards, resolveBoard, type ResolvedBoard } from "../arduino/boards.ts"
import { expand } from "../arduino/expandProperty.ts"
import { mergeProperties, type Properties } from "../arduino/Properties.ts"
import { nearest } from "../domain/nearest.ts"
import type { BoardManifest } from "./BoardManifest.ts"

/** As `BoardRule` of `plan/PlatformSpec.ts`. */
export interface IdRule {
  readonly pattern: string
  readonly board: string
}

/**
 * The vendor's board for an id as users write it, in this order: the platform's table of PlatformIO ids (where this core has
 * the board), the vendor's own id with or without `:menu=option,…`, the only one whose id differs in nothing but case and
 * separators, the platform's rules, the name of an MCU that only one board of the core
 * has (`ATmega328P` for MiniCore's `328:variant=modelP`). Where several boards have that MCU, the error names some of them.
 */
export const findBoard = (
  boards: Boards,
  aliases: Readonly<Record<string, string>>,
  id: string,
  rules: ReadonlyArray<IdRule> = []
): Result.Result<ResolvedBoard, UnknownBoard | UnknownOption> => {
  const named = boardOfId(boards, aliases, id, rules)
  if (named !== undefined) return named
  const byMcu = boardsWithMcu(boards, id.toLowerCase())
  const [only] = byMcu
  if (only !== undefined && byMcu.length === 1) return resolveBoard(boards, only)
  const similar = only === undefined ? nearest(id, knownIds(boards, aliases), 3) : byMcu.slice(0, maximumNamed)
  return Result.fail(new UnknownBoard({ path: boards.path, board: id, nearest: similar }))
}

/**
 * The board of a file: what the file says, laid over the vendor's board that it is. That is the one of the same id
 * (PlatformIO's or the vendor's), else the one whose `build.board` is the same, else the first with the same variant and MCU. Where the core has none
 * of these, the file is all there is. `trusted`: the file names core and variant as this core has them; else those of the vendor's
 * board stay.
 */
export const boardOfManifest = (
  boards: Boards,
  aliases: Readonly<Record<string, string>>,
  { id, name, properties }: Pick<BoardManifest, "id" | "name" | "properties">,
  trusted: boolean,
  rules: ReadonlyArray<IdRule> = []
): ResolvedBoard => {
  const base = Result.getOrUndefined(boardOfId(boards, aliases, id, rules) ?? similarBoard(boards, properties))
  if (base === undefined) return { id, name, options: {}, properties }
  const over = new Map(properties)
  for (const key of trusted ? [] : ["build.core", "build.variant"]) if (base.properties.has(key)) over.delete(key)
  // The vendor's flags may be the board's USB identity, which PlatformIO's files do not have among theirs.
  const [flags, more] = [base.properties.get("build.extra_flags"), over.get("build.extra_flags")]
  if (flags !== undefined && more !== undefined) {
    over.set("build.extra_flags", { ...more, value: `${flags.value} ${more.value}`.trim() })
  }
  return { id: base.id, name, options: base.options, properties: mergeProperties(base.properties, over) }
}

/** The board that an id names, in the platform's table, in the core or by a rule; `undefined`: it names none. */
const boardOfId = (
  boards: Boards,
  aliases: Readonly<Record<string, string>>,
  id: string,
  rules: ReadonlyArray<IdRule>
) => {
  const alias = Object.hasOwn(aliases, id) ? aliases[id] : undefined
  if (alias !== undefined && boards.boards.has(idOf(alias))) return resolveBoard(boards, alias)
  if (boards.boards.has(idOf(id))) return resolveBoard(boards, id)
  const [name = "", ...options] = id.split(":")
  const found = similarId(boards, name) ?? idByRule(boards, name, rules)
  return found === undefined ? undefined : resolveBoard(boards, [found, ...options].join(":"))
}

const idByRule = (boards: Boards, name: string, rules: ReadonlyArray<IdRule>): string | undefined => {
  const whole = ({ pattern }: IdRule) => new RegExp(`^(?:${pattern})$`)
  const rule = rules.find((one) => whole(one).test(name))
  return rule === undefined ? undefined : similarId(boards, name.replace(whole(rule), rule.board))
}

/** The only board whose id differs in nothing but case and separators. */
const similarId = (boards: Boards, name: string): string | undefined => {
  const same = [...boards.boards.keys()].filter((known) => plain(known) === plain(name))
  return same.length === 1 ? same[0] : undefined
}

/** `m5stack-core2`, `M5Stack_Core2` → `m5stackcore2`. */
const plain = (id: string): string => id.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/** Every id that `findBoard` resolves by name: PlatformIO's, then the vendor's. */
export const knownIds = (boards: Boards, aliases: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const usable = Object.keys(aliases).filter((alias) => boards.boards.has(idOf(aliases[alias]!)))
  return [...new Set([...usable, ...boards.boards.keys()])]
}

const similarBoard = (boards: Boards, properties: Properties) => {
  const text = (key: string, from: Properties) => from.get(key)?.value.toLowerCase()
  const sameBoard = (found: ResolvedBoard) =>
    text("build.board", properties) !== undefined &&
    text("build.board", found.properties) === text("build.board", properties)
  const mcu = text("build.mcu", properties) ?? ""
  const ofMcu = boardsWithMcu(boards, mcu).flatMap((reference) =>
    Result.match(resolveBoard(boards, reference), {
      onFailure: () => [],
      onSuccess: (found) => [found]
    })
  )
  const sameVariant = (found: ResolvedBoard) =>
    text("build.variant", found.properties) === text("build.variant", properties)
  return Result.fromNullishOr(ofMcu.find(sameBoard) ?? ofMcu.find(sameVariant), () => undefined)
}

/** Boards of one MCU that an error names. */
const maximumNamed = 5

const idOf = (reference: string): string => reference.split(":")[0]!

/** References to the boards that have this MCU, either always or by one option of a menu. */
const boardsWithMcu = (boards: Boards, mcu: string): ReadonlyArray<string> =>
  [...boards.boards.values()].flatMap((board) => {
    if (mcuOf(board.properties) === mcu) return [board.id]
    return [...board.menus].flatMap(([menu, options]) =>
      [...options]
        .filter(([, option]) => mcuOf(mergeProperties(board.properties, option.properties)) === mcu)
        .slice(0, 1)
        .map(([option]) => `${board.id}:${menu}=${option}`)
    ).slice(0, 1)
  })

/** `build.mcu` in lower case; an option of a menu may say a part of it only: `attiny{build.attiny}`. */
export const mcuOf = (properties: Properties): string | undefined => {
  const property = properties.get("build.mcu")
  if (property === undefined) return undefined
  const { line, path, value } = property
  const expanded = expand(properties, value, { path, line, key: "build.mcu" })
  return Result.getOrElse(expanded, () => value).toLowerCase()
}
