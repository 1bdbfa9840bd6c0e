import type { IniDocument, IniEntry } from "./parseIni.ts"

/** An option's value that stands in the process environment. */
export interface VariableOption {
  readonly key: string
  readonly value: string
  /** Name of the variable. */
  readonly variable: string
  /** Whether it joins the values of the file or takes their place. */
  readonly mode: "append" | "replace"
}

/**
 * The options of environments that variables set: `PLATFORMIO_BUILD_FLAGS` and so on. Those with several values are
 * appended to what the file says, the others replace it. `PLATFORMIO_LIB_EXTRA_DIRS` is a path list (`:` or `;`).
 *
 * Source: PlatformIO documentation, "Environment Variables"; platformio-core issue 1967 ("multiple option values have
 * append behavior for sys env").
 */
export const environmentVariableOptions = (
  variables: Readonly<Record<string, string>>
): ReadonlyArray<VariableOption> => setIn(variables, environmentVariables)

/** The document with the `[platformio]` options that variables set, by the same rules. */
export const withPlatformioVariables = (
  document: IniDocument,
  variables: Readonly<Record<string, string>>
): IniDocument => {
  const set = setIn(variables, platformioVariables)
  if (set.length === 0) return document
  const section = document.sections.get("platformio") ??
    { name: "platformio", path: document.path, line: 0, entries: new Map<string, IniEntry>() }
  const entries = new Map(section.entries)
  for (const { key, value, variable, mode } of set) {
    const written = mode === "append" ? entries.get(key) : undefined
    entries.set(
      key,
      written === undefined
        ? { key, value, valueLines: [], path: variable, line: 0, column: 0 }
        : { ...written, value: `${written.value}\n${value}` }
    )
  }
  return { path: document.path, sections: new Map(document.sections).set("platformio", { ...section, entries }) }
}

type Table = ReadonlyArray<readonly [variable: string, key: string, mode: "append" | "replace"]>

const environmentVariables: Table = [
  ["PLATFORMIO_BUILD_FLAGS", "build_flags", "append"],
  ["PLATFORMIO_BUILD_SRC_FLAGS", "build_src_flags", "append"],
  ["PLATFORMIO_SRC_BUILD_FLAGS", "build_src_flags", "append"],
  ["PLATFORMIO_BUILD_UNFLAGS", "build_unflags", "append"],
  ["PLATFORMIO_BUILD_SRC_FILTER", "build_src_filter", "append"],
  ["PLATFORMIO_SRC_FILTER", "build_src_filter", "append"],
  ["PLATFORMIO_LIB_EXTRA_DIRS", "lib_extra_dirs", "append"],
  ["PLATFORMIO_EXTRA_SCRIPTS", "extra_scripts", "append"],
  ["PLATFORMIO_UPLOAD_FLAGS", "upload_flags", "append"],
  ["PLATFORMIO_UPLOAD_PORT", "upload_port", "replace"]
]

/** The last one that is set wins. */
const platformioVariables: Table = [
  ["PLATFORMIO_DEFAULT_ENVS", "default_envs", "append"],
  ["PLATFORMIO_SRC_DIR", "src_dir", "replace"],
  ["PLATFORMIO_INCLUDE_DIR", "include_dir", "replace"],
  ["PLATFORMIO_LIB_DIR", "lib_dir", "replace"],
  ["PLATFORMIO_TEST_DIR", "test_dir", "replace"],
  ["PLATFORMIO_DATA_DIR", "data_dir", "replace"],
  ["PLATFORMIO_BOARDS_DIR", "boards_dir", "replace"],
  ["PLATFORMIO_CORE_DIR", "core_dir", "replace"],
  ["PLATFORMIO_PACKAGES_DIR", "packages_dir", "replace"],
  ["PLATFORMIO_WORKSPACE_DIR", "workspace_dir", "replace"],
  ["PLATFORMIO_BUILD_DIR", "build_dir", "replace"],
  ["FBUILD_BUILD_DIR", "build_dir", "replace"]
]

const setIn = (variables: Readonly<Record<string, string>>, table: Table): ReadonlyArray<VariableOption> =>
  table.flatMap(([variable, key, mode]) => {
    const text = variables[variable] ?? ""
    const value = key === "lib_extra_dirs" ? text.split(pathSeparator).join("\n") : text
    return value === "" ? [] : [{ key, value, variable, mode }]
  })

/** `;`, or a `:` that is not part of a drive (`C:\`). */
const pathSeparator = /;|(?<!(?:^|[;:])[A-Za-z]):|:(?![\\/])/
