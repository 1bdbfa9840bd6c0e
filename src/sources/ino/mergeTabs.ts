/** One `.ino` or `.pde` file of a sketch. */
export interface Tab {
  /** Path as compiler messages shall show it. */
  readonly path: string
  /** Its content, decoded. May have a byte order mark and any line ends. */
  readonly text: string
}

/** The tabs of a sketch as one text. */
export interface MergedSketch {
  /** Every tab behind a `#line` of its own; line ends are LF. */
  readonly text: string
  /** In the order of the text; `start` is the offset of a tab's first character. */
  readonly tabs: ReadonlyArray<{ readonly path: string; readonly start: number }>
  /** Offset of the first character of each line of `text`. */
  readonly lineStarts: ReadonlyArray<number>
}

/** A place of the merged text, told in terms of the sketch. */
export interface SketchPosition {
  /** The tab's path as a string literal. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** White space as wide as what stands before the place on its line; none on very long lines. */
  readonly indent: string
  /** Whether nothing but white space stands before it. */
  readonly startsLine: boolean
}

/**
 * Sorts tabs as PlatformIO collects them: all `*.ino`, then all `*.pde`, each by name in the order of code points.
 * Source: platformio-core `builder/tools/pioino.py`, `FindInoNodes`; SCons `Glob` sorts.
 */
export const sortTabs = (tabs: ReadonlyArray<Tab>): Array<Tab> =>
  tabs
    .map((tab) => ({ tab, rank: tab.path.endsWith(".pde") ? 1 : 0, key: utf8.encode(tab.path) }))
    .sort((a, b) => a.rank - b.rank || compareBytes(a.key, b.key))
    .map(({ tab }) => tab)

/**
 * Puts tabs into PlatformIO's merging order: going through them, one that defines `setup` or `loop` goes in front of
 * all before it, any other behind them. Source: platformio-core `builder/tools/pioino.py`, `merge`; there, a comment or
 * a declaration of them counts, too.
 */
export const orderTabs = (tabs: ReadonlyArray<Tab>, isMain: (tab: Tab) => boolean): Array<Tab> => {
  const mains: Array<Tab> = []
  const others: Array<Tab> = []
  for (const tab of tabs) (isMain(tab) ? mains : others).push(tab)
  return [...mains.reverse(), ...others]
}

/** Line ends as LF, no byte order mark. */
export const normalizeTab = (tab: Tab): Tab => ({
  path: tab.path,
  text: tab.text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n")
})

/** Joins normalized tabs in the given order. */
export const mergeTabs = (tabs: ReadonlyArray<Tab>): MergedSketch => {
  let text = ""
  const starts: Array<{ path: string; start: number }> = []
  for (const tab of tabs) {
    text += `#line 1 ${quotePath(tab.path)}\n`
    starts.push({ path: tab.path, start: text.length })
    text += tab.text
    if (tab.text !== "" && !tab.text.endsWith("\n")) text += "\n"
    // A backslash at the end would splice the next tab's #line away.
    if (/\\\n?$/.test(tab.text)) text += "\n"
  }
  const lineStarts = [0]
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1)
  return { text, tabs: starts, lineStarts }
}

/** Where an offset of the merged text is in the sketch. */
export const locate = (sketch: MergedSketch, offset: number): SketchPosition => {
  const tab = sketch.tabs[lastAtOrBefore(sketch.tabs, offset, (tab) => tab.start)] ?? { path: "", start: 0 }
  const lineIndex = lastAtOrBefore(sketch.lineStarts, offset, (start) => start)
  const before = sketch.text.slice(sketch.lineStarts[lineIndex], offset)
  const startsLine = before.trim() === ""
  return {
    file: quotePath(tab.path),
    line: lineIndex - lastAtOrBefore(sketch.lineStarts, tab.start, (start) => start) + 1,
    indent: startsLine ? before : before.length > maxIndent ? "" : before.replace(/[^\t]/g, " "),
    startsLine
  }
}

/** Index of the last element whose key is not greater than `offset`, -1 if there is none. Keys ascend. */
export const lastAtOrBefore = <A>(sorted: ReadonlyArray<A>, offset: number, key: (a: A) => number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (key(sorted[middle]!) <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Columns: keeps the output small for sketches that are one long line. */
const maxIndent = 500

const quotePath = (path: string) => `"${path.replace(/[\\"]/g, "\\$&")}"`

const utf8 = new TextEncoder()

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!
  }
  return a.length - b.length
}
