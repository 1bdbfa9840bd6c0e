/**
 * What `${platformio.key}` and `${env.key}` mean where the file does not set the key. `${PROJECT_DIR}` in a value is
 * replaced later. The build folder is ours, `.fbuild/`; the rest is PlatformIO's.
 *
 * Source: PlatformIO documentation, "Section [platformio]", "Directory options", and "Section [env]".
 */
export const defaultOptions = (
  variables: Readonly<Record<string, string>>
): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const core = `${variables["HOME"] ?? variables["USERPROFILE"] ?? "~"}/.platformio`
  return new Map([
    [
      "platformio",
      new Map([
        ...projectFolders.map(([key, folder]) => [key, `\${PROJECT_DIR}/${folder}`] as const),
        ["core_dir", core],
        ["globallib_dir", `${core}/lib`],
        ["platforms_dir", `${core}/platforms`],
        ["packages_dir", `${core}/packages`],
        ["cache_dir", `${core}/.cache`]
      ])
    ],
    ["env", new Map([["build_type", "release"], ["debug_build_flags", defaultDebugFlags]])]
  ])
}

/** Source: PlatformIO documentation, "debug_build_flags". */
export const defaultDebugFlags = "-Og -g2 -ggdb2"

/** The folders of a project, relative to it. */
export const defaultFolders = {
  src: "src",
  include: "include",
  lib: "lib",
  test: "test",
  data: "data",
  boards: "boards",
  build: ".fbuild/build"
} as const

const projectFolders = [
  ...Object.entries(defaultFolders).map(([name, folder]) => [`${name}_dir`, folder] as const),
  ["workspace_dir", ".fbuild"],
  ["libdeps_dir", ".fbuild/libdeps"],
  ["monitor_dir", "monitor"],
  ["shared_dir", "shared"]
] as const
