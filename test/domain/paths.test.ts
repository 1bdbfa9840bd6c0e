import { assert, describe, it } from "@effect/vitest"
import { relativeTo } from "../../src/domain/paths.ts"

describe("relativeTo", () => {
  it("inside, the folder itself, and beside it", () => {
    assert.strictEqual(relativeTo("/a/b", "/a/b/c/d"), "c/d")
    assert.strictEqual(relativeTo("/a/b", "/a/b"), ".")
    assert.strictEqual(relativeTo("/a/b", "/a/bc"), "/a/bc")
  })
})
