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
  it("each runs in every build, its report standing for what it did", () => {
    const hooks = graph.actions.filter(({ mnemonic }) => mnemonic === "Hook")
    assert.strictEqual(hooks.length, phases.length + 1)
    for (const one of hooks) {
      assert.strictEqual(one.always, true)
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
    [["out/firmware.hex"], [hook("objcopy.preobjcopy")]],
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

  it("a core without hooks has none", () => {
    assert.isFalse(plan(inputs(recipes)).actions.some(({ always }) => always))
  })
})
