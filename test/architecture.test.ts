import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { check, type Rules, type SourceText } from "./support/architecture.ts"

/** The walls of src/ARCHITECTURE.md: which folders of `src/` a folder may import besides itself. */
const walls = {
  domain: "",
  telemetry: "",
  launcher: "",
  disk: "domain",
  process: "domain telemetry",
  config: "domain telemetry",
  arduino: "domain",
  boards: "domain arduino",
  plan: "domain arduino boards",
  packages: "domain telemetry disk",
  toolchain: "domain telemetry disk process packages",
  sources: "domain telemetry disk config",
  scripts: "domain telemetry disk process config",
  cache: "domain telemetry disk plan",
  exec: "domain telemetry disk process plan cache",
  artifacts: "domain telemetry disk plan",
  profile: "domain telemetry disk plan exec",
  emulators: "domain telemetry process artifacts",
  deploy: "domain telemetry disk process plan artifacts",
  orchestrator:
    "domain telemetry disk process config arduino boards plan packages toolchain sources scripts cache exec artifacts platforms",
  daemon: "domain telemetry disk exec orchestrator launcher",
  cli:
    "domain telemetry disk process config arduino boards plan packages toolchain sources scripts cache exec artifacts profile emulators deploy orchestrator daemon",
  remote: "domain telemetry disk plan cache"
}

