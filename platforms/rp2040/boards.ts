/** PlatformIO's ids for boards that arduino-pico calls otherwise. Source: the `boards/` folder of PlatformIO's raspberrypi platform. */
export const boards: Readonly<Record<string, string>> = {
  pico: "rpipico",
  picow: "rpipicow",
  pico2: "rpipico2",
  pico2w: "rpipico2w",
  rpipico2wh: "rpipico2w",
  nanorp2040connect: "arduino_nano_connect",
  adafruit_qt_py_rp2040: "adafruit_qtpy",
  adafruit_feather_rp2040: "adafruit_feather"
}
