import { assert, describe, it } from "@effect/vitest"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { esp32Core, esp8266Core } from "../support/espCores.ts"
import { build, built, workspace, write } from "../support/project.ts"
import { askPython } from "../support/python.ts"

const blink = "#include <Arduino.h>\nvoid setup() {}\nvoid loop() { digitalWrite(LED_BUILTIN, 1); delay(500); }\n"

describe("files of a project for Espressif's chips", () => {
  const space = workspace()
  const { core, libs } = esp32Core(space)
  const esp32 = [
    "platform = espressif32",
    "board = esp32-c3-devkitm-1",
    "platform_packages =",
    `  framework-arduinoespressif32@file://${core}`,
    `  framework-arduinoespressif32-libs@file://${libs}`
  ]
  const esp8266 = [
    "platform = espressif8266",
    "board = nodemcuv2",
    `platform_packages = framework-arduinoespressif8266@file://${esp8266Core(space)}`
  ]
  const iniOf = (platform: ReadonlyArray<string>, ...lines: ReadonlyArray<string>) =>
    ["[env:x]", "framework = arduino", ...platform, ...lines, ""].join("\n")
  const output = (dir: string, name: string) => Fs.readFileSync(Path.join(dir, ".fbuild/build/x", name))
  const data = {
    "data/index.html": "<html>\n",
    "data/css/style.css": "body { color: red }\n".repeat(400),
    "data/.gitkeep": ""
  }
  const project = (name: string, ini: string, files: Readonly<Record<string, string>> = {}) =>
    write(Path.join(space, name), { "platformio.ini": ini, "src/main.cpp": blink, ...files })

  it("embeds files and texts, under the symbols that PlatformIO's users declare", async () => {
    const dir = project(
      "embed",
      iniOf(
        esp32,
        "board_build.embed_files = assets/logo.bin",
        "board_build.embed_txtfiles =",
        "  certs/root.pem",
        "  certs/other.pem"
      ),
      {
        "assets/logo.bin": "\u0001\u0002PICTURE",
        "certs/root.pem": "ROOT CERTIFICATE",
        "certs/other.pem": "OTHER CERTIFICATE",
        "src/main.cpp": `#include <Arduino.h>
extern const unsigned char logo[] asm("_binary_assets_logo_bin_start");
extern const unsigned char logoEnd[] asm("_binary_assets_logo_bin_end");
extern const char root[] asm("_binary_certs_root_pem_start");
extern const char other[] asm("_binary_certs_other_pem_start");
const void *volatile shown;
void setup() { shown = logo; shown = logoEnd; shown = root; shown = other; }
void loop() {}
`
      }
    )
    await built(dir)
    const image = output(dir, "firmware.bin").toString("latin1")
    for (const text of ["\u0001\u0002PICTURE", "ROOT CERTIFICATE\0", "OTHER CERTIFICATE\0"]) assert.include(image, text)

    write(dir, { "certs/root.pem": "ANOTHER ROOT" })
    const { executed } = await built(dir)
    assert.includeMembers([...executed], [
      ".fbuild/build/x/embed/certs_root_pem.S",
      ".fbuild/build/x/src/embed/certs_root_pem.S.o",
      ".fbuild/build/x/firmware.bin"
    ])
    assert.notInclude(executed, ".fbuild/build/x/src/main.cpp.o")
    assert.include(output(dir, "firmware.bin").toString("latin1"), "ANOTHER ROOT\0")
  })

  it("names the line of an embedded file that is not there", async () => {
    const run = await build(project("noembed", iniOf(esp32, "board_build.embed_txtfiles = certs/none.pem")))
    assert.strictEqual(run.status, 2)
    const [error] = run.finished.errors
    assert.strictEqual(error!.line, 8)
    assert.match(
      error!.message,
      /platformio\.ini:8: board_build\.embed_txtfiles names certs\/none\.pem, which is no file/
    )
  })

  it("makes a LittleFS image of data_dir, as large as the partition", async () => {
    const dir = project("littlefs", iniOf(esp32, "board_build.filesystem = littlefs"), data)
    const { finished } = await built(dir)
    const made = finished.environments[0]!.images.find(({ path }) => path.endsWith("littlefs.bin"))
    assert.strictEqual(made!.bytes, 0x160000)
    const [{ before }] = askPython("fileSystemOracle.py", [{
      image: output(dir, "littlefs.bin").toString("base64"),
      blockSize: 4096,
      pageSize: 128,
      cacheSize: 512,
      nameLimit: 64
    }])
    assert.deepStrictEqual(
      before,
      Object.fromEntries(
        ["index.html", "css/style.css"].map((name) => [
          name,
          Fs.readFileSync(Path.join(dir, "data", name)).toString("base64")
        ])
      )
    )

    // A file that is added, and nothing else, makes a new image.
    write(dir, { "data/more.txt": "more" })
    const { executed } = await built(dir)
    assert.deepStrictEqual(executed, [".fbuild/build/x/littlefs.bin"])
    assert.deepStrictEqual((await built(dir)).executed, [])
  })

  it("makes a SPIFFS image with the settings of the ESP8266's driver, in the layout of the flash", async () => {
    const dir = project(
      "spiffs",
      iniOf(esp8266, "board_build.filesystem = spiffs", "board_build.ldscript = eagle.flash.4m2m.ld"),
      data
    )
    const { finished } = await built(dir)
    const made = finished.environments[0]!.images.find(({ path }) => path.endsWith("spiffs.bin"))
    assert.strictEqual(made!.bytes, 0x3fa000 - 0x200000)
    const image = output(dir, "spiffs.bin")
    assert.include(image.toString("latin1"), "/css/style.css\0")
    assert.strictEqual(Crypto.createHash("sha256").update(image).digest("hex"), made!.sha256)
  })

  it("makes none where nobody asks for it, without a folder, and for file systems it does not have", async () => {
    for (
      const [name, lines, files] of [
        ["unasked", [], data],
        ["nofolder", ["board_build.filesystem = littlefs"], {}],
        ["fat", ["board_build.filesystem = fatfs"], data]
      ] as const
    ) {
      const { finished } = await built(project(name, iniOf(esp32, ...lines), files))
      assert.notMatch(finished.environments[0]!.images.map(({ path }) => path).join(), /littlefs|spiffs|fat/)
    }
  })

  it("refuses unknown file systems, flash without a place for one, and files that do not fit", async () => {
    const fails = async (name: string, ini: string, more: Readonly<Record<string, string>> = {}) => {
      const run = await build(project(name, ini, { ...data, ...more }))
      return { status: run.status, error: run.finished.errors[0]! }
    }
    const word = await fails("word", iniOf(esp32, "board_build.filesystem = littlefz"))
    assert.strictEqual(word.status, 2)
    assert.match(word.error.message, /platformio\.ini:8:.*littlefz/)

    const table = ["board_build.filesystem = littlefs", "board_build.partitions = table.csv"]
    const none = await fails("none", iniOf(esp32, ...table), { "table.csv": "app0, app, ota_0, 0x10000, 1M\n" })
    assert.strictEqual(none.status, 2)
    assert.match(none.error.message, /platformio\.ini:8: .*no place for a file system/)
    assert.match(none.error.hint ?? "", /board_build\.partitions/)

    const layout = ["board_build.filesystem = littlefs", "board_build.ldscript = eagle.flash.4m.ld"]
    assert.strictEqual((await fails("layout", iniOf(esp8266, ...layout))).error._tag, "NoFileSystem")

    const small = await fails("small", iniOf(esp32, ...table), {
      "table.csv": "app0, app, ota_0, 0x10000, 1M\nfiles, data, littlefs, , 12K\n",
      "data/large.txt": "large".repeat(4000)
    })
    assert.strictEqual(small.status, 1)
    assert.match(small.error.message, /LittleFS|littlefs/)
  })
})
