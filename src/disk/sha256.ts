// @effect-diagnostics nodeBuiltinImport:off -- one call in C++; WebCrypto is asynchronous
import * as Crypto from "node:crypto"
import { Digest } from "../domain/Digest.ts"

/** SHA-256 of bytes, or of the UTF-8 of a text. */
export const sha256 = (content: string | Uint8Array): Digest => Digest.make(Crypto.hash("sha256", content, "hex"))
