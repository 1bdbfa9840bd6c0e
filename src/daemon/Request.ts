import type { Place } from "./samePlace.ts"

/** What a launcher asks for: the payload of `H`. */
export interface Request {
  readonly buildId: string
  /** What belongs to the launcher's process and cannot be had for a request. */
  readonly place: Place
  /** Absolute. */
  readonly cwd: string
  /** Width of the terminal, characters; 0: not known. */
  readonly columns: number
  /** Whether stdin, stdout and stderr are terminals. */
  readonly terminals: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }
  /** When the launcher was started, ns of the system's monotonic clock. */
  readonly started: bigint
  readonly args: ReadonlyArray<string>
  readonly variables: Readonly<Record<string, string>>
}

const version = "fbuild-3"

/** Reads a request; `undefined` when it is none of this version of the protocol. */
export const decodeRequest = (payload: Uint8Array): Request | undefined => {
  const strings = new TextDecoder().decode(payload).split("\0")
  // Each string is ended by a NUL, the last one too.
  if (strings.pop() !== "" || strings[0] !== version) return undefined
  const [, buildId, ...counted] = strings
  const place = takeCounted(counted)
  const [cwd, columns, terminals, started] = counted.splice(0, 4)
  const args = takeCounted(counted)
  const variables = takeCounted(counted)
  if (
    buildId === undefined || place === undefined || cwd === undefined || columns === undefined
    || !/^[01]{3}$/.test(terminals ?? "") || !/^\d{1,19}$/.test(started ?? "") || args === undefined ||
    variables === undefined || counted.length > 0
  ) return undefined
  return {
    buildId,
    place,
    cwd,
    columns: Number(columns),
    terminals: { stdin: terminals![0] === "1", stdout: terminals![1] === "1", stderr: terminals![2] === "1" },
    started: BigInt(started!),
    args,
    variables: Object.fromEntries(variables.map((text) => {
      // A name may be empty or start with `=` on Windows only.
      const equals = text.indexOf("=", 1)
      return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)]
    }))
  }
}

/** Takes a count and as many strings off the front. */
const takeCounted = (strings: Array<string>): ReadonlyArray<string> | undefined => {
  const count = strings.shift()
  if (count === undefined || !/^\d+$/.test(count) || Number(count) > strings.length) return undefined
  return strings.splice(0, Number(count))
}
