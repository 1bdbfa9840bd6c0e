/**
 * PlatformIO's ids for the boards of ATTinyCore → that core's `boards.txt`. Source: the `boards/` folder of PlatformIO's atmelavr platform,
 * entries with `"core": "tiny"` and Digispark's, whose boards ATTinyCore has too.
 */
export const attinyBoards: Readonly<Record<string, string>> = {
  attiny24: "attinyx4:chip=24",
  attiny44: "attinyx4:chip=44",
  attiny84: "attinyx4:chip=84",
  attiny25: "attinyx5:chip=25",
  attiny45: "attinyx5:chip=45",
  attiny85: "attinyx5:chip=85",
  attiny261: "attinyx61:chip=261",
  attiny461: "attinyx61:chip=461",
  attiny861: "attinyx61:chip=861",
  attiny87: "attinyx7:chip=87",
  attiny167: "attinyx7:chip=167",
  attiny48: "attinyx8:chip=48",
  attiny88: "attinyx8:chip=88",
  attiny2313: "attinyx313:chip=2313",
  attiny4313: "attinyx313:chip=4313",
  attiny441: "attinyx41:chip=441",
  attiny841: "attinyx41:chip=841",
  "digispark-pro": "attiny167micr",
  "digispark-tiny": "attiny85micr"
}
