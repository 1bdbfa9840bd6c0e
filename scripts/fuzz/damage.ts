import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Damage } from "./Script.ts"

/** Spoils a file below a folder, and returns which; `undefined`: there is none. */
export const spoil = (folder: string, { byte, file, how, kind }: Damage): string | undefined => {
  const kinds = new Map<string, Array<string>>()
  for (const entry of Fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const name = Path.relative(folder, Path.join(entry.parentPath, entry.name))
    const one = kindOf(name)
    kinds.set(one, [...kinds.get(one) ?? [], name])
  }
  const names = [...kinds].sort(([one], [other]) => one < other ? -1 : 1)[Math.floor(kind * kinds.size)]?.[1].sort()
  const name = names?.[Math.floor(file * names.length)]
  if (name === undefined) return undefined
  const path = Path.join(folder, name)
  if (how === "remove") Fs.rmSync(path)
  else rewrite(path, byte, how)
  return name
}

/** Files of one purpose, so that the many of one do not hide the few of another. */
const kindOf = (name: string): string =>
  /^(?:cache\/\w+|standing|toolchains|daemon)/.exec(name)?.[0] ?? /\.[^.]*$/.exec(Path.basename(name))?.[0] ?? name

const rewrite = (path: string, at: number, how: Exclude<Damage["how"], "remove">) => {
  const bytes = Fs.readFileSync(path)
  const { atime, mode, mtime } = Fs.statSync(path)
  const index = Math.floor(at * bytes.length)
  if (how === "zero") bytes.fill(0, index)
  else if (how === "flip" && bytes.length > 0) bytes[index]! ^= 1 << (index % 7)
  else if (how === "digit") changeDigit(bytes, index)
  const left = how === "empty" ? bytes.subarray(0, 0) : how === "truncate" ? bytes.subarray(0, index) : bytes
  Fs.chmodSync(path, 0o644)
  Fs.writeFileSync(path, left)
  Fs.chmodSync(path, mode)
  Fs.utimesSync(path, atime, mtime)
}

/** Another digit in place of the next one: such a text still looks like one. */
const changeDigit = (bytes: Uint8Array, from: number) => {
  for (let index = from; index < bytes.length; index++) {
    const byte = bytes[index]!
    if (byte < 0x30 || byte > 0x39) continue
    bytes[index] = 0x30 + (byte - 0x30 + 1 + index % 9) % 10
    return
  }
}
