#pragma once
#include <avr/io.h>
#include "pins.h"
#ifdef __cplusplus
#define SHARED extern "C"
#else
#define SHARED extern
#endif
SHARED volatile int sink;
