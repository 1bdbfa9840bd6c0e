import { assert, describe, it } from "@effect/vitest"
import { dependenciesOf } from "../../src/plan/ActionGraph.ts"
import { find, inputs, plan, recipes } from "./inputs.ts"

const phases = [
  "prebuild",
  "sketch.prebuild",
  "sketch.postbuild",
  "libraries.prebuild",
  "libraries.postbuild",
  "core.prebuild",
  "core.postbuild",
  "linking.prelink",
  "linking.postlink",
  "objcopy.preobjcopy",
  "objcopy.postobjcopy",
  "postbuild"
]

const graph = plan(inputs([
  recipes,
  ...phases.map((phase) => `recipe.hooks.${phase}.1.pattern=/bin/sh -c "echo {build.path} ${phase}"`),
  "recipe.hooks.prebuild.2.pattern=/bin/true",
  "recipe.hooks.prebuild.3.pattern="
].join("\n")))

const hook = (phase: string, number = 1) => `out/hooks/${phase}.${number}.pattern`

/** Whether `later` cannot start before `earlier` has ended. */
const follows = (later: string, earlier: string): boolean => {
  const reached = new Set(dependenciesOf(graph, find(graph, later)))
  for (const one of reached) for (const needed of dependenciesOf(graph, one)) reached.add(needed)
  return reached.has(find(graph, earlier))
}

const objects = graph.actions.filter(({ mnemonic }) => mnemonic.endsWith("Compile")).map(({ id }) => id)
const part = (folder: string) => objects.filter((id) => id.startsWith(`out/${folder}/`))

