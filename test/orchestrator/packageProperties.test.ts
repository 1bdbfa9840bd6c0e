import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { packageProperties } from "../../src/orchestrator/packageProperties.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)
const spec = {
  packages: [
    { package: "libs", properties: { "sdk.path": "{folder}/{chip}", "sdk.root": "{folder}" } },
    { package: "other", properties: { "other.path": "{folder}" } }
  ]
}

/** The properties, or the message of the error, with these files on a machine. */
const decided = (files: ReadonlyArray<string>, platformPackages: ReadonlyArray<string> = []) =>
  Effect.gen(function*() {
    const root = yield* projectFolder(Object.fromEntries(["project/x", ...files].map((path) => [path, ""])))
    const search = {
      projectDir: `${root}/project`,
      home: `${root}/home`,
      platformPackages,
      variables: { HOME: `${root}/user` }
    }
    const result = yield* Effect.result(packageProperties(spec, search))
    const relative = (text: string) => text.replaceAll(`${root}/`, "")
    return result._tag === "Failure"
      ? relative(result.failure.message)
      : Object.fromEntries(Array.from(result.success, ([key, { value }]) => [key, relative(value)]))
  }).pipe(Effect.scoped, Effect.provide(layer))

describe("packageProperties", () => {
  const installed = ["home/packages/libs/x", "user/.platformio/packages/libs/x", "user/.platformio/packages/other/x"]

  it.live("has what is installed, in fbuild's store before PlatformIO's", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decided(installed), {
        "sdk.path": "home/packages/libs/{chip}",
        "sdk.root": "home/packages/libs",
        "other.path": "user/.platformio/packages/other"
      })
      assert.deepStrictEqual(yield* decided([]), {})
    }))

  it.live("has what the project names before all else, and fails when that is not there", () =>
    Effect.gen(function*() {
      const named = ["libs @ file://../own"]
      assert.deepInclude(yield* decided([...installed, "own/x"], named), { "sdk.root": "project/../own" })
      assert.match(String(yield* decided(installed, named)), /^libs .*project\/\.\.\/own/)
    }))
})
