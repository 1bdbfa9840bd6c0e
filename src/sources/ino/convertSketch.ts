import { pause, type Steps } from "../../domain/steps.ts"
import { type Blank, blankOut } from "./cppTokens.ts"
import { lexSketch, withoutAttributeMacros } from "./lexSketch.ts"
import { locate, type MergedSketch, mergeTabs, normalizeTab, orderTabs, sortTabs, type Tab } from "./mergeTabs.ts"
import { type Placement, placePrototypes } from "./placePrototypes.ts"
import { readOutline } from "./readOutline.ts"
import type { CppParser } from "./SketchParser.ts"

/** A sketch as one C++ source. */
export interface ConvertedSketch {
  /** The source, with LF line ends; empty tabs and no tabs are fine. */
  readonly text: string
  /** Path of the tab that comes first, `""` if there is none. */
  readonly main: string
}

/**
 * Merges the tabs of a sketch folder, given in any order, into one C++ source: `#include <Arduino.h>`, then the tabs in
 * PlatformIO's order with the prototypes that Arduino sketches may leave out. `#line` makes compilers name the tab, its
 * line and its column everywhere, in prototypes too. A default argument that callers above the definition may need
 * moves into the prototype. Nothing else of the text changes; what is wrong with it is left to the compiler to tell.
 */
export function* convertSketch(parser: CppParser, tabs: ReadonlyArray<Tab>): Steps<ConvertedSketch> {
  const sorted = sortTabs(tabs).map(normalizeTab)
  const mains = new Set<Tab>()
  if (sorted.length > 1) {
    for (const tab of sorted) if (yield* definesEntryPoint(parser, tab)) mains.add(tab)
  }
  const ordered = orderTabs(sorted, (tab) => mains.has(tab))
  const sketch = mergeTabs(ordered)
  yield* pause
  const tokens = lexSketch(sketch.text)
  yield* pause
  const outline = yield* parser.parse(tokens.skeleton, (root) => readOutline(tokens, root))
  const placements = placePrototypes(sketch.text, tokens, outline)
  yield* pause
  return {
    text: `#include <Arduino.h>\n${insertPrototypes(sketch, placements)}`,
    main: ordered[0]?.path ?? ""
  }
}

function* definesEntryPoint(parser: CppParser, tab: Tab): Steps<boolean> {
  const tokens = lexSketch(tab.text)
  if (!tokens.uses.has("setup") && !tokens.uses.has("loop")) return false
  const { functions } = yield* parser.parse(tokens.skeleton, (root) => readOutline(tokens, root))
  return functions.some(({ header }) => header.name === "setup" || header.name === "loop")
}

const insertPrototypes = (sketch: MergedSketch, placements: ReadonlyArray<Placement>): string => {
  const moved: Array<Blank> = placements
    .filter((placement) => placement.movesDefaults)
    .flatMap((placement) => placement.function.header.defaults.map((range) => ({ ...range, fill: " " })))
  const text = blankOut(sketch.text, moved)
  const parts: Array<string> = []
  let done = 0
  for (let i = 0; i < placements.length;) {
    const { at } = placements[i]!
    const place = locate(sketch, at)
    parts.push(text.slice(done, place.startsLine ? at - place.indent.length : at), place.startsLine ? "" : "\n")
    for (; placements[i]?.at === at; i++) parts.push(renderPrototype(sketch, placements[i]!))
    parts.push(`#line ${place.line} ${place.file}\n${place.indent}`)
    done = at
  }
  return parts.join("") + text.slice(done)
}

/** The prototype with its `#line`, laid out as the definition's header is. */
const renderPrototype = (sketch: MergedSketch, placement: Placement): string => {
  const { header } = placement.function
  const place = locate(sketch, header.range.start)
  let text = ""
  let done = header.range.start
  for (const { end, start } of header.defaults) {
    text += withoutAttributeMacros(sketch.text.slice(done, start)) +
      (placement.movesDefaults ? sketch.text.slice(start, end) : "")
    done = end
  }
  text += withoutAttributeMacros(sketch.text.slice(done, header.range.end))
  let source = `#line ${place.line} ${place.file}\n${place.indent}${text};\n`
  for (const { construct, openings } of placement.wrappers.toReversed()) {
    const { file, line } = locate(sketch, construct.start)
    const opening = construct.opening.slice(0, openings).join("\n")
    source = `#line ${line} ${file}\n${opening}\n${source}${construct.closing}\n`
  }
  return source
}
