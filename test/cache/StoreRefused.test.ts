import { assert, describe, it } from "@effect/vitest"
import { StoreRefused } from "../../src/cache/StoreRefused.ts"
import { DiskError } from "../../src/disk/Disk.ts"

describe("StoreRefused", () => {
  const of = (code: string) => StoreRefused.of(new DiskError({ operation: "write", path: "/home/cache/x", code }))

  it("says where and why", () =>
    assert.strictEqual(
      of("ENOSPC").message,
      "what is built now is not all kept in the cache: cannot write /home/cache/x: no space left on the disk"
    ))
  it("says what helps against it", () => {
    assert.include(of("ENOSPC").hint, "fbuild cache gc")
    assert.include(of("EDQUOT").hint, "fbuild cache gc")
    for (const code of ["EROFS", "EACCES", "ENOTDIR"]) assert.include(of(code).hint, "writable")
  })
})
