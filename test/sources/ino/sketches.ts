/** Sketches that leave out what Arduino sketches may leave out, and are right otherwise: each must compile. */
export const sketches: Record<string, Record<string, string>> = {
  "calls above definitions": {
    "main.ino": `
const int LED = 13; // used as a default
void setup() { blink(); blink(LED, 2); wait(); pinMode(pinOf('a'), OUTPUT); (void) pick(1)('c'); (void) rows()[1]; (void) *row(); }
void loop() { nextLine(1, 2); knr(3); byte b = plain(); (void) b; sum(1); voids(); many(1, 2); decay(nullptr, 3); }
void blink(int pin = LED, int times = 1 + 2 * (3 - 1)) { digitalWrite(pin, times); }
void wait(unsigned long ms = 10UL, const char *why = "a, b) {", char c = '"') { delay(ms); (void) why; (void) c; }
static inline __attribute__((always_inline)) int pinOf(char c) { return c; }
int (*pick(int which))(char) { (void) which; return nullptr; }
int (&rows())[3] { static int r[3]; return r; }
int (*row(void))[3] { return &rows(); }
void
nextLine
(
  int a, // first, with ) and {
  int /* second */ b
)
{ (void) a; (void) b; }
void knr(int a)
/* between */ // and
{
  (void) a;
}
unsigned char plain() { return 1; }
float sum(float a, float b = 1.5f, int n = sizeof(float)) { return a + b + n; }
void voids(void) {}
void many(int first, ...) { (void) first; }
void decay(const char *const names[], size_t n) { (void) names; (void) n; }
`
  },
  "raw strings and lambdas": {
    "a.ino": `
const char page[] PROGMEM = R"html(
<script>function f() { return "}"; } // it's
#if this is not a directive
</script>)html";
auto twice = [](int x) { return helper(x) * 2; };
int apply(int x, int (*f)(int) = [](int y) { return y + 1; }) { return f(x); }
void setup() { Serial.println(F("}{")); twice(3); apply(1); text(); each(3); }
void loop() {}
void text(const char *s = R"(a "quoted" ) {)", char brace = '{') { (void) s; (void) brace; }
int helper(int x) { return x; }
void each(int n, int (*f)(int) = [](int y) { return y ? y : 1; }) { f(n); }
`
  },
  "templates": {
    "a.ino": `
template<class T> struct Box { T value; typedef T type; };
template<bool B, class T = void> struct If {};
template<class T> struct If<true, T> { typedef T type; };
void setup() { show(1); show(1, 2); (void) cast<long>(3); all(1, 2, 3); (void) size({1, 2}); open(Box<int>()); only(1); (void) trail(2); deflt(); }
void loop() {}
template<typename T> void show(T a, int n = 3) { (void) a; (void) n; }
template<class To, class From>
To cast(From f)
{ return (To) f; }
template<typename... Args> void all(Args&&... args) { (void) sizeof...(args); }
template<class T, size_t N> size_t size(const T (&)[N]) { return N; }
template<class T> typename Box<T>::type open(Box<T> b) { return b.value; }
template<class T, typename If<(sizeof(T) > 1), int>::type = 0> void only(T a) { (void) a; }
auto trail(int x) -> decltype(x + 1) { return x + 1; }
template<class T = int, int N = 4> T deflt(T a = N) { return a; }
template<template<class> class C> void meta(C<int> c) { (void) c; }
template<> void show<char>(char c, int n) { (void) c; (void) n; }
`
  },
  "types declared below the first function": {
    "a.ino": `
void setup() { plain(1); }
#define SIZE 4
#define WORD uint16_t
struct Point { int x, y; };
typedef struct { int r; } Circle, *CircleRef;
enum Mode { SLOW, FAST };
enum class Level : uint8_t { LOW_LEVEL };
using Handler = void (*)(int);
namespace geo { struct Line {}; }
class Later;
const int LIMIT = 10;
void loop() { Circle c; area(c); mode(); at(Point{1, 2}); on(nullptr); w(1); line(geo::Line()); later(nullptr); arr(nullptr); lvl(Level::LOW_LEVEL); by(0); }
void plain(int LIMIT) { (void) LIMIT; }
int area(const Circle &c, CircleRef r = nullptr) { return c.r + (r ? 1 : 0); }
void mode(Mode m = FAST, int limit = LIMIT) { (void) m; (void) limit; }
Point at(Point p) { return p; }
void on(Handler h) { (void) h; }
WORD w(WORD x) { return x; }
void line(geo::Line l) { (void) l; }
class Later { public: int z; };
void later(Later *l) { (void) l; }
void arr(int (*a)[SIZE]) { (void) a; }
void lvl(Level l) { (void) l; }
void by(struct Unknown *u) { (void) u; }
`
  },
  "conditions": {
    "a.ino": `
#define USE_A
#if 0
It's prose {{{ with "quotes
#endif
#ifdef USE_A
void early() {}
#endif
void setup() {
#ifdef USE_A
  first(); second();
#else
  third();
#endif
  branch();
  guarded(); linked(1); version();
}
#define LATE 2
void loop() { late(); }
#ifdef USE_A
void first(int n = 1) { (void) n; }
void second() { first(2); inner(); }
#  ifndef USE_B
void inner() {}
#  endif
#else
void third(Missing m) { first(); }
#endif
#if LATE == 1
int late() { return 1; }
#elif LATE == 2
void late() {}
#else
long late() { return 3; }
#endif
#if defined(USE_A) && \\
  !defined(USE_B)
void branch() {
  if (LATE) {
#else
void branch(int x) {
  if (x) {
#endif
    delay(1);
  }
}
const int table[] = {
#ifdef USE_A
  1,
#else
  2,
#endif
};
#ifdef USE_B
void opt(int a,
#else
void opt(
#endif
  int b) { (void) b; }
#ifdef __cplusplus
extern "C" {
#endif
void linked(int x) { (void) x; }
#ifdef __cplusplus
}
#endif
#if __GNUC__ >= 4 // "
void version() {}
#endif
`,
    "b.ino": `#ifndef B_INO
#define B_INO
struct Local { int a; };
void user() { Local l; local(l); }
void local(Local l) { (void) l; }
void guarded() {}
#endif
`
  },
  "specifiers and linkage": {
    "a.ino": `
#define MY_ATTR __attribute__((noinline))
#define IRAM_ATTR __attribute__((section(".text.fast")))
#define EXPORT_C extern "C"
#define NOTHING
MY_ATTR void before() {}
NOTHING
void setup() { c1(1); c2(); c3(); s(); i(); (void) k(1); ne(); fast(); fast2(); fast3(); die(nullptr); at(); at2(); c4(1); }
void loop() { struct S { void run() {} }; }
extern "C" { void c1(int a) { (void) a; }
static int hidden() { return c2(); } }
extern "C" int c2() { return hidden(); }
EXPORT_C void c3() {}
EXPORT_C void c4(int) {}
static void s() {}
inline int i() { return 1; }
constexpr int k(int x) { return x; }
void ne() noexcept {}
IRAM_ATTR void fast() {}
void IRAM_ATTR fast2() {}
static uint32_t* IRAM_ATTR fast3() { return nullptr; }
[[noreturn]] void die(const char *why) { (void) why; for (;;) {} }
MY_ATTR int at() { return 1; }
const char * MY_ATTR at2() { return ""; }
`
  },
  "macros": {
    "a.ino": `
#include <avr/interrupt.h>
#define TASK(name) void name##_task()
#define RUN(name) name##_task()
#define CALL logged("x")
#define USING_NOTHING
#define DECLARE(x) int x;
const uint8_t data[] PROGMEM = { 1, 2, 3 };
const char name[] PROGMEM = "}";
PROGMEM const char other[] = "{";
const PROGMEM uint16_t words[] = { 1 };
static const unsigned char PROGMEM logo[] =
{ B00000000, B11000000 };
USING_NOTHING
DECLARE(fromMacro)
volatile int ticks;
ISR(TIMER1_OVF_vect) { ticks++; tick(); }
ISR(TIMER1_COMPA_vect, ISR_NOBLOCK) { tick(); }
EMPTY_INTERRUPT(TIMER0_COMPA_vect)
TASK(blink);
void setup() { CALL; RUN(blink); attachInterrupt(0, onPin, RISING); }
void loop() { pasted_task(); }
void logged(const char *s) { Serial.print(F("it's")); Serial.println(s); }
TASK(blink) { tick(); }
void pasted_task() {}
void onPin() {}
void tick() {}
`
  },
  "uses before the first function": {
    "a.ino": `
struct Command { const char *name; void (*run)(int); };
const Command commands[] = { { "go", doGo }, { "stop", &doStop } };
int started = compute(3);
struct Timer { Timer(void (*f)(int)) { f(1); } void go() { doGo(2); } } timer(doTick);
Timer other{doTick};
void setup() {}
void loop() {}
void doGo(int a) { (void) a; }
void doStop(int a) { (void) a; }
void doTick(int a) { (void) a; }
int compute(int a, int b = 3) { return a + b; }
`
  },
  "tabs": {
    "b.ino": "int second() { return third() + 1; }",
    "a.ino":
      "\uFEFF// starts with a byte order mark\r\nint shared = first();\r\nint first(int x = 1) {\r\n  return second();\r\n}\r\n",
    "main.ino":
      "#include <SPI.h>\r\n\r\nvoid setup() {\r\n  first();\r\n  save(1);\r\n}\r\n\r\nvoid loop() {}\r\n// ends with a backslash \\",
    "c.pde": "int third() { return 3; } // no line end",
    "empty.ino": "",
    "storage.ino":
      "#include <EEPROM.h>\nvoid save(int x) { keep(EEPROM, x); }\nvoid keep(EEPROMClass &to, int x) { to.update(0, x); }\n"
  },
  "own declarations": {
    "a.ino": `
void f(int a, unsigned b = 3);
static void hidden(int);
extern "C" void linked(void);
template<class T> void t(T a, int n = 2);
int over(int);
int late(int x);
void setup() { f(1); hidden(1); linked(); t(1); over(1.5f); late(); callLater(); }
void callLater();
void loop() {}
void f(int a, unsigned b) { (void) a; (void) b; }
void hidden(int a) { (void) a; }
void linked() {}
template<class T> void t(T a, int n) { (void) a; (void) n; }
int over(int x) { return x; }
char over(float x) { return x; }
int late(int x = 4) { return x; }
void callLater() {}
`
  },
  "defaults": {
    "a.ino": `
struct Opt { int a, b; };
void setup() { one(1, 2); two(); three(); four(Opt{1, 2}); five(); }
int DEFAULT_B = 3;
void one(int a, int b = DEFAULT_B) { (void) a; (void) b; }
int two(int a = make(2)) { return a; }
int make(int x, int y = 1) { return x + y; }
void three(Opt o = {1, 2},
  int n = 3 /* three */, // and
  int m = // comment
    4) { (void) o; (void) n; (void) m; }
void four(Opt o, Opt p = Opt{3, 4}) { (void) o; (void) p; }
void five(int x = five0()) { (void) x; }
int five0() { return 5; }
template<class T> void six(T t, T u = T(), int n = DEFAULT_B) { (void) t; (void) u; (void) n; }
void loop() { one(1); }
`
  },
  "no prototypes": {
    "a.ino": `
class Motor { public: Motor(int p); ~Motor(); void run(); static int count; operator int(); int pin; };
namespace ns { int inside(int x) { return x; } }
namespace { struct Anon { int a; }; int hiddenInside() { return 1; } }
struct V { int x; };
Motor::Motor(int p) : pin{p} { helper(); }
Motor::~Motor() {}
void Motor::run() { helper(); }
Motor::operator int() { return 1; }
int Motor::count = 0;
V operator+(V a, V b) { return V{a.x + b.x}; }
bool operator==(const V &a, const V &b) { return a.x == b.x; }
int deleted() = delete;
struct Pair { int a, b; } pair = { 1, 2 };
void setup() { ns::inside(1); hiddenInside(); takes(Anon()); }
void loop() { Motor m(1); m.run(); (void) (V{1} + V{2} == V{3}); }
void takes(Anon a) { (void) a; }
void helper() {}
`
  },
  "one line": {
    "a.ino":
      "int x; typedef int Num; void setup() { f(1); g(); } struct S { int a; } s; void loop() { h(s); } void f(Num n) { (void) n; } int g(int a = 1) { return a; } void h(S q) { (void) q; }"
  }
}
