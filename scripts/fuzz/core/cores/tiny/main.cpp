#include <Arduino.h>

/* Every function that a project of the fuzzer can have. */
#define CALL(name) if (name) sink += name()
#define WEAK(name) SHARED int name() __attribute__((weak))
WEAK(src_main_cpp);
WEAK(src_a_cpp);
WEAK(src_b_cpp);
WEAK(src_c_c);
WEAK(src_d_S);
WEAK(src_sub_e_cpp);
WEAK(src_tab_ino);
WEAK(src_two_ino);

int main() {
  CALL(src_main_cpp);
  CALL(src_a_cpp);
  CALL(src_b_cpp);
  CALL(src_c_c);
  CALL(src_d_S);
  CALL(src_sub_e_cpp);
  CALL(src_tab_ino);
  CALL(src_two_ino);
  for (;;) {}
}
