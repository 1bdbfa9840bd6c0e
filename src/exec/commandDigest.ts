// @effect-diagnostics nodeBuiltinImport:off -- SHA-256 of a short text; WebCrypto is asynchronous
import * as Crypto from "node:crypto"
import type { Action } from "../plan/Action.ts"

/** SHA-256 over all of an action that decides what it does: command, environment, names of inputs and outputs, step. */
export const commandDigest = (action: Action): string => {
  const { argv, depfile, env, inputs, outputs, stdout, step, toolchain } = action
  return Crypto.createHash("sha256").update(
    JSON.stringify([
      argv,
      Object.entries(env).sort(),
      inputs,
      outputs,
      depfile ?? null,
      stdout ?? null,
      step ?? null,
      toolchain ?? null
    ])
  ).digest("hex")
}
