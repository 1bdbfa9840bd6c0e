import type { FileSystemRule } from "../../src/plan/PlatformSpec.ts"

/** The drivers of Espressif's core. */
export const fileSystems: ReadonlyArray<FileSystemRule> = [
  {
    name: "spiffs",
    place: { subtypes: ["spiffs", "littlefs"] },
    blockSize: "4096",
    driver: { pageSize: 256, nameLimit: 32, metaSize: 4, marks: "WithLength", tableAlignment: 1 }
  },
  {
    name: "littlefs",
    place: { subtypes: ["littlefs", "spiffs"] },
    blockSize: "4096",
    driver: { pageSize: 128, nameLimit: 64, cacheSize: 512 }
  }
]
