import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { fileURLToPath } from "node:url"
import { planProject } from "../../src/orchestrator/planProject.ts"
import { layer } from "../orchestrator/planned.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const pico = fileURLToPath(new URL("../fixtures/cores/pico/rp2040", import.meta.url))
const cores = fileURLToPath(new URL("../fixtures/cores", import.meta.url))

interface Case {
  readonly name: string
  readonly ini: ReadonlyArray<string>
}

const rp2040 = (name: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `rp2040/${name}`,
  ini: [
    "platform = raspberrypi",
    "framework = arduino",
    `platform_packages = framework-arduinopico@file://${pico}`,
    ...lines
  ]
})
const bareArm = (board: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `generic_arm/${board}`,
  ini: ["platform = generic_arm", `board = ${board}`, "board_build.ldscript = flash.ld", ...lines]
})
const bareAvr = (board: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `avr/bare-${board}`,
  ini: ["platform = atmelavr", `board = ${board}`, ...lines]
})

const cases: ReadonlyArray<Case> = [
  rp2040("picolo", "board = picolo"),
  rp2040("picolo-fs", "board = picolo:flash=2097152_524288,freq=200"),
  rp2040("picolo-nousb", "board = picolo", "board_build.usbstack = nousb", "board_build.f_cpu = 50000000L"),
  bareArm("stm32f103c8"),
  bareArm("nrf52840", "board_build.f_cpu = 64000000L"),
  bareArm("cortex-m7"),
  bareAvr("uno"),
  bareAvr("attiny85", "board_build.f_cpu = 8000000L"),
  { name: "cm/boltm3", ini: [`platform = ${cores}/bolt/cm`, "framework = arduino", "board = boltm3:voice=loud"] }
]

/** A compiler of either family that says its version, and nothing else of itself. */
const says = (version: string) => `#!/bin/sh\n[ "$*" = -dumpversion ] && echo ${version}\n`

/** The commands of a build, one of each kind and recipe, with every path that depends on the machine replaced. */
const commands = Effect.fnUntraced(function*({ ini }: Case) {
  const fs = yield* FileSystem.FileSystem
  const programs = { "arm-none-eabi-gcc": "12.2.1", "avr-gcc": "7.3.0" }
  const root = yield* projectFolder({
    ...Object.fromEntries(Object.entries(programs).map(([name, version]) => [`tools/bin/${name}`, says(version)])),
    "p/platformio.ini": `[env:x]\n${ini.join("\n")}\n`,
    "p/src/main.cpp": "int main() {}\n",
    "p/src/start.S": "nop\n",
    "p/src/more.c": "int more;\n"
  })
  for (const name of Object.keys(programs)) yield* fs.chmod(`${root}/tools/bin/${name}`, 0o755)
  const variables = { PATH: `${root}/tools/bin:/usr/bin:/bin` }
  const [planned] = yield* planProject({ projectDir: `${root}/p`, environments: [], home: `${root}/home`, variables })
  const seen = new Set<string>()
  const lines = planned!.graph.actions.flatMap(({ argv, id, mnemonic, step }) => {
    const key = ["CCompile", "CxxCompile", "Assemble"].includes(mnemonic) ? mnemonic : id
    if (seen.has(key)) return []
    seen.add(key)
    const words = step === undefined ? argv : [JSON.stringify(step)]
    return [`${mnemonic} ${id}`, ...words.map((word) => `  ${word}`), ""]
  })
  return lines.join("\n").replaceAll(`${root}/tools/`, "/TOOLS/").replaceAll(cores, "/CORES").replaceAll(root, "/ROOT")
})

describe("golden commands", () => {
  for (const one of cases) {
    it.live(one.name, () =>
      Effect.gen(function*() {
        const text = yield* commands(one)
        assert.notMatch(text, /[{}]runtime|undefined/)
        yield* Effect.promise(() => expect(text).toMatchFileSnapshot(`../golden/${one.name}/commands.argv`))
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
