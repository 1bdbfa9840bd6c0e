/* To be included last: what the headers of a project have defined comes into SUM, and so into the code. */
#pragma once
#ifndef H0
#define H0 0
#endif
#ifndef H1
#define H1 0
#endif
#ifndef H2
#define H2 0
#endif
#ifndef G
#define G 0
#endif
#ifndef MAYBE
#define MAYBE 0
#endif
#ifndef PRE
#define PRE 0
#endif
#ifndef X
#define X 0
#endif
#ifndef S
#define S 0
#endif
#ifndef COMPILER
#define COMPILER 0
#endif
#ifndef GEN
#define GEN 0
#endif
#ifndef LIBA
#define LIBA 0
#endif
#ifndef LIBB
#define LIBB 0
#endif
#define CONSTANTS (H0 + H1 * 4 + H2 * 16 + G * 64 + MAYBE * 256 + PRE * 1024 + X + S * 3 + GEN * 7 + COMPILER * 5 + PIN)
#define SUM (CONSTANTS + LIBA + LIBB)
