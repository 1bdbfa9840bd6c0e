import { assert, describe, it } from "@effect/vitest"
import { cgroupLimits } from "../../src/daemon/cgroupLimits.ts"

/** Limits of control groups, as a system with these files says them. */
const limits = (files: Readonly<Record<string, string>>) =>
  cgroupLimits((path) => {
    const name = path.slice("/sys/fs/cgroup/".length)
    return name in files ? `${files[name]}\n` : undefined
  })

describe("control groups of version 2", () => {
  const common = {
    "cgroup.controllers": "cpu memory",
    "user.slice/memory.max": "4000000",
    "user.slice/cgroup.procs": "",
    "user.slice/a.scope/cgroup.procs": "1",
    "user.slice/a.scope/memory.max": "max",
    "user.slice/a.scope/cpu.max": "max 100000",
    "user.slice/a.scope/pids.max": "4915",
    "user.slice/b.scope/cgroup.procs": "2",
    "user.slice/b.scope/memory.max": "max",
    "user.slice/b.scope/pids.max": "infinity"
  }
  const [a, b] = ["0::/user.slice/a.scope\n", "0::/user.slice/b.scope\n"]

  it("allow the same, where only what they share is limited", () => {
    assert.strictEqual(limits(common)(a, b), "all")
    assert.strictEqual(limits(common)(b, a), "all")
    assert.strictEqual(limits(common)(a, "0::/\n"), "memory.max 4000000")
    assert.strictEqual(limits(common)("0::/\n", a), "all")
    assert.strictEqual(limits(common)("0::/user.slice\n", a), "all")
  })

  it("differ by memory and processors", () => {
    const limited = { ...common, "user.slice/b.scope/memory.max": "1000", "user.slice/b.scope/cpu.max": "50000 100000" }
    assert.strictEqual(limits(limited)(b, a), "cpu.max 50000 100000, memory.max 1000")
    assert.strictEqual(limits(limited)(a, b), "all")
  })

  it("differ by a folder between", () => {
    const files = { ...common, "user.slice/c/memory.high": "77", "user.slice/c/d/cgroup.procs": "" }
    assert.strictEqual(limits(files)("0::/user.slice/c/d\n", a), "memory.high 77")
  })

  it("that cannot be looked at are not taken for the same", () => {
    assert.notStrictEqual(limits(common)("0::/elsewhere\n", a), limits(common)(a, "0::/elsewhere\n"))
  })
})

describe("control groups of version 1", () => {
  const files = {
    "memory/one/cgroup.procs": "",
    "memory/one/memory.limit_in_bytes": "9223372036854771712",
    "memory/two/cgroup.procs": "",
    "memory/two/memory.limit_in_bytes": "1048576",
    "cpu/one/cgroup.procs": "",
    "cpu/one/cpu.cfs_quota_us": "-1",
    "cpu/two/cgroup.procs": "",
    "cpu/two/cpu.cfs_quota_us": "5000"
  }
  const group = (name: string) =>
    `9:name=systemd:/${name}\n8:pids:/${name}\n4:memory:/${name}\n1:cpu,cpuacct:/${name}\n0::/x/${name}`

  it("differ by memory and processors, whatever else is grouped", () => {
    assert.strictEqual(limits(files)(group("one"), group("two")), "all")
    assert.strictEqual(
      limits(files)(group("two"), group("one")),
      "cpu.cfs_quota_us 5000, memory.limit_in_bytes 1048576"
    )
  })
})
