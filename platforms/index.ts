import * as Effect from "effect/Effect"
import type { PlatformSpec } from "../src/plan/PlatformSpec.ts"

/** A family of MCUs; its module is loaded only when a build needs it. */
interface Family {
  /** What `platform =` may say, PlatformIO's name first. */
  readonly names: readonly [string, ...ReadonlyArray<string>]
  /** What Arduino calls it: any vendor's core of these architectures is built as one of the family. Empty: it has no Arduino cores. */
  readonly architectures: ReadonlyArray<string>
  readonly load: () => Promise<{ readonly platform: PlatformSpec }>
}

const families: ReadonlyArray<Family> = [
  { names: ["atmelavr"], architectures: ["avr"], load: () => import("./avr/platform.ts") },
  { names: ["atmelmegaavr"], architectures: ["megaavr"], load: () => import("./megaavr/platform.ts") },
  {
    names: ["raspberrypi", "rp2040"],
    architectures: ["rp2040", "mbed_rp2040"],
    load: () => import("./rp2040/platform.ts")
  },
  { names: ["espressif32", "esp32"], architectures: ["esp32"], load: () => import("./esp32/platform.ts") },
  { names: ["espressif8266", "esp8266"], architectures: ["esp8266"], load: () => import("./esp8266/platform.ts") },
  { names: ["generic_arm"], architectures: [], load: () => import("./generic_arm/platform.ts") }
]

/** PlatformIO's names of all families. */
export const platformNames: ReadonlyArray<string> = families.map(({ names: [first] }) => first)

/** The family that is called so in `platform =`. */
export const loadPlatform = (name: string): Effect.Effect<PlatformSpec | undefined> =>
  loadIf(families.find(({ names }) => names.includes(name)))

/** The family that cores of an architecture belong to, whoever made them. */
export const loadFamily = (architecture: string): Effect.Effect<PlatformSpec | undefined> =>
  loadIf(families.find((family) => family.architectures.includes(architecture)))

const loadIf = (family: Family | undefined): Effect.Effect<PlatformSpec | undefined> =>
  family === undefined
    ? Effect.succeed(undefined)
    : Effect.map(Effect.promise(family.load), (module) => module.platform)
