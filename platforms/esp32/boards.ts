import type { BoardRule } from "../../src/plan/PlatformSpec.ts"

/** PlatformIO's ids that mean more than another board: its flash and table of partitions, or a name of its own. */
export const boards: Readonly<Record<string, string>> = {
  "esp32-s3-devkitc-1": "esp32s3:FlashSize=8M,PartitionScheme=default_8MB",
  "esp32-c6-devkitc-1": "esp32c6:FlashSize=8M",
  arduino_nano_esp32: "nano_nora"
}

/** Ids that only differ in case and separators (`m5stack-core2`) need no rule. */
export const boardRules: ReadonlyArray<BoardRule> = [
  { pattern: "esp32(?:dev|-devkit.*)", board: "esp32" },
  { pattern: "esp32-?([sch]\\d|p4)(?:-(?:devkit|saola|kaluga|ev).*|_r3)?", board: "esp32$1" },
  { pattern: "seeed_(xiao_esp32\\w+)", board: "$1" }
]
