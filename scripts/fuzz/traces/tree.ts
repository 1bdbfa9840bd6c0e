// Folders of headers that lead to each other, and what can happen to them.
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Random } from "../Random.ts"

const folders = ["src", "a", "b", "p/q", "a/sub", "."] as const
const names = ["x.h", "y.h", "sub/x.h", "may be$.h"] as const
/** Folders that can be links to others. */
const links = ["l", "a/k"] as const

/** Where headers can be. */
const places: ReadonlyArray<string> = folders.flatMap((folder) =>
  names.filter((name) => !folder.includes("sub") || !name.startsWith("sub/")).map((name) =>
    Path.posix.join(folder, name)
  )
)

let count = 0

/** A text that no other one is equal to, unless it is meant to be. */
const textOf = (random: Random): string => {
  const name = () => random.pick(names)
  const asked = () => random.pick(names)
  const quoted = (name: string) => random.chance(0.6) ? `"${name}"` : `<${name}>`
  const include = () =>
    random.weighted([
      [5, `#include ${quoted(name())}`],
      [0.2, `#include "../${name()}"`],
      [1, `#import ${quoted(name())}`],
      [1, `#include_next <${name()}>`],
      [1, `#undef N\n#define N ${quoted(name())}\n#include N`]
    ])
  const condition = () =>
    random.weighted([
      [4, `__has_include(${quoted(asked())})`],
      [1, `__has_include_next(<${asked()}>)`],
      [1, `__has_\\\ninclude(${quoted(asked())})`],
      [2, `defined HAS\n#if HAS(${quoted(asked())})\nyes ${count++}\n#endif\n#endif\n#if 1`],
      [1, `defined ASK\n#if ASK(${quoted(asked())})\nyes ${count++}\n#endif\n#endif\n#if 1`],
      [1, `defined NAME\n#if __has_include(NAME)\nyes ${count++}\n#endif\n#endif\n#if 1`]
    ])
  const lines = Array.from({ length: 1 + random.below(3) }, () =>
    random.chance(0.5)
      ? `#if DEPTH < 12\n${include()}\n#endif`
      : `#if ${condition()}\nyes ${count++}\n#else\nno ${count++}\n#endif`)
  const once = random.chance(0.15) ? "#pragma once\n" : ""
  return `${once}${deeper}${lines.join("\n")}\ntext ${random.chance(0.2) ? "same" : count++} __INCLUDE_LEVEL__\n`
}

/** Headers may lead to themselves. */
const deeper = "#if __INCLUDE_LEVEL__ > 8\n#define DEPTH 20\n#else\n#undef DEPTH\n#define DEPTH 1\n#endif\n"

const macros = "#define HAS(x) __has_include(x)\n#define ASK __has_include\n#define NAME \"y.h\"\n"

/** Lays out a source and some headers. */
export const layTree = (dir: string, random: Random): void => {
  for (const folder of folders) Fs.mkdirSync(Path.join(dir, folder), { recursive: true })
  for (const place of places) if (random.chance(0.3)) write(dir, place, textOf(random))
  const asks = random.chance(0.15) ? macros : macros.replace("#define ASK __has_include\n", "")
  write(dir, "src/main.c", `${random.chance(0.6) ? asks : ""}${textOf(random)}${textOf(random)}`)
  // Where what is nowhere else is found.
  for (const name of names) write(dir, `last/${name}`, `last ${name}\n`)
  write(dir, "words", words(random).join("\n"))
  write(dir, "more", words(random).join(" "))
  if (random.chance(0.3)) link(dir, random)
}

const write = (dir: string, path: string, text: string): void => {
  const file = Path.join(dir, path)
  Fs.rmSync(file, { recursive: true, force: true })
  try {
    Fs.mkdirSync(Path.dirname(file), { recursive: true })
    Fs.writeFileSync(file, text)
  } catch {
    // Its folder is a file, or a link to nowhere.
  }
}

const link = (dir: string, random: Random): void => {
  const path = random.chance(0.5) ? random.pick(links) : random.pick(places)
  const to = random.chance(0.7) && !path.endsWith(".h") ? random.pick(folders) : random.pick(places)
  // A compiler stops at a link that leads to itself.
  if (path === to) return
  Fs.rmSync(Path.join(dir, path), { recursive: true, force: true })
  try {
    Fs.symlinkSync(Path.relative(Path.dirname(Path.join(dir, path)), Path.join(dir, to)), Path.join(dir, path))
  } catch {
    // Likewise.
  }
}

/** Changes something. */
export const changeTree = (dir: string, random: Random): string => {
  const place = random.pick(places)
  const file = Path.join(dir, place)
  const what = random.weighted(
    [
      [5, "appear"],
      [2, "remove"],
      [1, "rename"],
      [1, "folder"],
      [1, "link"],
      [1, "unlink"],
      [0.5, "touch"]
    ] as const
  )
  switch (what) {
    case "appear":
      write(dir, place, textOf(random))
      break
    case "remove":
      Fs.rmSync(file, { recursive: true, force: true })
      break
    case "rename": {
      const to = Path.join(dir, random.pick(places))
      if (Fs.existsSync(file) && Fs.statSync(file).isFile()) {
        const text = Fs.readFileSync(file, "utf8")
        Fs.rmSync(file)
        write(dir, Path.relative(dir, to), text)
      }
      break
    }
    case "folder":
      Fs.rmSync(file, { recursive: true, force: true })
      try {
        Fs.mkdirSync(file, { recursive: true })
      } catch {
        // Likewise.
      }
      break
    case "link":
      link(dir, random)
      break
    case "unlink":
      for (const name of links) Fs.rmSync(Path.join(dir, name), { recursive: true, force: true })
      break
    case "touch":
      if (Fs.existsSync(file)) Fs.utimesSync(file, 1e9 + random.below(3), 1e9 + random.below(3))
  }
  return `${what} ${place}`
}

const searched = ["a", "b", "./a", "b/", "l", "a/sub/..", "p/q", "none", "a/k", "."] as const

/** Words of a command line that set up a search. */
export const words = (random: Random): Array<string> =>
  Array.from({ length: 1 + random.below(6) }, () => {
    const folder = random.pick(searched)
    return random.weighted<() => ReadonlyArray<string>>([
      [4, () => [`-I${folder}`]],
      [2, () => ["-I", folder]],
      [2, () => ["-iquote", folder]],
      [2, () => ["-isystem", folder]],
      [2, () => ["-idirafter", folder]],
      [1, () => [`--include-directory=${folder}`]],
      [1, () => ["--include-directory", folder]],
      [1, () => ["--include-directory-after", folder]],
      [1, () => [`-Wp,-I,${folder}`]],
      [0.5, () => ["-Xpreprocessor", `-isystem${folder}`]],
      [1, () => ["-iprefix", "p/"]],
      [1, () => ["-iwithprefix", random.pick(["q", "none", "../a"])]],
      [1, () => ["--include-with-prefix-before", random.pick(["q", "../b"])]],
      [0.5, () => ["-I-"]],
      [0.5, () => [`--sysroot=${random.pick(["a", "p"])}`]],
      [0.5, () => ["-isysroot", "b"]],
      [0.7, () => [`-I=/${random.pick(["sub", "q", "a"])}`]],
      [1, () => ["-include", random.pick(names)]],
      [0.5, () => ["-imacros", random.pick(names)]],
      [0.5, () => ["-DNAME=\"x.h\""]],
      [0.5, () => ["-DASK=__has_include"]],
      [0.3, () => ["-B", `${folder}/`]],
      [0.3, () => ["-nostdinc"]]
    ])()
  }).flat()
