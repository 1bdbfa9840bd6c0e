import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expand } from "../arduino/expandProperty.ts"
import type { Properties } from "../arduino/Properties.ts"
import { partitionTypes, subtypes } from "../artifacts/esp/partitionTypes.ts"
import { ConfigError } from "../config/ConfigError.ts"
import type { EnvironmentConfig, ProjectConfig } from "../config/ProjectConfig.ts"
import { Disk } from "../disk/Disk.ts"
import { FilePath } from "../domain/FilePath.ts"
import { joinPath, relativeTo } from "../domain/paths.ts"
import type { FileSystemRule, PlatformSpec } from "../plan/PlatformSpec.ts"
import type { PlannedStep } from "../plan/steps/planStep.ts"
import { NoFileSystem } from "./OrchestratorError.ts"
import type { Partitions } from "./partitions.ts"

/**
 * The image of the project's `data_dir`, where the environment says which file system (`board_build.filesystem`), the folder is there and
 * the family has such an image: `littlefs.bin`, `spiffs.bin`. PlatformIO's names of others are left alone, as a program that uses them
 * builds all the same. Fails where there is no room for it, and for a word that is no file system's.
 */
export const fileSystemStep = Effect.fnUntraced(
  function*({ buildDir, environment, partitions, project, properties, spec }: {
    readonly project: ProjectConfig
    readonly environment: EnvironmentConfig
    readonly spec: Pick<PlatformSpec, "fileSystems">
    readonly properties: Properties
    readonly partitions: Partitions | undefined
    readonly buildDir: string
  }) {
    const rules = spec.fileSystems ?? []
    const wanted = environment.boardOptions[option]?.trim().toLowerCase()
    if (wanted === undefined || wanted === "" || rules.length === 0 || others.includes(wanted)) return []
    const { line, path } = environment.where[`board_${option}`] ?? environment.place
    const rule = rules.find(({ name }) => name === wanted)
    if (rule === undefined) {
      const expected = [...rules.map(({ name }) => name), ...others]
      return yield* ConfigError.at({ path, line }, {
        _tag: "BadValue",
        key: `board_${option}`,
        value: wanted,
        expected
      })
    }
    const folder = joinPath(project.projectDir, project.dirs.data)
    const files = yield* filesBelow(folder, "")
    if (files === undefined) return []
    const size = yield* Effect.fromResult(
      Result.flatMap(
        sizeOf(rule, properties, partitions),
        (bytes) =>
          bytes > 0 ? Result.succeed(bytes) : Result.fail(new NoFileSystem({ path, line, fileSystem: rule.name }))
      )
    )
    const common = {
      files: files.map((name) => ({
        name,
        file: FilePath.make(relativeTo(project.projectDir, `${folder}/${name}`))
      })),
      size,
      blockSize: yield* Effect.fromResult(number(properties, rule.blockSize))
    }
    const step: PlannedStep["step"] = rule.name === "littlefs"
      ? { _tag: "LittleFsImage", ...common, ...rule.driver }
      : { _tag: "SpiffsImage", ...common, ...rule.driver }
    return [{ output: FilePath.make(`${buildDir}/${rule.name}.bin`), for: "image", step } satisfies PlannedStep]
  }
)

const option = "build.filesystem"

/** File systems of PlatformIO's of which nothing here makes images. */
const others = ["fatfs", "ffat", "fat"]

/** Names below a folder, sorted; `undefined`: no such folder. What systems leave in every folder is no content. */
const filesBelow = (folder: string, prefix: string): Effect.Effect<ReadonlyArray<string> | undefined, never, Disk> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    if ((yield* disk.listing(folder)) === undefined) return undefined
    const found: Array<string> = []
    for (const name of (yield* disk.list(folder)).toSorted()) {
      if ([".DS_Store", ".git", ".gitignore", ".gitkeep", ".gitmodules"].includes(name)) continue
      const below = yield* filesBelow(`${folder}/${name}`, `${prefix}${name}/`)
      found.push(...below ?? [`${prefix}${name}`])
    }
    return found
  })

/** Bytes; 0 where there is no room for a file system at all. */
const sizeOf = (rule: FileSystemRule, properties: Properties, partitions: Partitions | undefined) => {
  const { place } = rule
  if ("from" in place) {
    return Result.map(
      Result.all([number(properties, place.from), number(properties, place.to)]),
      ([from, to]) => to - from
    )
  }
  const codes = place.subtypes.map((name) => subtypes.get(partitionTypes.data)?.[name])
  const data = partitions?.rows.filter(({ type }) => type === partitionTypes.data) ?? []
  const found = codes.flatMap((code) => data.filter(({ subtype }) => subtype === code))
  return Result.succeed(found[0]?.size ?? 0)
}

const number = (properties: Properties, text: string) =>
  Result.map(expand(properties, text, { path: "fbuild", line: 0, key: "file system" }), (value) => Number(value) || 0)
