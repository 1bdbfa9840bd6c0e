/** MCUs of megaTinyCore by their numbers; the last digit is that of the core's board for so many pins. Source: `boards/` of PlatformIO's atmelmegaavr platform. */
const tinies = (
  "202 212 402 412 204 214 404 414 424 804 814 824 1604 1614 1624 3224 406 416 426 806 816 826 1606 1616 1626 3216 3226 "
  + "417 427 807 817 827 1607 1617 1627 3217 3227"
).split(" ")

/**
 * PlatformIO's ids → the boards of Arduino's megaAVR core and of megaTinyCore, there those without a boot loader, which is PlatformIO's default
 * (`board_hardware.uart`).
 */
export const boards: Readonly<Record<string, string>> = {
  nano_every: "nona4809:mode=on",
  uno_wifi_rev2: "uno2018:mode=on",
  ...Object.fromEntries(tinies.map((number) => [`ATtiny${number}`, `atxy${number.at(-1)}:chip=${number}`]))
}
