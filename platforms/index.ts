import * as Effect from "effect/Effect"
import type { PlatformSpec } from "../src/plan/PlatformSpec.ts"

/** What `platform =` may say → the module of that platform; only the one that a build needs is loaded. */
const modules: Readonly<Record<string, () => Promise<{ readonly platform: PlatformSpec }>>> = {
  atmelavr: () => import("./avr/platform.ts")
}

/** The names that `loadPlatform` knows. */
export const platformNames: ReadonlyArray<string> = Object.keys(modules)

/** The platform of a name as PlatformIO users write it: `atmelavr`, `platformio/atmelavr @ ^5.0.0`. */
export const loadPlatform = (name: string): Effect.Effect<PlatformSpec | undefined> => {
  const plain = name.replace(/@.*$/s, "").trim().replace(/^.*\//, "").toLowerCase()
  const load = Object.hasOwn(modules, plain) ? modules[plain] : undefined
  return load === undefined
    ? Effect.succeed(undefined)
    : Effect.map(Effect.promise(load), (module) => module.platform)
}
