import type { ReplacedRecipe } from "../../src/plan/steps/StepTemplate.ts"

const prebuild = "^recipe\\.hooks\\.(sketch\\.)?prebuild\\."

/** What the core leaves to its Python scripts. */
export const replaced: ReadonlyArray<ReplacedRecipe> = [
  {
    recipe: prebuild,
    calls: "tools\\.signing",
    why: "without keys there is nothing to sign",
    unlessThere: ["{build.source.path}/public.key"],
    steps: [{
      output: "{build.path}/core/Updater_Signing.h",
      for: "compilation",
      forms: [{ step: { _tag: "WriteFile", text: "#define ARDUINO_SIGNING 0\n" } }]
    }]
  },
  {
    recipe: prebuild,
    calls: "tools\\.makecorever",
    why: "the version is the core's own; what git would tell of a checkout is left out",
    steps: [{
      output: "{build.path}/core/core_version.h",
      for: "compilation",
      forms: [
        { step: { _tag: "CopyFile", file: "{build.core.path}/core_version.h" } },
        {
          step: {
            _tag: "WriteFile",
            text: [
              "#define ARDUINO_ESP8266_GIT_VER 0x00000000",
              "#define ARDUINO_ESP8266_GIT_DESC {version}",
              "#define ARDUINO_ESP8266_VERSION {version}",
              "#define ARDUINO_ESP8266_MAJOR {version.major}",
              "#define ARDUINO_ESP8266_MINOR {version.minor}",
              "#define ARDUINO_ESP8266_REVISION {version.patch}",
              "#define ARDUINO_ESP8266_DEV 1",
              ""
            ].join("\n")
          }
        }
      ]
    }]
  },
  {
    recipe: prebuild,
    calls: "tools\\.mkbuildoptglobals",
    why: "options for all sources are build_flags here",
    steps: [{
      output: "{build.opt.fqfn}",
      for: "compilation",
      forms: [{ step: { _tag: "WriteFile", text: "" } }]
    }]
  },
  {
    recipe: "^recipe\\.hooks\\.linking\\.prelink\\.",
    calls: "tools\\.(mkdir|cp)\\}",
    why: "a copy without Python",
    steps: [{
      output: "{build.path}/ld_h/local.eagle.flash.ld.h",
      for: "link",
      forms: [
        { step: { _tag: "CopyFile", file: "{build.flash_ld}" } },
        { step: { _tag: "CopyFile", file: "{runtime.platform.path}/tools/sdk/ld/{build.flash_ld}" } }
      ],
      hint: "board_build.ldscript names a file of {runtime.platform.path}/tools/sdk/ld or of the project"
    }]
  },
  {
    recipe: "^recipe\\.objcopy\\.",
    calls: "tools\\.elf2bin",
    why: "fbuild writes the image itself",
    steps: [{
      output: "{build.path}/{build.project_name}.bin",
      for: "image",
      forms: [{
        step: {
          _tag: "Esp8266Image",
          elf: "{build.path}/{build.project_name}.elf",
          eboot: "{runtime.tools.eboot}",
          mode: "{build.flash_mode}",
          frequency: "{build.flash_freq}m",
          size: "{build.flash_size}B"
        }
      }],
      hint: "the core has its boot loader in bootloaders/eboot"
    }]
  },
  {
    recipe: "^recipe\\.objcopy\\.",
    calls: "tools\\.signing",
    why: "without a key there is nothing to sign",
    unlessThere: ["{build.source.path}/private.key"],
    steps: []
  },
  {
    recipe: "^recipe\\.objcopy\\.",
    calls: "tools\\.sizes",
    why: "fbuild tells the size itself",
    steps: []
  }
]
