#include <Arduino.h>

volatile int sink = PIN;