const clock =
  /\bnew Date\b|\bDate\.now\b|\bDate\(|\bperformance\.|\bMath\.random\b|\bprocess\.|\bset(?:Timeout|Interval|Immediate)\(/
const effectRuntime = /^effect\/(?:Effect|Clock|Random|Fiber|FileSystem|Layer)$|^effect$|^node:|^@effect\//

const rules: Rules = {
  folders: Object.fromEntries(Object.entries(walls).map(([folder, allowed]) => [folder, allowed.match(/\w+/g) ?? []])),
  /** Where `platforms/<id>/` may reach in `src/`, besides its own folder. */
  platforms: ["plan", "domain"],
  /** The programs: they wire everything, and only they name Node's layers. */
  entries: ["src/program.ts", "src/daemon/main.ts", "src/nodeServices.ts"],
  /** Packages and Node modules that only the named folders may import, entries aside. */
  reserved: [
    {
      module: /^(?:node:)?(?:child_process|cluster)$|^effect\/process(?:\/|$)/,
      folders: ["process"],
      // It starts the daemon.
      files: ["src/launcher/launcher.ts"]
    },
    { module: /^@effect\/platform-node(?:\/|$)/, folders: [] }
  ],
  /** Folders that may import nothing outside the repository but what matches. */
  restricted: {
    domain: /^effect\//,
    // Its records are messages of protobuf, which also go by gRPC.
    telemetry: /^effect\/|^@bufbuild\/protobuf(?:$|\/)|^@connectrpc\//,
    launcher: /^node:/,
    platforms: /^effect\//
  },
  /** Folders in which the same input gives the same bytes. */
  pure: { folders: ["plan", "arduino"], modules: effectRuntime, text: clock },
  /** Bytes of one file, unless a comment `Size: <reason>` in it says why it is longer. */
  maximumSize: 12 * 1024
}

describe("architecture", () => {
  it("of this repository", () => {
    const root = Path.resolve(fileURLToPath(import.meta.url), "../..")
    const files = ["src", "platforms", "scripts"].flatMap((folder) => read(root, folder))
    assert.isAbove(files.length, 10)
    assert.deepStrictEqual(check(rules, files), [])
  })

  const accepted: Record<string, Record<string, string>> = {
    "a folder below": { "src/exec/A.ts": `import { B } from "../plan/B.ts"`, "src/plan/B.ts": "" },
    "a platform's own folder": {
      "platforms/avr/platform.ts": `import { b } from "./boards.ts"\nimport { P } from "../../src/plan/P.ts"`
    },
    "the registry": { "platforms/index.ts": `export const avr = () => import("./avr/platform.ts")` },
    "a cycle of types": {
      "src/plan/A.ts": `import type { B } from "./B.ts"`,
      "src/plan/B.ts": `import { A } from "./A.ts"`
    },
    "Node's layers in the program": { "src/program.ts": `import * as N from "@effect/platform-node/NodeServices"` },
    "the launcher that starts the daemon": {
      "src/launcher/launcher.ts": `process.getBuiltinModule("node:child_process").spawn("x")`
    },
    "an import in a comment": {
      "src/plan/A.ts": `// import { B } from "../cli/B.ts"\n/**\n * import("../cli/B.ts")\n */`
    },
    "a long file that says why": { "src/plan/A.ts": `// Size: one table\n${"x".repeat(13_000)}` }
  }
  for (const [name, files] of Object.entries(accepted)) {
    it(`accepts ${name}`, () => assert.deepStrictEqual(check(rules, texts(files)), []))
  }

  const refused: Record<string, readonly [files: Record<string, string>, problem: RegExp]> = {
    "a folder above": [
      { "src/plan/A.ts": `import { B } from "../exec/B.ts"` },
      /src\/plan\/A\.ts: plan may not import exec/
    ],
    "a folder above, type only": [
      { "src/plan/A.ts": `import type { B } from "../exec/B.ts"` },
      /plan may not import exec/
    ],
    "a folder above, over several lines": [
      { "src/plan/A.ts": `import {\n  B,\n  C\n} from "../exec/B.ts"` },
      /plan may not import exec/
    ],
    "a folder above, re-exported": [{ "src/plan/A.ts": `export * from "../exec/B.ts"` }, /plan may not import exec/],
    "a folder above, dynamically": [
      { "src/plan/A.ts": `const b = () => import("../exec/B.ts")` },
      /plan may not import exec/
    ],
    "a folder above, for its effect": [{ "src/plan/A.ts": `import "../exec/B.ts"` }, /plan may not import exec/],
    "a folder that is not in the table": [{ "src/helpers/A.ts": "" }, /helpers is not in the table/],
    "a file beside the programs": [{ "src/util.ts": "" }, /src\/util\.ts: is in no folder/],
    "platforms from a command": [
      { "src/cli/A.ts": `import { avr } from "../../platforms/index.ts"` },
      /cli may not import platforms/
    ],
    "one platform from another": [
      { "platforms/sam/platform.ts": `import { avr } from "../avr/platform.ts"` },
      /one platform may not import another/
    ],
    "more of src from a platform": [
      { "platforms/sam/platform.ts": `import { e } from "../../src/exec/E.ts"` },
      /platforms may not import exec/
    ],
    "the program from a folder": [
      { "src/domain/A.ts": `import { b } from "../program.ts"` },
      /domain may not import src\/program\.ts/
    ],
    "tests from src": [{ "src/plan/A.ts": `import { t } from "../../test/t.ts"` }, /plan may not import test/],
    "Effect in a pure folder": [
      { "src/plan/A.ts": `import type * as Effect from "effect/Effect"` },
      /plan is pure, may not import effect\/Effect/
    ],
    "Node in a pure folder": [
      { "src/arduino/A.ts": `import * as Path from "node:path"` },
      /arduino is pure, may not import node:path/
    ],
    "a clock in a pure folder": [
      { "src/plan/A.ts": "export const now = () => Date.now()" },
      /plan is pure, may not use Date\.now/
    ],
    "child processes outside process": [
      { "src/exec/A.ts": `import * as C from "node:child_process"` },
      /exec may not import node:child_process/
    ],
    "child processes under another name": [
      { "src/exec/A.ts": `import { fork } from "child_process"` },
      /exec may not import child_process/
    ],
    "child processes as a module that is built in": [
      { "src/exec/A.ts": `const c = process.getBuiltinModule("node:child_process")` },
      /exec may not import node:child_process/
    ],
    "child processes in another file of the launcher": [
      { "src/launcher/A.ts": `process.getBuiltinModule("node:child_process").spawn("x")` },
      /launcher may not import node:child_process/
    ],
    "processes of Effect": [
      { "src/exec/A.ts": `import * as C from "effect/process/ChildProcess"` },
      /exec may not import effect\/process\/ChildProcess/
    ],
    "modules whose names are not known": [
      { "src/exec/A.ts": `const c = process.getBuiltinModule("node:child" + "_process")` },
      /takes a module in a way that nobody can check/
    ],
    "a require that was made": [
      { "src/exec/A.ts": `const c = createRequire(import.meta.url)(name)` },
      /takes a module in a way that nobody can check/
    ],
    "Node's layers outside the programs": [
      { "src/exec/A.ts": `import * as N from "@effect/platform-node/NodeServices"` },
      /exec may not import @effect\/platform-node/
    ],
    "a package in the launcher": [
      { "src/launcher/A.ts": `import * as Effect from "effect/Effect"` },
      /launcher may not import effect\/Effect/
    ],
    "a barrel": [{ "src/plan/index.ts": "" }, /src\/plan\/index\.ts: is a barrel/],
    "a cycle": [
      {
        "src/plan/A.ts": `import { B } from "./B.ts"`,
        "src/plan/B.ts": `export * from "./C.ts"`,
        "src/plan/C.ts": `import { type A } from "./A.ts"`
      },
      /import cycle: src\/plan\/A\.ts → src\/plan\/B\.ts → src\/plan\/C\.ts → src\/plan\/A\.ts/
    ],
    "a long file": [{ "scripts/a.mjs": "x".repeat(13_000) }, /scripts\/a\.mjs: has 13000 bytes/]
  }
  for (const [name, [files, problem]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      const problems = check(rules, texts(files))
      assert.strictEqual(problems.length, 1, problems.join("\n"))
      assert.match(problems[0]!, problem)
    })
  }
})

function texts(files: Record<string, string>): ReadonlyArray<SourceText> {
  return Object.entries(files).map(([path, text]) => ({ path, text }))
}

function read(root: string, folder: string): ReadonlyArray<SourceText> {
  const absolute = Path.join(root, folder)
  if (!Fs.existsSync(absolute)) return []
  return Fs.readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => Path.join(entry.parentPath, entry.name))
    .map((path) => ({ path: Path.relative(root, path).replaceAll("\\", "/"), text: Fs.readFileSync(path, "utf8") }))
}
