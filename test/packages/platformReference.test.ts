import { assert, describe, it } from "@effect/vitest"
import { coreNames, platformReference } from "../../src/packages/platformReference.ts"

const read = (text: string) => platformReference(text, "/p/q", "/home/u")

describe("platformReference", () => {
  const folders: Readonly<Record<string, string>> = {
    "symlink:///opt/core": "/opt/core",
    "symlink://../core/avr": "/p/core/avr",
    "file://core": "/p/q/core",
    "file:///opt/a b/core/": "/opt/a b/core",
    "/opt/core/": "/opt/core",
    "./hardware/acme/avr": "/p/q/hardware/acme/avr",
    "..": "/p",
    "~/cores/x": "/home/u/cores/x",
    "symlink://~/cores/x": "/home/u/cores/x"
  }
  for (const [text, path] of Object.entries(folders)) {
    it(`${text} is the folder ${path}`, () => assert.deepStrictEqual(read(text), { _tag: "Folder", path }))
  }

  it("vendor:architecture is a core of Arduino's folders", () => {
    assert.deepStrictEqual(read("acme:z80"), { _tag: "Installed", vendor: "acme", architecture: "z80" })
  })

  const names: Readonly<Record<string, string>> = {
    atmelavr: "atmelavr",
    "platformio/atmelavr @ ^5.0.0": "atmelavr",
    "AtmelAVR@5": "atmelavr",
    "https://github.com/platformio/platform-atmelavr.git#v5.0.0": "atmelavr",
    "https://github.com/pioarduino/platform-espressif32/releases/download/55.03/platform-espressif32.zip":
      "espressif32",
    "hardware/acme": "acme"
  }
  for (const [text, name] of Object.entries(names)) {
    it(`${text} is called ${name}`, () => {
      const reference = read(text)
      assert.strictEqual(reference._tag === "Named" ? reference.name : undefined, name)
    })
  }

  it("a name may be a folder of the project", () => {
    const reference = read("hardware/acme")
    assert.strictEqual(reference._tag === "Named" ? reference.folder : undefined, "/p/q/hardware/acme")
  })
})

describe("coreNames", () => {
  const places: Readonly<Record<string, string>> = {
    "/home/u/Arduino/hardware/acme/avr": "acme:avr",
    "/home/u/.arduino15/packages/acme/hardware/samd/1.8.14": "acme:samd",
    "/src/arduino/ArduinoCore-samd": "arduino:samd",
    "/core": "unknown:core"
  }
  for (const [path, names] of Object.entries(places)) {
    it(`${path} is ${names}`, () => {
      const { architecture, vendor } = coreNames(path)
      assert.strictEqual(`${vendor}:${architecture}`, names)
    })
  }
})
