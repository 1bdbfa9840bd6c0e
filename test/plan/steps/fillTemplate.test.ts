import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { platform as esp32 } from "../../../platforms/esp32/platform.ts"
import { platform as esp8266 } from "../../../platforms/esp8266/platform.ts"
import { fillTemplate } from "../../../src/plan/steps/fillTemplate.ts"
import { planStep } from "../../../src/plan/steps/planStep.ts"
import { stepFiles } from "../../../src/plan/steps/stepFiles.ts"
import type { StepTemplate } from "../../../src/plan/steps/StepTemplate.ts"
import { properties } from "../inputs.ts"

const image: StepTemplate = {
  output: "{out}/a.bin",
  for: "image",
  forms: [{
    step: {
      _tag: "EspImage",
      elf: "{out}/a.elf",
      chip: "{build.mcu}",
      mode: "{mode}",
      frequency: "{frequency}m",
      size: "4MB"
    }
  }]
}
const board = "out=o\nbuild.mcu=esp32c3\nmode=dio\nfrequency=80\n"
const filled = (template: StepTemplate, text: string) => Result.getOrThrow(fillTemplate(template, properties(text)))
const error = (template: StepTemplate, text: string) =>
  Result.getOrThrow(Result.flip(fillTemplate(template, properties(text))))

describe("fillTemplate", () => {
  it("puts in a board's values", () => {
    const { output, steps } = filled(image, board)
    assert.strictEqual(String(output), "o/a.bin")
    assert.deepStrictEqual(steps[0] as unknown, {
      _tag: "EspImage",
      elf: "o/a.elf",
      chip: "esp32c3",
      flash: { mode: "dio", frequency: "80m", size: "4MB" }
    })
  })

  it("blames the property whose value is wrong", () => {
    assert.match(
      error(image, board.replace("esp32c3", "esp32c61")).message,
      /^platform\.txt:2: build\.mcu=esp32c61 is not one of esp32, .*esp32p4$/
    )
    assert.match(error(image, board.replace("dio", "slow")).message, /platform\.txt:3: mode=slow is not one of qio/)
    assert.match(error(image, board.replace("mode=dio", "")).message, /\{mode\}, which is not defined/)
  })

  it("reads numbers of bytes in every form that cores have", () => {
    const table = (size: string): StepTemplate => ({
      output: "t",
      for: "image",
      forms: [{
        step: { _tag: "PartitionTable", csv: "t.csv", tableOffset: "0x8000", bootLoaderOffset: "0", flashSize: size }
      }]
    })
    const size = (text: string) => {
      const [step] = filled(table("{size}"), `size=${text}\n`).steps
      return step._tag === "PartitionTable" ? step.flashSize : undefined
    }
    assert.deepStrictEqual(["4MB", "512K", "65536", "0x1000", "16M"].map(size), [
      0x400000,
      0x80000,
      65536,
      4096,
      0x1000000
    ])
    for (const wrong of ["", "4GB", "-1", "99999M", "x"]) {
      assert.match(error(table("{size}"), `size=${wrong}\n`).message, /is not a number of bytes/)
    }
  })

  it("tries the forms whose conditions hold, in order, and the last one if there is none", () => {
    const choice: StepTemplate = {
      output: "x",
      for: "compilation",
      forms: [
        { step: { _tag: "CopyFile", file: "{mine}" }, given: "mine" },
        { step: { _tag: "CopyFile", file: "usual" }, unless: "mine" },
        { step: { _tag: "WriteFile", text: "" }, given: "never" }
      ]
    }
    const files = (text: string) => filled(choice, text).steps.map((step) => stepFiles(step).map(String))
    assert.deepStrictEqual(files("mine=a.h\n"), [["a.h"]])
    assert.deepStrictEqual(files("mine=\n"), [["usual"]])
    const none = { ...choice, forms: [choice.forms[0], choice.forms[2]!] as const }
    assert.deepStrictEqual(filled(none, "mine=\n").steps.map(({ _tag }) => _tag), ["WriteFile"])
  })

  it("plans an action that has every file of its step among the inputs", () => {
    for (const { replaced = [] } of [esp32, esp8266]) {
      for (const template of replaced.flatMap(({ steps }) => steps)) {
        const { output, steps } = filled(template, everything)
        for (const step of steps) {
          const action = planStep({ env: {} }, { output, for: template.for, step }, [])
          const names = JSON.stringify(step).match(/"(?:file|elf|csv|eboot)":"[^"]+"/g) ?? []
          assert.deepStrictEqual(
            [...new Set(names.map((text) => text.replace(/^.*:"|"$/g, "")))].toSorted(),
            action.inputs.map(String).toSorted()
          )
        }
      }
    }
  })
})

/** A value for each property that the steps of these families ask for. */
const everything = `
build.path=o
build.project_name=firmware
build.source.path=src
build.core.path=/core/cores/x
build.variant.path=/core/variants/x
build.custom_bootloader=bootloader
build.custom_partitions=partitions
build.partitions=default
build.partitions_file=mine.csv
build.bootloader_addr=0x0
build.mcu=esp32c3
build.flash_mode=dio
build.flash_freq=80
build.img_freq=80m
build.flash_size=4M
build.flash_ld=eagle.ld
build.boot=qio
build.boot_freq=80m
build.opt.fqfn=o/core/build.opt
compiler.sdk.path=/sdk
runtime.platform.path=/core
runtime.tools.eboot=/core/eboot.elf
version=1.2.3
version.major=1
version.minor=2
version.patch=3
`
