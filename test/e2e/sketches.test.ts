import { assert, describe, it } from "@effect/vitest"
import * as Path from "node:path"
import { fbuild, type Files, ini, workspace, write } from "../support/project.ts"

/** What every sketch here ends with: a line that ends the emulator's run, too. */
const done = "Serial.println(F(\"done\")); Serial.flush(); for (;;) {}"

const cases: Readonly<Record<string, readonly [files: Files, printed: ReadonlyArray<string>]>> = {
  "calls before definitions, with default arguments": [{
    "src/main.ino": `void setup() { Serial.begin(9600); Serial.println(later(20)); Serial.println(add(1)); ${done} }
void loop() {}
int later(int n) { return 2 * n + 2; }
int add(int a, int b = 41) { return a + b; }
`
  }, ["42", "42"]],
  "templates and types of the sketch in signatures": [{
    "src/main.ino": `template <typename T> T larger(T a, T b) { return a < b ? b : a; }
struct Point { int x, y; };
enum class Kind : uint8_t { one = 1, two };
template <class T, int N>
int count(const T (&)[N]) { return N; }
void setup() {
  Serial.begin(9600);
  Serial.println(larger(3, 4)); Serial.println(larger<long>(70000, 5));
  int list[5]; Serial.println(count(list));
  Point p = flip({ 7, 8 }); Serial.println(p.x); Serial.println(name(Kind::two));
  ${done}
}
void loop() {}
Point flip(const Point &p) { return { p.y, p.x }; }
const char *name(Kind kind) { return kind == Kind::two ? "two" : "one"; }
`
  }, ["4", "70000", "5", "8", "two"]],
  "lambdas, function pointers and raw strings": [{
    "src/main.ino": `typedef int (*Operation)(int, int);
int apply(Operation operation, int a, int b) { return operation(a, b); }
void setup() {
  Serial.begin(9600);
  Serial.println(apply(multiply, 6, 7));
  Serial.println(apply([](int a, int b) { return a - b; }, 50, 8));
  auto twice = [](int n) -> int { return 2 * n; };
  Serial.println(twice(21));
  Serial.println(R"(void fake() { "x" } // \\ )");
  Serial.println(choose(true)(40, 2));
  ${done}
}
void loop() {}
int multiply(int a, int b) { return a * b; }
int plus(int a, int b) { return a + b; }
Operation choose(bool first) { return first ? plus : multiply; }
`
  }, ["42", "42", "42", "void fake() { \"x\" } // \\ ", "42"]],
  "several tabs, a header and C": [{
    "src/main.ino": `#include "shared.h"
void setup() { Serial.begin(9600); Serial.println(fromB(1)); Serial.println(fromC(2)); Serial.println(LIMIT); ${done} }
void loop() {}
`,
    "src/b.ino": "int fromB(int n) { return fromZ(n) + 1; }\nconst int limit = LIMIT;\n",
    "src/z.ino": "int fromZ(int n) { return n + 40; }\n",
    "src/shared.h": "#define LIMIT 9\n#ifdef __cplusplus\nextern \"C\"\n#endif\nint fromC(int);\n",
    "src/c.c": "#include \"shared.h\"\nint fromC(int n) { return n * 21; }\n"
  }, ["42", "42", "9"]],
  "namespaces, classes, attributes, statics and operators": [{
    "src/main.ino": `namespace tools { int three() { return 3; } }
class Counter {
public:
  explicit Counter(int start) : n(start) {}
  Counter &operator+=(int by) { n += by; return *this; }
  int value() const { return n; }
private:
  int n;
};
static int hidden(int n);
__attribute__((noinline)) int slow(int n) { return n + 1; }
void setup() {
  Serial.begin(9600);
  Counter counter(tools::three()); counter += 4;
  Serial.println(counter.value()); Serial.println(hidden(1)); Serial.println(slow(1)); Serial.println(sum(counter, 3u));
  ${done}
}
void loop() {}
static int hidden(int n) { return n + 10; }
unsigned long sum(const Counter &counter, unsigned int more) { return counter.value() + more; }
`
  }, ["7", "11", "2", "10"]],
  "interrupts, PROGMEM, macros and line continuations": [{
    "src/main.ino": `#define SQUARE(x) \\
  ((x) * (x))
const int table[] PROGMEM = { 5, 6, SQUARE(7) };
volatile bool fired;
#if 0
int broken( {
#endif
ISR(TIMER2_OVF_vect) { fired = true; }
void setup() {
  Serial.begin(9600);
  TCCR2B = 1; TIMSK2 = 1;
  while (!fired) {}
  Serial.println(at(2)); Serial.println(__LINE__); Serial.println(F("/* not a comment */"));
  ${done}
}
void loop() {}
int at(uint8_t index) { return pgm_read_word(table + index); }
`
  }, ["49", "13", "/* not a comment */"]],
  "with CRLF, a byte order mark and no newline at the end": [{
    "src/main.ino":
      `\uFEFFvoid setup() {\r\n  Serial.begin(9600);\r\n  Serial.println(f());\r\n  ${done}\r\n}\r\nvoid loop() {}\r\nint f() { return __LINE__; }`
  }, ["7"]]
}

describe("a sketch with", () => {
  const space = workspace()
  for (const [name, [files, printed]] of Object.entries(cases)) {
    it(name, async () => {
      const dir = write(Path.join(space, name), { "platformio.ini": ini("uno"), ...files })
      const run = await fbuild(dir, ["test-emu", "--halt-on-success", "^done", "--timeout", "20s"])
      assert.strictEqual(run.status, 0, run.stdout + run.stderr)
      const lines = run.stdout.replaceAll("\r", "").split("\n")
      assert.deepStrictEqual(lines.slice(lines.indexOf("done") - printed.length, lines.indexOf("done")), printed)
    })
  }

  it("an error in a second tab names that tab and its line", async () => {
    const dir = write(Path.join(space, "error"), {
      "platformio.ini": ini("uno"),
      "src/main.ino": "void setup() { helper(1); }\nvoid loop() {}\n",
      "src/second.ino": "// one\n// two\nvoid helper(int n) { nowhere(n); }\nvoid third(Unknown u) {}\n"
    })
    const run = await fbuild(dir, ["build"])
    assert.strictEqual(run.status, 1)
    assert.match(run.stderr, /^src\/second\.ino:3:\d+: error: .*nowhere/m)
    assert.match(run.stderr, /^src\/second\.ino:4:\d+: error: .*Unknown/m)
  })
})
