import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import type { IniDocument } from "./parseIni.ts"
import { ConfigWarning } from "./ProjectConfig.ts"
import { sectionChain } from "./sectionChain.ts"

/** Options of `[platformio]`. Source: PlatformIO 6.1 documentation, "Section [platformio]". */
const platformioKeys: ReadonlySet<string> = new Set(
  `
  name description default_envs env_default extra_configs
  core_dir globallib_dir platforms_dir packages_dir cache_dir build_cache_dir workspace_dir build_dir libdeps_dir
  include_dir src_dir lib_dir data_dir test_dir boards_dir monitor_dir shared_dir
`.trim().split(/\s+/)
)

/**
 * Options of environments, with the older names that PlatformIO still takes. Source: PlatformIO 6.1 documentation,
 * "Section [env]", "Options".
 */
const environmentKeys: ReadonlySet<string> = new Set(
  `
  platform board framework platform_packages
  board_build.mcu board_build.f_cpu board_build.ldscript
  build_type build_flags build_src_flags src_build_flags build_unflags build_src_filter src_filter targets
  upload_port upload_protocol upload_speed upload_flags upload_resetmethod upload_command
  monitor_port monitor_speed monitor_parity monitor_filters monitor_rts monitor_dtr monitor_eol monitor_raw
  monitor_echo monitor_encoding monitor_flags
  lib_deps lib_ignore lib_extra_dirs lib_ldf_mode lib_compat_mode lib_archive
  check_tool check_patterns check_src_filters check_flags check_severity check_skip_packages
  test_framework test_filter test_ignore test_port test_speed test_build_src test_build_project_src
  test_testing_command
  debug_tool debug_build_flags debug_init_break debug_init_cmds debug_extra_cmds debug_load_cmds debug_load_mode
  debug_server debug_server_ready_pattern debug_port debug_speed debug_svd_path debug_test
  extra_scripts extends
`.trim().split(/\s+/)
)

/**
 * One warning for each key that nothing reads: in `[platformio]`, in `[env]` and in what environments have or inherit.
 * `custom_…`, `board_….…` and keys that the file itself refers to (`${env.my_flags}`) are the user's own.
 */
export const unknownKeys = (document: IniDocument): ReadonlyArray<ConfigWarning> => {
  const values = Array.from(document.sections.values()).flatMap((section) =>
    Array.from(section.entries.values(), (entry) => entry.value.toLowerCase())
  )
  const inEnvironments = environmentSections(document)
  const warnings = new Map<string, ConfigWarning>()
  for (const section of document.sections.values()) {
    const isPlatformio = section.name === "platformio"
    if (!isPlatformio && !inEnvironments.has(section.name)) continue
    const known = isPlatformio ? platformioKeys : environmentKeys
    const elsewhere = isPlatformio ? environmentKeys : platformioKeys
    for (const { key, path, line } of section.entries.values()) {
      const ours = known.has(key) || /^custom_|^board_.+\../.test(key)
      if (ours || warnings.has(key) || values.some((value) => value.includes(`.${key}}`))) continue
      const similar = nearest(key, known, 1)[0]
      warnings.set(
        key,
        new ConfigWarning({
          path,
          line,
          section: section.name,
          key,
          ...(similar !== undefined ? { nearest: similar } : {}),
          ...(elsewhere.has(key) ? { belongsIn: isPlatformio ? "env" : "platformio" } : {})
        })
      )
    }
  }
  return Array.from(warnings.values())
}

/** Names of the sections that environments consist of. */
const environmentSections = (document: IniDocument): ReadonlySet<string> => {
  const names = new Set(["env"])
  for (const section of document.sections.keys()) {
    if (!section.startsWith("env:")) continue
    for (const { name } of Result.getOrElse(sectionChain(document, section), () => [])) names.add(name)
  }
  return names
}