describe("vendor hooks", () => {
  it("that run scripts each run in every build, their reports standing for what it did", () => {
    const hooks = graph.actions.filter(({ mnemonic }) => mnemonic === "Hook")
    assert.strictEqual(hooks.length, phases.length + 1)
    for (const one of hooks) {
      assert.match(one.always ?? "", /^(?:sh|true) may read and write any file$/)
      assert.strictEqual(one.stdout, one.outputs[0])
    }
    assert.deepStrictEqual(find(graph, hook("core.postbuild")).argv, ["/bin/sh", "-c", "echo out core.postbuild"])
  })

  it("the hooks of a phase run one after another", () => {
    assert.isTrue(follows(hook("prebuild", 2), hook("prebuild")))
  })

  const order: ReadonlyArray<readonly [later: ReadonlyArray<string>, earlier: ReadonlyArray<string>]> = [
    [objects, [hook("prebuild"), hook("prebuild", 2)]],
    [part("src"), [hook("sketch.prebuild")]],
    [part("lib"), [hook("libraries.prebuild")]],
    [[...part("core"), ...part("variant")], [hook("core.prebuild")]],
    [[hook("sketch.prebuild"), hook("libraries.prebuild"), hook("core.prebuild")], [hook("prebuild", 2)]],
    [[hook("sketch.postbuild")], part("src")],
    [[hook("libraries.postbuild")], part("lib")],
    [[hook("core.postbuild")], [...part("core"), "out/core/core.a"]],
    [[hook("linking.prelink")], [
      ...objects,
      "out/core/core.a",
      hook("sketch.postbuild"),
      hook("libraries.postbuild"),
      hook("core.postbuild")
    ]],
    [["out/firmware.elf"], [hook("linking.prelink")]],
    [[hook("linking.postlink")], ["out/firmware.elf"]],
    [[hook("objcopy.preobjcopy")], [hook("linking.postlink")]],
    [["out/firmware.hex", "out/firmware.size"], [hook("objcopy.preobjcopy")]],
    [[hook("objcopy.postobjcopy")], ["out/firmware.hex"]],
    [[hook("postbuild")], ["out/firmware.hex", "out/firmware.elf", hook("objcopy.postobjcopy")]]
  ]
  for (const [later, earlier] of order) {
    it(`${later[0]} after ${earlier[0]}`, () => {
      for (const one of later) for (const other of earlier) assert.isTrue(follows(one, other), `${one} after ${other}`)
    })
  }

  it("compiling waits only for its own part", () => {
    assert.isFalse(follows("out/core/main.cpp.o", hook("sketch.prebuild")))
    assert.isFalse(follows("out/src/app.cpp.o", hook("core.prebuild")))
  })

  const withHooks = (...lines: ReadonlyArray<string>) => plan(inputs([recipes, ...lines].join("\n")))

  it("a plain file tool is an action like others, with its words as inputs and outputs", () => {
    const graph = withHooks(
      "recipe.hooks.linking.postlink.1.pattern=/bin/cp -f {build.path}/{build.project_name}.elf {build.path}/sub/copy.elf",
      "recipe.hooks.linking.postlink.2.pattern=/t/arm-objdump -h {build.path}/sub/copy.elf"
    )
    const copy = find(graph, "out/sub/copy.elf")
    assert.deepStrictEqual<ReadonlyArray<string>>(copy.inputs, ["out/firmware.elf"])
    assert.isUndefined(copy.always)
    const dump = find(graph, "out/hooks/linking.postlink.2.pattern")
    assert.deepStrictEqual<ReadonlyArray<string>>(dump.inputs, ["out/sub/copy.elf", "out/firmware.elf"])
    assert.strictEqual(dump.stdout, dump.outputs[0])
    assert.isUndefined(dump.always)
  })

  for (
    const [command, why] of [
      ["/bin/sh -c \"cp a b\"", "sh may read and write any file"],
      ["/bin/cp x /elsewhere/y", "cp writes /elsewhere/y, which is outside"],
      ["/t/objcopy -O binary {build.path}/firmware.elf {build.path}/firmware.elf", "objcopy writes out/firmware.elf"],
      ["/t/objcopy -R .x {build.path}/firmware.elf", "objcopy may read and write"],
      ["/t/objcopy --add-section .x=f {build.path}/firmware.elf {build.path}/x", "objcopy may read and write"]
    ] as const
  ) {
    it(`runs in every build: ${command}`, () => {
      const graph = withHooks(`recipe.hooks.linking.postlink.1.pattern=${command}`)
      const always = find(graph, "out/hooks/linking.postlink.1.pattern").always ?? ""
      assert.isTrue(always.startsWith(why), always)
    })
  }

  it("what a script names may be what it makes: an image recipe reads it and does not make it", () => {
    const graph = withHooks(
      "recipe.hooks.prebuild.1.pattern=/bin/sh -c \"gen > '{build.path}/parts.bin'; echo\"",
      "recipe.objcopy.merged.pattern=/t/merge {build.path}/parts.bin {build.path}/firmware.elf --out={build.path}/merged.img"
    )
    assert.deepStrictEqual<ReadonlyArray<string>>(find(graph, "out/merged.img").outputs, ["out/merged.img"])
  })

  it("an image recipe that copies a file reads it, whoever made it, and does not make it", () => {
    for (const from of ["{build.path}/parts.bin", "/core/boot.bin"]) {
      const graph = withHooks(
        "recipe.hooks.linking.postlink.1.pattern=/bin/sh -c \"cd {build.path}; gen > parts.bin\"",
        `recipe.objcopy.copy.pattern=/bin/cp ${from} {build.path}/copy.bin`
      )
      const copy = find(graph, "out/copy.bin")
      const path = from.replace("{build.path}", "out")
      assert.deepStrictEqual<ReadonlyArray<string>>(copy.inputs, [path, "out/hooks/linking.postlink.1.pattern"])
      assert.deepStrictEqual<ReadonlyArray<string>>(copy.outputs, ["out/copy.bin"])
    }
  })

  it("the image gets the name under which users look for it", () => {
    const graph = withHooks(
      "recipe.output.tmp_file={build.project_name}.hex",
      "recipe.output.save_file={build.project_name}.{build.board}.hex",
      "build.board=ONE",
      "recipe.hooks.objcopy.postobjcopy.1.pattern=/bin/sh -c \"sign {build.path}\""
    )
    const saved = find(graph, "out/firmware.ONE.hex")
    assert.deepStrictEqual<ReadonlyArray<string>>(saved.inputs, [
      "out/firmware.hex",
      "out/hooks/objcopy.postobjcopy.1.pattern"
    ])
    assert.deepStrictEqual(saved.argv.slice(1), ["out/firmware.hex", "out/firmware.ONE.hex"])
  })

  it("those of an export do not run: they write into the sketch's folder", () => {
    const graph = withHooks("recipe.hooks.savehex.presavehex.1.pattern=cp {build.path}/firmware.hex {sketch_path}")
    assert.deepStrictEqual(graph.actions, withHooks().actions)
  })

  it("a core without hooks has none", () => {
    assert.isFalse(plan(inputs(recipes)).actions.some(({ always }) => always))
  })
})
