/**
 * The items of an option that takes several: one a line, or several on a line with `, ` between them. A comma that goes
 * on with a version operator belongs to the version (`~5.6, !=5.4`).
 *
 * Source: PlatformIO documentation, "platformio.ini": "Split values with `, ` (comma + space)" or "multi-line format".
 */
export const splitList = (text: string): ReadonlyArray<string> => nonEmpty(text.split(/\n|,\s+(?![<>=!~^])/))

/** The items of an option whose items are plain names, in which no comma can occur. */
export const splitNames = (text: string): ReadonlyArray<string> => nonEmpty(text.split(/[\n,]/))

const nonEmpty = (items: ReadonlyArray<string>) =>
  items.map((item) => item.trim().replace(/,$/, "")).filter((item) => item !== "")
