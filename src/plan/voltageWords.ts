/** Words for voltages, `2.7v`, and the options that cores have for them, `2v7`, as a `MenuRule` has them. */
export const voltageWords = (...volts: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(volts.map((value) => [`${value}v`, `^${value.replace(".", "v")}$`]))
