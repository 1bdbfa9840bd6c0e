import type { ReplacedRecipe } from "../../src/plan/steps/StepTemplate.ts"

const firmware = "{build.path}/{build.project_name}"

const uf2 = (
  where: Pick<ReplacedRecipe, "recipe" | "when">,
  familyId: string,
  absoluteBlock?: string
): ReplacedRecipe => ({
  ...where,
  calls: "picotool|elf2uf2",
  why: "picotool and elf2uf2 are in no distribution; fbuild writes UF2 itself",
  steps: [{
    output: `${firmware}.uf2`,
    for: "image",
    forms: [{
      step: {
        _tag: "Uf2Image",
        elf: `${firmware}.elf`,
        familyId,
        pageSize: "256",
        sectorSize: "4096",
        ...(absoluteBlock === undefined ? {} : { absoluteBlock })
      }
    }]
  }]
})

/** The boot ROM of the RP2350 has to be told an absolute block first: its erratum E10. */
const absoluteBlock = "0x10ffff00"

const ofChip = (chip: string) => ({ recipe: "^recipe\\.objcopy\\.uf2\\.", when: { "build.chip": chip } })

export const uf2Images = [
  uf2(ofChip("rp2040"), "0xe48bff56"),
  uf2(ofChip("rp2350"), "0xe48bff59", absoluteBlock),
  uf2(ofChip("rp2350-riscv"), "0xe48bff5a", absoluteBlock),
  // Arduino's mbed core starts elf2uf2 in a hook of its boards.
  uf2({
    recipe: "^recipe\\.hooks\\.objcopy\\.postobjcopy\\.",
    when: { "compiler.mbed.arch.define": "-DARDUINO_ARCH_RP2040" }
  }, "0xe48bff56")
]
