import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { pause, type Steps } from "../domain/steps.ts"
import { absolutePath } from "./absolutePath.ts"
import { ConfigError } from "./ConfigError.ts"
import { defaultFolders, defaultOptions } from "./defaultOptions.ts"
import { ignoredPackages } from "./ignoredPackages.ts"
import { makeInterpolator } from "./interpolate.ts"
import { unknownKeys } from "./knownKeys.ts"
import { splitNames } from "./lists.ts"
import type { IniDocument } from "./parseIni.ts"
import { withPlatformioVariables } from "./processVariables.ts"
import type { EnvironmentConfig, PackageIgnored, ProjectConfig } from "./ProjectConfig.ts"
import { resolveEnvironment } from "./resolveEnvironment.ts"
import { chainEntries, sectionChain } from "./sectionChain.ts"
import { substituteVariables } from "./substituteVariables.ts"

/** What a project is made of. */
interface Unresolved {
  readonly document: IniDocument
  readonly projectDir: string
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Everything a parsed `platformio.ini` says about the project in `projectDir` (absolute). `variables` is the process
 * environment: `${sysenv.X}` and the `PLATFORMIO_…` variables come from nowhere else.
 *
 * Fails for what concerns the whole project; an environment that is wrong in itself goes to `invalid`.
 */
export function* resolveProject(options: Unresolved): Steps<ProjectConfig, ConfigError> {
  const { projectDir, variables } = options
  const document = withPlatformioVariables(options.document, variables)
  const interpolator = makeInterpolator({ document, variables, defaults: defaultOptions(variables) })

  const platformio = (key: string) =>
    Result.gen(function*() {
      const entry = document.sections.get("platformio")?.entries.get(key)
      if (entry === undefined) return undefined
      const text = yield* interpolator.expand("platformio", entry)
      const value = yield* substituteVariables(text, { PROJECT_DIR: projectDir }, entry)
      return value === "" ? undefined : { value, entry }
    })
  const folder = (name: keyof typeof defaultFolders) =>
    platformio(`${name}_dir`).pipe(Result.map((written) => written?.value ?? defaultFolders[name]))

  const dirs = {
    src: yield* folder("src"),
    include: yield* folder("include"),
    lib: yield* folder("lib"),
    test: yield* folder("test"),
    data: yield* folder("data"),
    boards: yield* folder("boards"),
    build: yield* folder("build")
  }
  const absolute = (path: string) => absolutePath(projectDir, path)
  const projectVariables = {
    PROJECT_DIR: projectDir,
    PROJECT_SRC_DIR: absolute(dirs.src),
    PROJECT_INCLUDE_DIR: absolute(dirs.include),
    PROJECT_LIB_DIR: absolute(dirs.lib),
    PROJECT_TEST_DIR: absolute(dirs.test),
    PROJECT_DATA_DIR: absolute(dirs.data),
    PROJECT_BUILD_DIR: absolute(dirs.build)
  }

  const environments: Array<EnvironmentConfig> = []
  const invalid = new Map<string, ConfigError>()
  const packages = new Map<string, PackageIgnored>()
  for (const section of document.sections.values()) {
    if (!section.name.startsWith("env:")) continue
    yield* pause
    const environment = resolveEnvironment({ document, interpolator, variables, projectVariables }, section)
    if (Result.isFailure(environment)) {
      invalid.set(section.name.slice("env:".length).trim(), environment.failure)
      continue
    }
    environments.push(environment.success)
    const { platformPackages } = environment.success
    const entry = chainEntries(yield* sectionChain(document, section.name)).get("platform_packages")
    for (const ignored of entry === undefined ? [] : ignoredPackages(platformPackages, entry)) {
      packages.set(`${ignored.path}:${ignored.line}:${ignored.spec}`, ignored)
    }
  }

  const defaultEnvs = (yield* platformio("default_envs")) ?? (yield* platformio("env_default"))
  const defaultNames = new Set(splitNames(defaultEnvs?.value ?? ""))
  const names = [...environments.map((environment) => environment.name), ...invalid.keys()]
  for (const name of defaultNames) {
    if (names.includes(name)) continue
    const problem = { name, nearest: nearest(name, names, 3), namedBy: "default_envs" } as const
    return yield* Result.fail(ConfigError.at(defaultEnvs!.entry, { _tag: "UnknownEnvironment", ...problem }))
  }

  return {
    projectDir,
    path: document.path,
    environments,
    invalid,
    defaultEnvs: [...defaultNames],
    dirs,
    warnings: [...unknownKeys(options.document), ...packages.values()]
  }
}
