#define PIN 30
