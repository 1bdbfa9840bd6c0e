// @effect-diagnostics nodeBuiltinImport:off -- the bytes of a pipe are Node's buffers
import { Buffer } from "node:buffer"
import type { ResourceUsage } from "./Subprocess.ts"

/**
 * The most that is kept of what a command says on stderr, bytes: a compiler that repeats itself for ever must not take all
 * memory, nor the thread for as long as it takes to look through it. What it says on stdout may be a file, and is kept whole.
 */
export const longestMessages = 4 * 1024 * 1024

/** What has been read of one stream of a command. */
export interface Collected {
  readonly longest: number
  chunks: Array<Buffer>
  /** Bytes in `chunks`, and bytes that are not. */
  kept: number
  dropped: number
  /** The end of what has been read, in which a token may have begun. */
  seen: string
  /** Where the token was found: how many bytes before the end of what has been read. */
  end: { readonly status: number; readonly after: number; readonly usage: ResourceUsage | undefined } | undefined
}

export const collected = (longest: number): Collected => ({
  longest,
  chunks: [],
  kept: 0,
  dropped: 0,
  seen: "",
  end: undefined
})

export const keep = (stream: Collected, chunk: Buffer): void => {
  if (stream.kept >= stream.longest) stream.dropped += chunk.length
  else {
    stream.chunks.push(chunk)
    stream.kept += chunk.length
  }
}

/** The text before the token, with a line for what was not kept of it; makes room for the next command. */
export const take = (stream: Collected): string => {
  const length = stream.kept + stream.dropped - (stream.end?.after ?? 0)
  const text = Buffer.concat(stream.chunks).toString("utf8", 0, Math.min(stream.kept, length))
  const missing = Math.max(0, length - stream.kept)
  Object.assign(stream, collected(stream.longest))
  return missing === 0 ? text : `${text}\n… and ${missing} bytes more, which fbuild has not kept\n`
}
