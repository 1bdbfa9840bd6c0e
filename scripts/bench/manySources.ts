// A project of many small sources, as real as the benchmarks need: folders, a header that all have in common.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Makes a project with so many sources, besides its sketch, in a new folder, and returns that. */
export const manySources = (count: number): string => {
  const folder = mkdtempSync(join(tmpdir(), "fbuild-many-"))
  mkdirSync(join(folder, "src"))
  writeFileSync(
    join(folder, "platformio.ini"),
    "[env:mega]\nplatform = atmelavr\nboard = megaatmega2560\nframework = arduino\n"
  )
  writeFileSync(join(folder, "src/all.h"), "#pragma once\nint twice(int);\n")
  writeFileSync(join(folder, "src/main.cpp"), "#include <Arduino.h>\nvoid setup() {}\nvoid loop() { delay(1); }\n")
  for (let index = 0; index < count; index++) {
    const part = join(folder, "src", `part${index % 100}`)
    if (index < 100) mkdirSync(part)
    writeFileSync(
      join(part, `f${index}.c`),
      `#include "../all.h"\nint f${index}(int a) { return twice(a) + ${index}; }\n`
    )
  }
  return folder
}
