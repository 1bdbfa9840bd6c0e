// @effect-diagnostics nodeBuiltinImport:off -- the bytes of a socket are Node's buffers
import { Buffer } from "node:buffer"

/** One message of the protocol; `src/launcher/PROTOCOL.md` lists the types. */
export interface Frame {
  /** One ASCII character. */
  readonly type: string
  readonly payload: Buffer
}

/** Longest payload of a request, bytes: more than any system lets a process have of arguments and environment. */
export const maximumRequest = 16 * 1024 * 1024
/** Longest payload of any other frame that a launcher sends, bytes. */
const maximumOther = 1024 * 1024

export const encodeFrame = (type: string, payload: string | Uint8Array): Buffer => {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload
  const frame = Buffer.allocUnsafe(5 + bytes.length)
  frame.writeUInt32BE(bytes.length, 0)
  frame.write(type, 4, "latin1")
  frame.set(bytes, 5)
  return frame
}

/** Takes what a launcher sends apart, however it is cut into chunks. */
export class FrameReader {
  private chunks: Array<Buffer> = []
  private held = 0
  private needed = 5

  /** The frames that this chunk completes; `undefined` when no launcher sends such a thing. */
  push(chunk: Buffer): ReadonlyArray<Frame> | undefined {
    this.chunks.push(chunk)
    this.held += chunk.length
    if (this.held < this.needed) return []
    const frames: Array<Frame> = []
    let rest = Buffer.concat(this.chunks)
    this.needed = 5
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(0)
      const type = String.fromCharCode(rest[4]!)
      if (length > (type === "H" ? maximumRequest : maximumOther)) return undefined
      if (rest.length < 5 + length) {
        this.needed = 5 + length
        break
      }
      frames.push({ type, payload: rest.subarray(5, 5 + length) })
      rest = rest.subarray(5 + length)
    }
    this.chunks = [rest]
    this.held = rest.length
    return frames
  }
}
