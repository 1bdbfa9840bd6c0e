/** Sketches with unusual but right headers and conditions: each must compile. */
export const oddSketches: Record<string, Record<string, string>> = {
  "odd headers": {
    "a.ino": String.raw`
struct Foo { int a; void clash() {} friend void amigo(Foo &f) { f.a = 1; } };
template<int N> struct Num { int v; };
typedef void (*cb_t)(int);
enum Mode { A, B };
int b = 1, c = 2, mixed(int), *p;
__attribute__((weak)) void weak1() {}
void first() { weak2(); }
#define MAX2(a, b) ((a) > (b) ? (a) : (b))
#define BEGIN {
#define END }
void setup() {
  u(); ll(); sf(); em(); cs(); cc(); get(1); par(1); unnamed(nullptr); str(); cmp(); tmpl(Num<1>()); esc();
  weak2(); clash(); dt(); arr(); paren(); mx(); stat(); tryIt(); strings(); mixed(1);
}
void afterwards();
void u(unsigned x = 1) { (void) x; }
long long ll() { return 1; }
struct Foo sf() { return Foo(); }
enum Mode em() { return A; }
const struct Foo &cs() { static Foo f; return f; }
char const * const cc() { return ""; }
cb_t get(int i) { return i ? u2 : nullptr; }
void u2(int) {}
int (par)(int a) { return a; }
void unnamed(void (*)(int), int = 3, char = ',', int (*)(int, int) = nullptr, int * = 0, const char *const = 0, int & = b, int [] = 0) {}
void str(const char *s = "a" "b\\" ")", char q = '\'', char r = '\\') { (void) s; (void) q; (void) r; }
int cmp(int x = b < c ? 1 : 2, bool y = b > c, int z = (1, 2)) { return x + y + z; }
Num<(3 > 2)> tmpl(Num<(2 > 1)> n, Num<2 << 1> m = Num<2 << 1>()) { (void) n; (void) m; return Num<1>(); }
void esc(char c = '\x41', const char *s = "\"{") { (void) c; (void) s; }
void __attribute__((weak)) weak2() {}
void clash() {}
decltype(b) dt() { return b; }
void arr(int x[] = nullptr, int (*y)[2] = nullptr) { (void) x; (void) y; }
void (paren)() {}
int mx(int x = MAX2(1, 2)) { return x; }
static int const volatile stat() { return 1; }
int tryIt() { asm volatile("nop" ::: "memory"); return 1; }
asm("; nothing");
auto strings(const char *a = "/* not a comment", char q = '"') -> int { (void) a; (void) q; return q; } /* " */ // '
void macroBraces() BEGIN afterwards(); END

int odd(int/*a*/x/*b*/=/*c*/3/*d*/,int y=4) { return x + y; } void afterwards() {}
template <typename T> class X { public: void m(); static T s; };
template <typename T> void X<T>::m() { afterwards2(); }
template <typename T> T X<T>::s = 0;
void afterwards2() {}
int mixed(int x) { return x; }
void loop() { struct L { void clash() { later(); } } l; l.clash(); }
void later() {}
int operator"" _deg(unsigned long long x) { return x; }
extern "C++" { void cpp() { cpp2(); } void cpp2() {} }
`
  },
  "conditions around everything": {
    "main.ino": `#include "Arduino.h"
#define FEATURE 1
void setup() {
  begin();
#if FEATURE
  feature(1);
#endif
}
void loop() {
  if (FEATURE)
#ifdef NOPE
  {
#else
  { step();
#endif
  }
#ifdef NOPE
  else if (1) {
    step(
#endif
#ifdef NOPE
    ); }
#endif
}
void step() {}
`,
    "tab.ino": `#if !defined(NOPE)
#include <EEPROM.h>
#  if FEATURE > 0
#    define DEPTH 3
struct Deep { int a[DEPTH]; };
static Deep deep;
void feature(int x) { use(deep); store(EEPROM); more(DEPTH); (void) x; }
void use(Deep &d, int n = DEPTH) { (void) d; (void) n; }
void store(EEPROMClass &e) { (void) e; }
#    ifdef NOPE
void more(int) {}
#    elif FEATURE == 1
void more(int, long x = 1) { (void) x; }
#    else
#error no
#    endif
#  endif
void begin() {}
#endif
`
  }
}
