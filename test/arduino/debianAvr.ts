import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { boardProperties, type BuildValues } from "../../src/arduino/boardProperties.ts"
import { resolveBoard } from "../../src/arduino/boards.ts"
import { makePlatform } from "../../src/arduino/platform.ts"
import type { Properties, TextFile } from "../../src/arduino/Properties.ts"

const folder = "/usr/share/arduino/hardware/arduino/avr"

const read = (name: string): TextFile => ({
  path: `${folder}/${name}`,
  text: readFileSync(`${folder}/${name}`, "utf8")
})

/** Debian's package arduino-core-avr 1.8.7. */
export const debianAvr = Result.getOrThrow(makePlatform({
  vendor: "arduino",
  architecture: "avr",
  path: folder,
  os: "linux",
  platformTxt: read("platform.txt"),
  boardsTxt: read("boards.txt")
}))

export const blink: BuildValues = {
  buildPath: "build",
  sourcePath: "src",
  projectName: "firmware",
  ideVersion: "10819",
  idePath: "/usr/share/arduino",
  warnings: "default",
  optimization: "release",
  timeUtc: 0,
  tools: [],
  overlays: []
}

/** The properties of a board of Debian's core, in a build that is `blink` unless told. */
export const avrProperties = (reference: string, values: Partial<BuildValues> = {}): Properties =>
  Result.getOrThrow(
    Result.flatMap(
      resolveBoard(debianAvr.boards, reference),
      (board) => boardProperties(debianAvr, board, { ...blink, ...values })
    )
  )
