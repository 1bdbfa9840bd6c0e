import { assert, describe, it } from "@effect/vitest"
import { difference, type Place } from "../../src/daemon/samePlace.ts"
import { place } from "../../src/launcher/place.ts"

const same = () => "all"

/** A place like that of this process, but for what is replaced in one of its facts. */
const but = (index: number, from: string | RegExp, to: string): Place => {
  const own = place()
  const changed = own[index]!.replace(from, to)
  assert.notStrictEqual(changed, own[index], `${from} is not in ${own[index]}`)
  return own.toSpliced(index, 1, changed)
}

describe("place", () => {
  it("is the same for two processes of one shell", () => {
    assert.isUndefined(difference(place(), place(), same))
  })

  const different: Record<string, readonly [index: number, from: string | RegExp, to: string, reason: RegExp]> = {
    "umask": [0, /^.*$/, "77", /^umask is 77, here \d+$/],
    "root folder": [1, ":", ":1", /^root folder is /],
    "watched by strace": [2, /^TracerPid:\t0$/m, "TracerPid:\t17", /^traced by process 17$/],
    "user": [2, /^Uid:\t\d+/m, "Uid:\t4711", /^Uid is 4711\b/],
    "groups": [2, /^Groups:.*$/m, "Groups:\t20 44", /^Groups is 20 44, here/],
    "rights": [2, /^CapEff:.*$/m, "CapEff:\t0000000000000400", /^capabilities is 00000400, here/],
    "no new rights": [2, /^NoNewPrivs:\t0$/m, "NoNewPrivs:\t1", /^NoNewPrivs is 1, here 0$/],
    "system calls": [2, /^Seccomp:\t0$/m, "Seccomp:\t2", /^Seccomp is 2, here 0$/],
    "processors": [2, /^Cpus_allowed:\t.*$/m, "Cpus_allowed:\t8", /^Cpus_allowed is 8, here/],
    "nice": [3, /(?<=\)(?: \S+){16} )\S+/, "7", /^nice is 7, here/],
    "policy": [3, /(?<=\)(?: \S+){38} )\S+/, "3", /^scheduling policy is 3, here 0$/],
    "time of processors": [4, /^Max cpu time .*$/m, "Max cpu time  60  60  seconds", /^Max cpu time is 60 /],
    "stack": [4, /^(Max stack size +)\d+/m, "$14096", /^Max stack size is 4096 /],
    "personality": [6, /^0/, "4", /^personality is 4/],
    "network": [11, /\d+/, "1", /^net namespace is net:\[1\], here/]
  }
  for (const [what, [index, from, to, reason]] of Object.entries(different)) {
    it(`is another one with another ${what}`, () => {
      assert.match(difference(but(index, from, to), place(), same)!, reason)
      if (what !== "watched by strace") assert.isDefined(difference(place(), but(index, from, to), same))
    })
  }

  const harmless: Record<string, readonly [index: number, from: RegExp, to: string]> = {
    "files that are open": [4, /^Max open files .*$/m, "Max open files  1024  4096  files"],
    "core files": [4, /^Max core file size .*$/m, "Max core file size  unlimited  unlimited  bytes"],
    "a right to wake the machine": [2, /^(CapEff:\t)(\w{8})/m, "$100000008"],
    "pid, name, memory and signals": [2, /^Name:.*$/m, "Name:\tother"],
    "a daemon that is traced": [2, /^Gid:/m, "Gid:"]
  }
  for (const [what, [index, from, to]] of Object.entries(harmless)) {
    it(`does not depend on ${what}`, () => {
      const own = place()
      const other = own.toSpliced(index, 1, own[index]!.replace(from, to))
      assert.isUndefined(difference(other, own, same))
    })
  }

  it("depends on what a control group allows, not on its name", () => {
    const own = place().toSpliced(5, 1, "0::/user.slice/session-1.scope\n")
    const other = own.toSpliced(5, 1, "0::/user.slice/session-2.scope\n")
    assert.isUndefined(difference(other, own, same))
    assert.match(
      difference(other, own, (cgroup) => cgroup.includes("session-2") ? "memory.max 1" : "all")!,
      /^control group allows memory\.max 1, here all$/
    )
  })

  it("says nothing where the system says nothing", () => {
    const nothing = ["22", "1:2", ...Array.from({ length: 14 }, () => "")]
    assert.isUndefined(difference(nothing, nothing, same))
    assert.isDefined(difference([], nothing, same))
  })
})
