import { baseName } from "../domain/paths.ts"

/** What a command reads and writes, where its words tell all of it. */
export interface FileToolUse {
  readonly reads: ReadonlyArray<string>
  /** Empty: it only prints. */
  readonly writes: ReadonlyArray<string>
}

/**
 * The files of a plain file tool: `cp FILE FILE`, `objcopy … FILE FILE`, and `nm`, `objdump`, `readelf`, `size`, `strings` of some files.
 * `undefined` for every other program and for words that may mean more: then nothing is known.
 * Source: GNU coreutils manual, "cp"; GNU binutils manual.
 */
export const fileToolUse = (argv: ReadonlyArray<string>): FileToolUse | undefined => {
  const [program = "", ...words] = argv
  const name = baseName(program)
  if (name === "cp") return copies(words)
  const tool = /^(?:[\w.-]+-)?(objcopy|nm|objdump|readelf|size|strings)$/.exec(name)?.[1]
  if (tool === "objcopy") return converts(words)
  // It would print what is in the sources, too.
  const showsSources = tool === "objdump" && words.some((word) => /^(?:--source|-\w*S)/.test(word))
  return tool === undefined || showsSources ? undefined : prints(words)
}

const copies = (words: ReadonlyArray<string>): FileToolUse | undefined => {
  const files = words.filter((word) => !/^(?:-[fpv]+|--force|--verbose)$/.test(word))
  const [from, to] = files
  const isPlain = files.length === 2 && files.every((word) => !word.startsWith("-") && !word.endsWith("/"))
  return isPlain && from !== undefined && to !== undefined ? { reads: [from], writes: [to] } : undefined
}

/** Options of objcopy whose value is the next word. */
const valued = new Set(
  "-O -I -F -B -j -R -N -K -L -G -W -b -i --gap-fill --pad-to --set-start --change-addresses --change-section-lma"
    .split(" ").concat("--change-section-vma --change-section-address --set-section-flags --only-section".split(" "))
    .concat("--remove-section --rename-section --input-target --output-target --binary-architecture".split(" "))
)

/** Options that name more files. */
const more = /^--(?:add-section|update-section|dump-section|add-gnu-debuglink|split-dwo|.*symbols)\b|^@/

const converts = (words: ReadonlyArray<string>): FileToolUse | undefined => {
  const files: Array<string> = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (more.test(word)) return undefined
    if (valued.has(word)) at++
    else if (!word.startsWith("-")) files.push(word)
  }
  const [from, to] = files
  // With one file it is changed in its place.
  return files.length === 2 && from !== undefined && to !== undefined ? { reads: [from], writes: [to] } : undefined
}

const prints = (words: ReadonlyArray<string>): FileToolUse | undefined => {
  const files = words.filter((word) => !word.startsWith("-"))
  const isPlain = files.length > 0 && words.every((word) => /^-{1,2}[\w=-]+$/.test(word) || files.includes(word))
  return isPlain && !words.some((word) => word.startsWith("@")) ? { reads: files, writes: [] } : undefined
}
