import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { built, execute, type Files, images, ini, sha256, workspace, write } from "../support/project.ts"

/** PlatformIO's board → the same board for arduino-builder. */
const boards = {
  uno: "arduino:avr:uno",
  megaatmega2560: "arduino:avr:mega:cpu=atmega2560",
  leonardo: "arduino:avr:leonardo",
  nanoatmega328: "arduino:avr:nano:cpu=atmega328old",
  nanoatmega328new: "arduino:avr:nano:cpu=atmega328"
}

/** Sketches by the name of their folder; the tab of that name comes first in both tools. */
const sketches: Readonly<Record<string, Files>> = {
  Blink: {
    "Blink.ino": `void setup() { pinMode(LED_BUILTIN, OUTPUT); Serial.begin(9600); }
void loop() { toggle(); delay(500); }
void toggle() { digitalWrite(LED_BUILTIN, !digitalRead(LED_BUILTIN)); Serial.println("blink"); }
`
  },
  Libraries: {
    "Libraries.ino": `#include <SPI.h>
#include <Wire.h>
#include <EEPROM.h>
#include <SoftwareSerial.h>
SoftwareSerial port(10, 11);
void setup() { SPI.begin(); Wire.begin(); port.begin(9600); port.println(EEPROM.read(0)); }
void loop() { SPI.transfer(Wire.requestFrom(8, 1) ? Wire.read() : 0); EEPROM.update(1, port.read()); }
`
  },
  Mixture: {
    "Mixture.ino": `#include "part.h"
void setup() { Serial.begin(115200); first(); }
void loop() { Serial.println(fromC(fromCpp(fromAssembler(second(4))))); }
`,
    "anotherTab.ino": `int state;
void first() { state = 3; }
int second(int by) { return state *= by; }
`,
    "part.h": `#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
int fromC(int);
int fromAssembler(int);
#ifdef __cplusplus
}
int fromCpp(int);
#endif
`,
    "alpha.cpp": `#include "part.h"
#include <Arduino.h>
int fromCpp(int x) { return x + String(x).length(); }
`,
    "beta.c": `#include "part.h"
static volatile int seen;
int fromC(int x) { seen = x; return seen * 7; }
`,
    "gamma.S": `.global fromAssembler
.text
fromAssembler:
  subi r24, -5
  sbci r25, -1
  ret
`
  }
}

describe("images are arduino-builder's", () => {
  const space = workspace()
  for (const [name, files] of Object.entries(sketches)) {
    for (const [board, fqbn] of Object.entries(boards)) {
      it(`${name} on ${board}`, async () => {
        const dir = write(Path.join(space, board, name), { "platformio.ini": ini(board) })
        const sketch = write(Path.join(dir, "src"), files)
        // arduino-builder wants a folder of the sketch's name.
        const named = Path.join(space, board, `${name}-sketch`, name)
        Fs.cpSync(sketch, named, { recursive: true })
        const [ours, theirs] = await Promise.all([built(dir), arduinoBuilder(named, fqbn)])
        assert.isAbove(ours.finished.environments[0]!.size.flash!.used, 400)
        assert.strictEqual(images(dir, board).hex, sha256(theirs))
      })
    }
  }
})

/** The hex file that Arduino's own tool makes of a sketch folder. */
async function arduinoBuilder(sketch: string, fqbn: string): Promise<string> {
  const out = `${sketch}-out`
  Fs.mkdirSync(out, { recursive: true })
  const run = await execute("/usr/bin/arduino-builder", [
    "-compile",
    "-hardware=/usr/share/arduino/hardware",
    "-hardware=/usr/share/arduino-builder",
    "-tools=/usr/bin",
    `-fqbn=${fqbn}`,
    "-core-api-version=10808",
    `-build-path=${out}`,
    // Both need this for the core at all; what it does is in platforms/avr/NOTES.md.
    "-prefs=compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__",
    sketch
  ], Path.dirname(sketch))
  assert.strictEqual(run.status, 0, run.stdout + run.stderr)
  return Fs.readFileSync(Path.join(out, `${Path.basename(sketch)}.ino.hex`), "utf8")
}
