import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  blink,
  build,
  built,
  environment,
  execute,
  fbuild,
  type Files,
  filesBelow,
  images,
  ini,
  program,
  readEvents,
  said,
  snapshot,
  workspace,
  write
} from "../support/project.ts"

/** Everything that puts a path into a command: a header, a library, a converted sketch, a folder of sources. */
const project: Files = {
  "platformio.ini": ini("uno"),
  "src/main.cpp": blink.replace("\n", "\n#include \"own.h\"\n#include <Thing.h>\nint fromSketch(int);\n")
    .replace("delay(500)", "delay(OWN + thing() + fromSketch(1))"),
  "src/tab.ino": "int fromSketch(int n) { return twice(n); }\nint twice(int n) { return 2 * n; }\n",
  "src/deep er/other.c": "int other(void) { return 1; }\n",
  "include/own.h": "#define OWN 11\n",
  "lib/Thing/Thing.h": "int thing();\n",
  "lib/Thing/Thing.cpp": "#include \"Thing.h\"\nint thing() { return 3; }\n"
}

describe("a project folder", () => {
  const space = workspace()
  const names = [
    "with two  spaces",
    "ünïcode-日本-🚀",
    "it's \"quoted\"",
    "a$HOME`b`",
    "#hash",
    "100%d",
    "{x}{build.path}",
    "semi;colon&and|(parens)",
    "back\\slash",
    "comma,equals=",
    "star*[a]?",
    "-dash",
    "@at",
    "tab\there",
    "trailing "
  ]
  const expected = (async () => {
    const dir = write(Path.join(space, "plain"), project)
    await built(dir)
    return images(dir).hex
  })()
  for (const name of names) {
    it(`named ${JSON.stringify(name)}`, async () => {
      const dir = write(Path.join(space, name), project)
      await built(dir)
      assert.strictEqual(images(dir).hex, await expected)
      assert.deepStrictEqual((await built(dir)).executed, [])
    })
  }

  it("whose build folder is named so", async () => {
    const dir = write(Path.join(space, "in plain"), {
      ...project,
      "platformio.ini": `[platformio]\nbuild_dir = it's a, "build"#1 $(x)\n${ini("uno")}`
    })
    const { finished } = await built(dir)
    const folder = `it's a, "build"#1 $(x)`
    assert.strictEqual(images(dir, "uno", folder).hex, await expected)
    assert.strictEqual(finished.environments[0]!.elf, `${folder}/uno/firmware.elf`)
    assert.deepStrictEqual((await built(dir)).executed, [])
  })

  it("with such names of sources, headers and libraries in it", async () => {
    const odd = ["a b", "ü日", "it's", "\"q\"", "$x", "#h", "%d", "{x}", "c,d", "e=f", "-g", "@h"]
    const dir = write(Path.join(space, "odd names"), {
      "platformio.ini": ini("uno"),
      "src/main.cpp": [
        "#include <Arduino.h>",
        ...odd.map((name) => `#include "${name.replaceAll("\"", "q")}.h"`),
        ...odd.map((_, index) => `int f${index}();`),
        `void setup() { Serial.begin(9600); Serial.println(${odd.map((_, index) => `f${index}()`).join("+")}); }`,
        "void loop() {}"
      ].join("\n"),
      ...Object.fromEntries(odd.flatMap((name, index) => [
        [`src/${name}.cpp`, `int f${index}() { return ${index}; }\n`],
        [`src/${name}/x y.c`, `int g${index}(void) { return ${index}; }\n`],
        [`include/${name.replaceAll("\"", "q")}.h`, "// empty\n"]
      ]))
    })
    await built(dir)
    assert.deepStrictEqual((await built(dir)).executed, [])
    write(dir, { "include/a b.h": "#define SEEN\n", "include/$x.h": "#define SEEN2\n" })
    assert.include((await built(dir)).executed, ".fbuild/build/uno/src/main.cpp.o")
  })

  it("through a symbolic link, .. and a relative -d", async () => {
    const dir = write(Path.join(space, "linked"), project)
    const link = Path.join(space, "link")
    Fs.symlinkSync(dir, link)
    await built(dir)
    for (
      const [cwd, args] of [
        [link, []],
        [space, ["-d", "link"]],
        [space, ["linked/../linked"]],
        [Path.join(dir, "src"), ["-d", ".."]],
        [Path.join(link, "src"), ["../../linked"]],
        [dir, ["./"]]
      ] as const
    ) {
      const run = readEvents(await fbuild(cwd, ["build", "--json", ...args]))
      assert.strictEqual(run.status, 0, said(run))
      assert.deepStrictEqual(run.executed.filter((id) => !id.startsWith(".fbuild")), [])
    }
    assert.strictEqual(images(dir).hex, await expected)
  })

  it("with linked folders and files in it", async () => {
    const real = write(Path.join(space, "elsewhere"), project)
    const dir = write(Path.join(space, "links inside"), { "platformio.ini": ini("uno") })
    for (const name of ["src", "include", "lib"]) Fs.symlinkSync(Path.join(real, name), Path.join(dir, name))
    await built(dir)
    assert.strictEqual(images(dir).hex, await expected)
    Fs.symlinkSync("gone", Path.join(real, "src/dangling.cpp"))
    Fs.symlinkSync("..", Path.join(real, "src/cycle"))
    const { finished } = await build(dir)
    assert.include([0, 1, 2], finished.exitCode)
    Fs.rmSync(Path.join(real, "src/dangling.cpp"))
    await built(dir)
    assert.strictEqual(images(dir).hex, await expected)
    Fs.writeFileSync(Path.join(real, "include/own.h"), "#define OWN 12\n")
    assert.include((await built(dir)).executed, ".fbuild/build/uno/src/main.cpp.o")
  })
})

