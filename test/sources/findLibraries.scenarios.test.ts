import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Files, json, selected } from "./selectLibraries.ts"

describe("findLibraries selects", () => {
  const scenarios: ReadonlyArray<readonly [about: string, files: Files, dirs: ReadonlyArray<string>]> = [
    ["direct include", { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "lib/B/B.h": "" }, ["lib/A"]],
    ["nothing included", { "src/main.cpp": "", "lib/A/A.h": "", "framework/S/S.h": "" }, []],
    [
      "chain of headers",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "#include <B.h>",
        "lib/B/B.h": "#include <C.h>",
        "lib/C/C.h": ""
      },
      ["lib/A", "lib/B", "lib/C"]
    ],
    [
      "needed only by the source of a library",
      { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "lib/A/A.cpp": "#include <S.h>", "framework/S/src/S.h": "" },
      ["lib/A", "framework/S"]
    ],
    [
      "through a header of the project",
      {
        "src/main.cpp": "#include \"x.h\"",
        "include/x.h": "#include \"sub/y.h\"",
        "src/sub/y.h": "#include <A.h>",
        "lib/A/A.h": ""
      },
      ["lib/A"]
    ],
    [
      "through a header of the core",
      { "src/main.cpp": "#include <Arduino.h>", "core/Arduino.h": "#include <U.h>", "framework/U/U.h": "" },
      ["framework/U"]
    ],
    [
      "a header of the core needs no library",
      { "src/main.cpp": "#include <A.h>", "core/A.h": "", "lib/A/A.h": "" },
      []
    ],
    ["the project's header shadows a library", {
      "src/main.cpp": "#include <A.h>",
      "src/A.h": "",
      "framework/A/A.h": ""
    }, []],
    ["an unused header of lib/ pulls in nothing", {
      "src/main.cpp": "",
      "lib/A/A.h": "#include <S.h>",
      "framework/S/S.h": ""
    }, []],
    ["quoted: beside the file first", {
      "src/main.cpp": "#include \"d/x.h\"",
      "src/d/x.h": "#include \"A.h\"",
      "src/d/A.h": "",
      "lib/A/A.h": ""
    }, []],
    ["angled: not beside the file", {
      "src/main.cpp": "#include \"d/x.h\"",
      "src/d/x.h": "#include <A.h>",
      "src/d/A.h": "",
      "lib/A/A.h": ""
    }, ["lib/A"]],
    ["header in a subfolder", {
      "src/main.cpp": "#include <a/b/c.h>",
      "lib/X/src/a/b/c.h": "",
      "lib/Y/src/a/b/d.h": ""
    }, ["lib/X"]],
    ["only the root of a library counts", { "src/main.cpp": "#include <c.h>", "lib/X/src/a/c.h": "" }, []],
    [
      "a folder is no header",
      { "src/main.cpp": "#include <string>", "lib/X/string/x.h": "", "src/string/x.h": "" },
      []
    ],
    ["project before framework", { "src/main.cpp": "#include <S.h>", "framework/S/S.h": "", "lib/Mine/S.h": "" }, [
      "lib/Mine"
    ]],
    ["the name of the header decides", {
      "src/main.cpp": "#include <S.h>",
      "lib/A/S.h": "",
      "lib/S/S.h": "",
      "lib/S2/S.h": ""
    }, ["lib/S"]],
    ["a name that begins so comes next", { "src/main.cpp": "#include <S.h>", "lib/A/S.h": "", "lib/S-main/S.h": "" }, [
      "lib/S-main"
    ]],
    ["else the first", { "src/main.cpp": "#include <S.h>", "lib/B/S.h": "", "lib/A/S.h": "" }, ["lib/A"]],
    [
      "a selected library before one with the name",
      { "src/main.cpp": "#include <A.h>\n#include <S.h>", "lib/A/A.h": "", "lib/A/S.h": "", "lib/S/S.h": "" },
      ["lib/A"]
    ],
    ["dead branch", {
      "src/main.cpp": "#ifdef ESP32\n#include <A.h>\n#endif\n#if 0\n#include <A.h>\n#endif",
      "lib/A/A.h": ""
    }, []],
    ["live branch", { "src/main.cpp": "#ifdef ARDUINO_ARCH_AVR\n#include <A.h>\n#endif", "lib/A/A.h": "" }, ["lib/A"]],
    [
      "cycle",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "#include <B.h>",
        "lib/B/B.h": "#include <A.h>\n#include \"B.h\""
      },
      ["lib/A", "lib/B"]
    ],
    [
      "diamond",
      {
        "src/main.cpp": "#include <A.h>\n#include <B.h>",
        "lib/A/A.h": "#include <C.h>",
        "lib/B/B.h": "#include <C.h>",
        "lib/C/C.h": ""
      },
      ["lib/A", "lib/B", "lib/C"]
    ],
    [
      "the extra folder may be one library",
      { "src/main.cpp": "#include <E.h>", "extra/library.json": "{\"name\":\"E\"}", "extra/src/E.h": "" },
      ["extra"]
    ],
    ["or hold several", { "src/main.cpp": "#include <E.h>", "extra/E/E.h": "", "extra/F/F.h": "" }, ["extra/E"]],
    [
      "dependencies of a manifest that are there",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "",
        "lib/A/library.properties": "name=A\ndepends=Be Bop (>=1), Gone",
        "lib/Be_Bop/x.h": ""
      },
      ["lib/A", "lib/Be_Bop"]
    ],
    [
      "dependencies for other platforms",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "",
        "lib/A/library.json": json({ dependencies: [{ name: "B", platforms: "espressif32" }] }),
        "lib/B/B.h": ""
      },
      ["lib/A"]
    ],
    [
      "another framework is no candidate",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "",
        "lib/A/library.json": json({ frameworks: "mbed" }),
        "framework/A/A.h": ""
      },
      ["framework/A"]
    ],
    [
      "another platform is, unless strict",
      { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "lib/A/library.json": json({ platforms: "espressif32" }) },
      ["lib/A"]
    ],
    [
      "the architecture decides before the storage",
      {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "",
        "lib/A/library.properties": "architectures=sam",
        "framework/A/A.h": ""
      },
      ["framework/A"]
    ],
    [
      "another architecture if there is nothing else",
      { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "lib/A/library.properties": "architectures=sam" },
      ["lib/A"]
    ],
    ["a broken manifest that nobody needs", { "src/main.cpp": "", "lib/A/A.h": "", "lib/A/library.json": "{" }, []],
    ["flags give include folders", {
      "src/main.cpp": "#include <A.h>",
      "lib/X/inc/A.h": "",
      "lib/X/library.json": json({ build: { flags: "-I inc" } })
    }, ["lib/X"]]
  ]
  for (const [about, files, dirs] of scenarios) {
    it.live(about, () => Effect.map(selected(files), (found) => assert.deepStrictEqual(found, dirs)))
  }
})
