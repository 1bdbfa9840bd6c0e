import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { mcus } from "./mcus.ts"
import { recipes } from "./recipes.ts"

/** Any Cortex-M, without a framework: the project has the start-up code and the linker script. */
export const platform = PlatformSpec.make({
  id: "generic_arm",
  names: ["generic_arm"],
  frameworks: [],
  core: {
    package: "generic_arm",
    vendor: "fbuild",
    architecture: "arm",
    systemPaths: [],
    debianPackages: []
  },
  bare: { recipes, mcus },
  toolchain: { package: "toolchain-gccarmnoneeabi", tools: ["arm-none-eabi-gcc"], files: [] },
  boards: {},
  overlays: []
})
