#define PIN 13
