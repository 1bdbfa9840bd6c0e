import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Properties, Property } from "../arduino/Properties.ts"
import { extraFlags } from "./extraFlags.ts"
import { jsonLine } from "./jsonLine.ts"

/** A board as a file of PlatformIO's describes it, under the names that `boards.txt` has for its properties. */
export interface BoardManifest {
  readonly path: string
  readonly id: string
  readonly name: string
  /** `build.…` and `upload.…`, each with its line. */
  readonly properties: Properties
}

/** A board file that cannot be read. */
export class ManifestInvalid extends Schema.TaggedError<ManifestInvalid>()("ManifestInvalid", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `${this.path} is no board file: ${this.reason}`
  }
}

const Section = Schema.Record(Schema.String, Schema.Unknown)

const Manifest = Schema.fromJsonString(Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  build: Schema.optionalKey(Section),
  upload: Schema.optionalKey(Section)
}))

/**
 * Reads `boards/<id>.json`. Texts and numbers of `build`, `upload` and the objects in them become properties; `maximum_ram_size` is `maximum_data_size`
 * of `boards.txt`, the first of `hwids` is `build.vid` and `build.pid`, and an `-DARDUINO_X` in `extra_flags` is `build.board=X`, as recipes have
 * it. Source: PlatformIO documentation, "Custom Embedded Boards"; Arduino platform specification, "boards.txt".
 */
export const parseManifest = (path: string, text: string): Result.Result<BoardManifest, ManifestInvalid> =>
  Result.mapBoth(Schema.decodeUnknownResult(Manifest)(text), {
    onFailure: (error) => new ManifestInvalid({ path, reason: error.message.split("\n")[0] ?? "" }),
    onSuccess: ({ build = {}, name, upload = {} }) => {
      const id = path.replace(/^.*\//s, "").replace(/\.json$/, "")
      const properties = new Map<string, Property>()
      const set = (key: string, value: string, at: ReadonlyArray<string>) =>
        properties.set(key, { value, path, line: jsonLine(text, at) })
      for (const [section, entries] of [["build", build], ["upload", upload]] as const) {
        for (const [key, value] of flat(entries)) {
          if (typeof value !== "string" && typeof value !== "number") continue
          const named = key === "maximum_ram_size" ? "maximum_data_size" : key
          set(`${section}.${named}`, String(value), [section, ...key.split(".")])
        }
      }
      const hwids = build["hwids"]
      const [vid, pid] = Array.isArray(hwids) && Array.isArray(hwids[0]) ? hwids[0] : []
      if (typeof vid === "string" && !properties.has("build.vid")) set("build.vid", vid, ["build", "hwids"])
      if (typeof pid === "string" && !properties.has("build.pid")) set("build.pid", pid, ["build", "hwids"])
      const at = ["build", "extra_flags"]
      for (const [key, value] of extraFlags(textOf(build["extra_flags"]), undefined)) set(key, value, at)
      return { path, id, name: name ?? id, properties }
    }
  })

/** What is in `build.arduino` is `build.arduino.X`. */
const flat = (entries: Readonly<Record<string, unknown>>): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(entries).flatMap(([key, value]): ReadonlyArray<readonly [string, unknown]> =>
    isSection(value) ? Object.entries(value).map(([below, inner]) => [`${key}.${below}`, inner]) : [[key, value]]
  )

const isSection = Schema.is(Section)

const textOf = (flags: unknown): string =>
  (Array.isArray(flags) ? flags : [flags]).filter((flag) => typeof flag === "string").join(" ")
