import { assert, describe, it } from "@effect/vitest"
import { packageOverride } from "../../src/packages/packageOverride.ts"

const at = (line: string) => {
  const override = packageOverride(line, "/project")
  return override === undefined ? undefined : `${override.name} ${override.path}`
}

describe("packageOverride", () => {
  const folders: Readonly<Record<string, string>> = {
    "fw@file:///opt/fw": "fw /opt/fw",
    "fw @ file:///opt/fw": "fw /opt/fw",
    "fw@symlink:///opt/fw": "fw /opt/fw",
    "fw @ symlink://../fw": "fw /project/../fw",
    "fw@file://lib/fw": "fw /project/lib/fw",
    "fw@/opt/my fw": "fw /opt/my fw",
    "fw@./fw": "fw /project/./fw",
    "fw@..": "fw /project/..",
    "platformio/framework-arduino-avr@/opt/fw": "framework-arduino-avr /opt/fw",
    "tool.x-1=/opt/x": "tool.x-1 /opt/x",
    "  fw@/opt/fw/  ": "fw /opt/fw"
  }
  for (const [line, expected] of Object.entries(folders)) {
    it(`${line.trim()} is a folder`, () => assert.strictEqual(at(line), expected))
  }

  const others = [
    "",
    "fw",
    "fw@1.2.3",
    "fw@^1.2.3",
    "fw@~1.2.3",
    "fw @ >=1",
    "fw@https://example.com/fw.tar.gz",
    "fw@git+ssh://git@example.com/fw.git",
    "fw@https://github.com/a/b.git#v1",
    "https://example.com/fw.zip"
  ]
  for (const line of others) it(`"${line}" is no folder`, () => assert.isUndefined(at(line)))
})
