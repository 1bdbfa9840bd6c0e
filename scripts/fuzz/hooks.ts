// Commands of the core that run in every build and do what nobody can know: `platform.local.txt`.
import type { Random } from "./Random.ts"

/** The folder, below the build folder, of the header that a hook makes. */
export const generatedDir = "gen"

/** What hooks of a core do; what they make it of are files of the project. */
export interface Hooks {
  /** Writes a header, of `data/gen.txt`. */
  readonly generates: boolean
  /** Changes the ELF where it is, by `data/patch.txt`; twice is not the same as once. */
  readonly patches: boolean
  /** Writes a file that a recipe copies, of `data/extra.txt`. */
  readonly copies: boolean
}

/** The name of what the recipe makes. */
export const copied = "firmware.extra"

export const hooksIn = (text: string): Hooks => ({
  generates: text.includes("hooks.prebuild."),
  patches: text.includes("hooks.linking.postlink.1."),
  copies: text.includes("hooks.linking.postlink.2.")
})

const flags = (more: string) => `compiler.common.flags=-c -g -O${more} -mmcu={build.mcu} -DF_CPU={build.f_cpu} -MMD`

/** With and without the names of what they write. */
const generating = [
  "cd {build.path} && mkdir -p gen && echo '#define GEN' $(cat $OLDPWD/data/gen.txt || echo 0) > gen/gen.h",
  "mkdir -p {build.path}/gen; echo '#define GEN' $(cat data/gen.txt || echo 0) > {build.path}/gen/gen.h"
]
const change = "/usr/bin/avr-objcopy --change-section-lma .text+$(cat"
const patching = [
  `cd {build.path} && ${change} $OLDPWD/data/patch.txt || echo 0) firmware.elf`,
  `${change} data/patch.txt || echo 0) {build.path}/{build.project_name}.elf`
]
const writing = [
  "cd {build.path}; (cat $OLDPWD/data/extra.txt || echo none) > extra.bin",
  "(cat data/extra.txt || echo none) > {build.path}/extra.bin"
]

/** A `platform.local.txt`. */
export const localText = (random: Random): string => {
  const hook = (phase: string, commands: ReadonlyArray<string>) =>
    `recipe.hooks.${phase}.pattern=/bin/sh -c "${random.pick(commands)}"\n`
  const generates = random.chance(0.6)
  return [
    `${flags(`${random.pick(["s", "1"])}${generates ? ` -I{build.path}/${generatedDir}` : ""}`)}\n`,
    generates ? hook("prebuild.1", generating) : "",
    random.chance(0.6) ? hook("linking.postlink.1", patching) : "",
    random.chance(0.4)
      ? `${
        hook("linking.postlink.2", writing)
      }recipe.objcopy.extra.pattern=/bin/cp {build.path}/extra.bin {build.path}/${copied}\n`
      : ""
  ].join("")
}