describe("build folders elsewhere", () => {
  const space = workspace()

  it("FBUILD_BUILD_DIR and build_dir", async () => {
    const dir = write(Path.join(space, "p"), project)
    const out = Path.join(space, "the output")
    await built(dir, [], { FBUILD_BUILD_DIR: out })
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild")))
    const first = images(out, "uno", ".")
    assert.deepStrictEqual((await built(dir, [], { FBUILD_BUILD_DIR: out })).executed, [])
    const other = write(Path.join(space, "q"), {
      ...project,
      "platformio.ini": `[platformio]\nbuild_dir = ../other output\n${ini("uno")}`
    })
    await built(other)
    assert.strictEqual(images(Path.join(space, "other output"), "uno", ".").hex, first.hex)
  })

  it("of a source tree that cannot be written", async () => {
    const dir = write(Path.join(space, "read-only"), project)
    Fs.mkdirSync(Path.join(space, "out"), { mode: 0o777 })
    Fs.chmodSync(Path.join(space, "out"), 0o777)
    Fs.chmodSync(space, 0o755)
    ChildProcess.execFileSync("chmod", ["-R", "a-w,a+rX", dir])
    const before = snapshot(dir)
    const args = ["build", "--json", "-d", dir]
    const variables = { FBUILD_BUILD_DIR: Path.join(space, "out"), HOME: "/nonexistent", FBUILD_HOME: "/nonexistent" }
    // Root writes everywhere, so it has to become somebody else.
    const run = process.getuid?.() === 0
      ? await execute(
        "/usr/bin/setpriv",
        ["--reuid=65534", "--regid=65534", "--clear-groups", program, ...args],
        "/",
        environment("/", variables)
      )
      : await execute(program, args, "/", environment("/", variables))
    const { finished } = readEvents(run)
    ChildProcess.execFileSync("chmod", ["-R", "u+w", dir])
    assert.strictEqual(run.status, 0, run.stderr + finished.errors.map(({ message }) => message).join("\n"))
    assert.deepStrictEqual(snapshot(dir), before)
    assert.isTrue(Fs.existsSync(Path.join(space, "out/uno/firmware.hex")))
  })
})

describe("sources", () => {
  const space = workspace()
  const crlf = (text: string) => text.replaceAll("\n", "\r\n")

  it("with CRLF and a byte order mark make the same image", async () => {
    const plain = write(Path.join(space, "plain"), project)
    const windows = write(
      Path.join(space, "windows"),
      Object.fromEntries(Object.entries(project).map(([name, text]) => [name, `\uFEFF${crlf(String(text))}`]))
    )
    await built(plain)
    await built(windows)
    assert.strictEqual(images(windows).hex, images(plain).hex)
  })

  it("of 0 bytes, and of 10 MB", async () => {
    const line = "// ".padEnd(99, "x") + "\n"
    const dir = write(Path.join(space, "sizes"), {
      "platformio.ini": ini("uno"),
      "src/main.cpp": blink,
      "src/empty.cpp": "",
      "src/empty.c": "",
      "src/empty.S": "",
      "src/empty.ino": "",
      "include/empty.h": "",
      "src/big.cpp": `${line.repeat(100_000)}int big() { return 1; }\n`,
      "src/bigSketch.ino": `${line.repeat(100_000)}int big2() { return later(); }\nint later() { return 1; }\n`
    })
    assert.isAbove(Fs.statSync(Path.join(dir, "src/big.cpp")).size, 9_500_000)
    await built(dir)
    assert.deepStrictEqual((await built(dir)).executed, [])
    assert.include(filesBelow(dir), ".fbuild/build/uno/firmware.hex")
  })
})
