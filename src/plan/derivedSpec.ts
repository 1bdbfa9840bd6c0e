import { PlatformSpec } from "./PlatformSpec.ts"

/** What is known of a core that belongs to no family: nothing but its own files. */
export const derivedSpec = (vendor: string, architecture: string): PlatformSpec =>
  PlatformSpec.make({
    id: architecture,
    names: [architecture],
    frameworks: ["arduino"],
    core: coreOf(vendor, architecture),
    toolchain: { package: "", tools: [], files: [] },
    boards: {},
    overlays: []
  })

/** A core by the names that Arduino's tools have for it, wherever those or a distribution install it. */
export const coreOf = (vendor: string, architecture: string): PlatformSpec["core"] => ({
  package: `${vendor}:${architecture}`,
  vendor,
  architecture,
  systemPaths: [`/usr/share/arduino/hardware/${vendor}/${architecture}`],
  debianPackages: []
})
