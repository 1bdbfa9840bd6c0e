import { assert, describe, it } from "@effect/vitest"
import { classifyFlags } from "../../src/config/classifyFlags.ts"
import { separate } from "../../src/domain/flagOptions.ts"

const none = { defines: [], includes: [], compile: [], c: [], cxx: [], link: [], libs: [] }

describe("classifyFlags", () => {
  it("keeps the order within each list", () => {
    const flags = classifyFlags([
      ..."-DA=1 -UB -D C -Ix -I y -isystem z -include a.h -O2 -Wall -std=gnu11 -std=gnu++17 -Wl,-Map,m".split(" "),
      ..."-L. -T s.ld -u _printf_float -Xlinker --x -nostartfiles -lm -l c libx.a".split(" ")
    ])
    assert.deepStrictEqual(flags, {
      defines: ["-DA=1", "-UB", "-DC"],
      includes: ["-Ix", "-Iy", "-isystem", "z", "-include", "a.h"],
      compile: ["-O2", "-Wall"],
      c: ["-std=gnu11"],
      cxx: ["-std=gnu++17"],
      link: ["-Wl,-Map,m", "-L.", "-T", "s.ld", "-u", "_printf_float", "-Xlinker", "--x", "-nostartfiles"],
      libs: ["-lm", "-lc", "libx.a"]
    })
  })

  for (const flag of ["-pthread", "-fopenmp", "-fsanitize=address", "--specs=nano.specs"]) {
    it(`${flag} is for compiler and linker`, () => {
      assert.deepStrictEqual(classifyFlags([flag]), { ...none, compile: [flag], link: [flag] })
    })
  }

  for (
    const flag of ["-undef", "-Wa,--x", "-Wp,-DX", "-fno-exceptions", "-mmcu=atmega328p", "-g3", "-flto", "-nostdinc"]
  ) {
    it(`${flag} is for the compiler`, () => assert.deepStrictEqual(classifyFlags([flag]), { ...none, compile: [flag] }))
  }

  for (const flag of separate) {
    it(`${flag} keeps the value that stands apart, wherever it goes`, () => {
      const { defines, ...lists } = classifyFlags(["-DA", flag, "value", "-O2"])
      const found = Object.values(lists).filter((list) => list.includes(flag) || list.includes("value"))
      assert.deepStrictEqual(defines, ["-DA"])
      assert.isNotEmpty(found)
      for (const list of found) assert.deepStrictEqual(list.filter((word) => word !== "-O2"), [flag, "value"])
    })
  }
  for (
    const [flag, scope] of [["--include-with-prefix", "includes"], ["-B", "compile"], ["--entry", "link"]] as const
  ) {
    it(`${flag} is one of those for ${scope}`, () =>
      assert.deepStrictEqual(classifyFlags([flag, "value"]), { ...none, [scope]: [flag, "value"] }))
  }
  for (const flag of ["--sysroot", "-isysroot", "-specs", "--specs"]) {
    it(`${flag} keeps the value that stands apart, for compiler and linker`, () =>
      assert.deepStrictEqual(classifyFlags([flag, "value"]), {
        ...none,
        compile: [flag, "value"],
        link: [flag, "value"]
      }))
  }

  it("keeps what is searched in its order, however it is written", () => {
    const flags =
      "-isystema --include-directory=b -Ic -iquoted -iprefixe/ --include-with-prefix=f -includeg.h --imacros=h.h"
        .split(" ")
    assert.deepStrictEqual(classifyFlags(flags), { ...none, includes: flags })
  })

  it("a value that is missing at the end is left to the compiler to complain about", () => {
    assert.deepStrictEqual(classifyFlags(["-I"]).includes, ["-I"])
  })
})
