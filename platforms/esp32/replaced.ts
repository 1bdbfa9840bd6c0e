import type { ReplacedRecipe } from "../../src/plan/steps/StepTemplate.ts"

const elf = "{build.path}/{build.project_name}.elf"
const flash = { mode: "{build.flash_mode}", frequency: "{build.img_freq}", size: "{build.flash_size}" }
const table = { tableOffset: "0x8000", bootLoaderOffset: "{build.bootloader_addr}", flashSize: "{build.flash_size}" }

/** A file of partitions, which is read where it is. */
const partitions = (csv: string) => ({ step: { _tag: "PartitionTable", csv, ...table } }) as const

/** Of the project or of the core. */
const named = "{build.partitions_file}"
const chosen = [`{build.variant.path}/${named}`, `{runtime.platform.path}/tools/partitions/${named}`]
const usual = [
  "{build.source.path}/partitions.csv",
  "{build.variant.path}/{build.custom_partitions}.csv",
  "{runtime.platform.path}/tools/partitions/{build.partitions}.csv"
]

/** What Espressif's core leaves to a shell, `esptool` and `gen_esp32part.py`. */
export const replaced: ReadonlyArray<ReplacedRecipe> = [
  {
    recipe: "^recipe\\.hooks\\.prebuild\\.",
    calls: "partitions\\.csv",
    why: "the table is read where it is",
    steps: []
  },
  {
    recipe: "^recipe\\.hooks\\.prebuild\\.",
    calls: "esptool",
    why: "the boot loader of the project or the variant, else fbuild's image of the core's ELF file",
    steps: [{
      output: "{build.path}/bootloader.bin",
      for: "image",
      forms: [
        { step: { _tag: "CopyFile", file: "{build.source.path}/bootloader.bin" } },
        { step: { _tag: "CopyFile", file: "{build.variant.path}/{build.custom_bootloader}.bin" } },
        {
          step: {
            _tag: "EspImage",
            elf: "{compiler.sdk.path}/bin/bootloader_{build.boot}_{build.boot_freq}.elf",
            chip: "{build.mcu}",
            ...flash
          }
        }
      ],
      hint: "{compiler.sdk.path}/bin has the boot loaders of this chip: board_build.flash_mode, board_build.f_flash " +
        "and board_build.f_boot choose one"
    }]
  },
  {
    recipe: "^recipe\\.hooks\\.prebuild\\.",
    calls: "build_opt\\.h",
    why: "the same file without a shell",
    steps: [{
      output: "{build.path}/build_opt.h",
      for: "compilation",
      forms: [
        { step: { _tag: "CopyFile", file: "{build.source.path}/build_opt.h" } },
        { step: { _tag: "WriteFile", text: "" } }
      ]
    }]
  },
  {
    recipe: "^recipe\\.hooks\\.(prebuild|core\\.prebuild|core\\.postbuild)\\.",
    calls: "file_opts",
    why: "a file that changes during the build would be read by whatever compiles at the time: the core has its own",
    steps: [
      {
        output: "{build.path}/file_opts",
        for: "compilation",
        forms: [{ step: { _tag: "WriteFile", text: "" } }]
      },
      {
        output: "{build.path}/core_opts",
        for: "compilation",
        forms: [{ step: { _tag: "WriteFile", text: "-DARDUINO_CORE_BUILD\n" } }]
      }
    ]
  },
  {
    recipe: "^recipe\\.hooks\\.prebuild\\.",
    calls: "sdkconfig",
    why: "a copy that nothing reads",
    steps: []
  },
  {
    recipe: "^recipe\\.objcopy\\.",
    calls: "gen_esp32part",
    why: "fbuild writes the table itself",
    steps: [{
      output: "{build.path}/partitions.bin",
      for: "image",
      forms: [
        { ...partitions(named), given: "build.partitions_file" },
        ...chosen.map((csv) => ({ ...partitions(csv), given: "build.partitions_file" })),
        ...usual.map((csv) => ({ ...partitions(csv), unless: "build.partitions_file" }))
      ],
      hint: "board_build.partitions names a file of the project, of the variant or of " +
        "{runtime.platform.path}/tools/partitions"
    }]
  },
  {
    recipe: "^recipe\\.objcopy\\.",
    calls: "esptool",
    why: "fbuild writes the image itself",
    steps: [
      {
        output: "{build.path}/{build.project_name}.bin",
        for: "image",
        forms: [{ step: { _tag: "EspImage", elf, chip: "{build.mcu}", ...flash } }]
      },
      {
        output: "{build.path}/boot_app0.bin",
        for: "image",
        forms: [{ step: { _tag: "CopyFile", file: "{runtime.platform.path}/tools/partitions/boot_app0.bin" } }]
      }
    ]
  },
  {
    recipe: "^recipe\\.hooks\\.objcopy\\.postobjcopy\\.",
    calls: "esptool",
    why: "fbuild merges the images itself",
    steps: [{
      output: "{build.path}/{build.project_name}.merged.bin",
      for: "image",
      forms: [{
        step: {
          _tag: "MergedImage",
          chip: "{build.mcu}",
          parts: [
            { offset: "{build.bootloader_addr}", file: "{build.path}/bootloader.bin" },
            { offset: "0x8000", file: "{build.path}/partitions.bin" },
            { offset: "otadata", file: "{build.path}/boot_app0.bin" },
            { offset: "application", file: "{build.path}/{build.project_name}.bin" }
          ],
          partitions: { offset: "0x8000", file: "{build.path}/partitions.bin" },
          flashSize: "{build.flash_size}"
        }
      }]
    }]
  },
  {
    recipe: "^recipe\\.hooks\\.objcopy\\.postobjcopy\\.",
    calls: "gen_insights_pkg|esp_sr|flash_args",
    why: "packages and notes for uploading",
    steps: []
  }
]
