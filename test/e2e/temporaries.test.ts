import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { quickCore, quickIni } from "../suites/compileCache.ts"
import { build, built, workspace, write } from "../support/project.ts"

const root = workspace()
const core = quickCore(Path.join(root, "core"))

const project = (name: string, flags: string) =>
  write(Path.join(root, name), {
    "platformio.ini": quickIni(core, `build_flags = ${flags}`),
    "src/main.cpp":
      "#include <Arduino.h>\nint other();\nvoid setup() { say(other() ? \"main\" : \"\"); }\nvoid loop() {}\n",
    "src/sub/main.cpp": "int other() { return 1; }\n",
    words: "-save-temps=obj\n"
  })

describe("what a compiler leaves beside its object", () => {
  for (const flags of ["-save-temps=obj", "-save-temps=cwd -save-temps=obj", "@words"]) {
    it(`intermediate files of each source, by ${flags}`, async () => {
      const dir = project(`kept${flags.length}`, flags)
      await built(dir)
      const [out = ""] = Fs.readdirSync(Path.join(dir, ".fbuild/build"))
      const read = (path: string) => Fs.readFileSync(Path.join(dir, ".fbuild/build", out, path), "utf8")
      assert.include(read("src/main.cpp.ii"), "void setup()")
      assert.include(read("src/sub/main.cpp.ii"), "int other() { return 1; }")
      assert.include(read("src/main.cpp.s"), "setup")
      assert.deepStrictEqual(Fs.readdirSync(dir).filter((name) => /\.(?:ii|s|i)$/.test(name)), [])
      assert.deepStrictEqual((await built(dir)).executed, [])
    })
  }

  const refused: ReadonlyArray<readonly [flags: string, message: RegExp]> = [
    ["-save-temps", /-save-temps.*writes into the project folder.*use -save-temps=obj/s],
    ["-save-temps=obj -save-temps=cwd", /-save-temps=cwd.*use -save-temps=obj/s],
    ["-gsplit-dwarf", /-gsplit-dwarf.*temporary name.*is not supported/s]
  ]
  for (const [flags, message] of refused) {
    it(`${flags} is refused`, async () => {
      const { status, stderr, stdout } = await build(project(`refused${flags.length}`, flags))
      assert.strictEqual(status, 2)
      assert.match(stdout + stderr, message)
    })
  }
})
