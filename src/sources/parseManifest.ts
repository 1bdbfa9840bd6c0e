import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { LibraryDependency, LibraryManifest } from "./Library.ts"
import { dependencyName } from "./libraryNames.ts"
import { LibraryManifestInvalid } from "./SourcesError.ts"

/** What holds for a library without a manifest. */
export const noManifest: LibraryManifest = {
  architectures: [],
  platforms: [],
  frameworks: [],
  dependencies: [],
  flags: [],
  unflags: [],
  ldflags: "",
  precompiled: "no",
  archive: false
}

/**
 * Decodes `library.json`. Unknown fields are ignored. PlatformIO archives a library unless `libArchive` is false.
 *
 * Source: PlatformIO documentation, "library.json".
 */
export const parseLibraryJson = (
  path: string,
  text: string
): Result.Result<LibraryManifest, LibraryManifestInvalid> =>
  Result.mapBoth(decodeJson(text), {
    // Effect's JSON decoder does not say where the text is wrong, so there is no line.
    onFailure: (error) => new LibraryManifestInvalid({ path, detail: error.message.replaceAll(/\s*\n\s*/g, " ") }),
    onSuccess: (json) => {
      const build = json.build ?? {}
      return {
        ...noManifest,
        ...(json.name === undefined ? {} : { name: json.name }),
        ...(json.version === undefined ? {} : { version: json.version }),
        platforms: names(json.platforms),
        frameworks: names(json.frameworks),
        dependencies: jsonDependencies(json.dependencies),
        flags: lines(build.flags),
        unflags: lines(build.unflags),
        archive: build.libArchive ?? true,
        ...(build.srcDir === undefined ? {} : { srcDir: build.srcDir }),
        ...(build.includeDir === undefined ? {} : { includeDir: build.includeDir }),
        ...(build.srcFilter === undefined ? {} : { srcFilter: lines(build.srcFilter).join(" ") })
      }
    }
  })

/**
 * Parses `library.properties`: `key=value` lines and `#` comments.
 *
 * Source: Arduino library specification 2.2, "Library metadata".
 */
export const parseLibraryProperties = (
  path: string,
  text: string
): Result.Result<LibraryManifest, LibraryManifestInvalid> => {
  const properties = new Map<string, string>()
  for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim()
    if (line === "" || line.startsWith("#")) continue
    const equals = line.indexOf("=")
    if (equals < 1) {
      const detail = `expected key=value, found "${line}"`
      return Result.fail(new LibraryManifestInvalid({ path, line: index + 1, detail }))
    }
    properties.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  const name = properties.get("name")
  const version = properties.get("version")
  const precompiled = properties.get("precompiled")
  return Result.succeed({
    ...noManifest,
    ...(name === undefined || name === "" ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    architectures: names(properties.get("architectures")),
    frameworks: ["arduino"],
    dependencies: (properties.get("depends") ?? "").split(",").flatMap((entry) =>
      dependency(entry.replace(/\([^)]*\)/g, ""))
    ),
    ldflags: properties.get("ldflags") ?? "",
    precompiled: precompiled === "full" ? "full" : precompiled === "true" ? "yes" : "no",
    archive: properties.get("dot_a_linkage") === "true"
  })
}

const OneOrMore = Schema.Union([Schema.String, Schema.Array(Schema.String)])

const Dependency = Schema.Struct({
  name: Schema.String,
  platforms: Schema.optionalKey(OneOrMore),
  frameworks: Schema.optionalKey(OneOrMore)
})

const LibraryJson = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.String),
  platforms: Schema.optionalKey(OneOrMore),
  frameworks: Schema.optionalKey(OneOrMore),
  /** A list, a single one, or a map from names to versions. */
  dependencies: Schema.optionalKey(Schema.Union([
    Schema.Array(Schema.Union([Schema.String, Dependency])),
    Dependency,
    Schema.Record(Schema.String, Schema.Unknown)
  ])),
  build: Schema.optionalKey(Schema.Struct({
    flags: Schema.optionalKey(OneOrMore),
    unflags: Schema.optionalKey(OneOrMore),
    srcDir: Schema.optionalKey(Schema.String),
    includeDir: Schema.optionalKey(Schema.String),
    srcFilter: Schema.optionalKey(OneOrMore),
    libArchive: Schema.optionalKey(Schema.Boolean)
  }))
})

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(LibraryJson))
const decodeJson = (text: string) => decode(text.replace(/^\uFEFF/, ""))

const jsonDependencies = (json: typeof LibraryJson.Type.dependencies): ReadonlyArray<LibraryDependency> => {
  if (json === undefined) return []
  if (isList(json)) {
    return json.flatMap((item) => typeof item === "string" ? dependency(item) : fromStruct(item))
  }
  return isSingle(json) ? fromStruct(json) : Object.keys(json).flatMap((name) => dependency(name))
}

type Dependencies = NonNullable<typeof LibraryJson.Type.dependencies>
type DependencyList = Extract<Dependencies, ReadonlyArray<unknown>>
const isList = (json: Dependencies): json is DependencyList => Array.isArray(json)
const isSingle = (json: Exclude<Dependencies, DependencyList>): json is typeof Dependency.Type =>
  typeof json["name"] === "string"

const fromStruct = (item: typeof Dependency.Type) =>
  dependency(item.name, names(item.platforms), names(item.frameworks))

const dependency = (
  entry: string,
  platforms: ReadonlyArray<string> = [],
  frameworks: ReadonlyArray<string> = []
): ReadonlyArray<LibraryDependency> => {
  const name = entry.trim() === "" ? undefined : dependencyName(entry)
  return name === undefined ? [] : [{ name, platforms, frameworks }]
}

const lines = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : typeof value === "string" ? [value] : value

/** Names in lower case; `*` stands for all, which is the same as none. */
const names = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> => {
  const found = lines(value).flatMap((item) => item.split(",")).map((item) => item.trim().toLowerCase())
  return found.includes("*") ? [] : found.filter((item) => item !== "")
}
