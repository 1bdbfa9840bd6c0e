import { localText } from "./hooks.ts"
import type { Random } from "./Random.ts"
import type { Damage, Edit, Files, Ini, Step, Time, Tool } from "./Script.ts"
import { flagsFor, headers, iniFor, otherPaths, sources, textFor } from "./texts.ts"
import { edited, editsBetween, type World } from "./World.ts"

/** A project to begin with. */
export const firstFiles = (random: Random): Files => {
  const files: Record<string, string> = {}
  const add = (path: string) => void (files[path] = textFor(random, path, files))
  for (const path of otherPaths) if (random.chance(0.5)) add(path)
  for (const places of Object.values(headers)) if (random.chance(0.6)) add(places[0]!)
  for (const path of sources) if (path === "src/main.cpp" || random.chance(0.35)) add(path)
  return files
}

export const firstIni = (random: Random, files: Files): Ini => ({
  board: "small",
  flags: random.chance(0.5) ? "" : flagsFor(random, files),
  srcFlags: "",
  filter: "",
  debug: false,
  includeDir: "include",
  second: undefined,
  idle: ""
})

/** What has been, to come back to. */
export interface Past {
  /** Path → texts. */
  readonly texts: Map<string, Set<string>>
  /** Such that could be built, the latest last. */
  readonly worlds: Array<World>
}

/** What a step is made for: `isBroken` worlds are mostly mended; builds by a `daemon` take less time. */
export interface Situation {
  readonly world: World
  readonly past: Past
  readonly isBroken: boolean
  readonly daemon: boolean
}

/** Something that can happen. */
export const nextStep = (random: Random, { daemon, isBroken, past, world }: Situation): Step => {
  /** Some time of a build, ms. */
  const moment = () => daemon ? random.below(random.pick([10, 60, 150])) : 30 + random.below(random.pick([60, 250]))
  const edits = () =>
    past.worlds.length > 0 && random.chance(isBroken ? 0.8 : 0.55)
      ? editsBetween(world, random.pick(past.worlds.slice(-6)), time(random))
      : someEdits(random, world, past, 1 + (random.chance(0.2) ? 1 + random.below(3) : 0))
  const often = (weight: number, what: Step["do"]) => random.likes(what) ? 3 * weight : weight
  return random.weighted<() => Step>([
    [60, () => ({ do: "edit", edits: edits() })],
    [3, () => ({ do: "edit", edits: [] })],
    [often(4, "clean"), () => ({ do: "clean", how: random.pick(["command", "flag", "folder"]) })],
    [often(4, "uncached"), () => ({ do: "uncached", edits: edits() })],
    [often(5, "interrupt"), () => ({
      do: "interrupt",
      edits: edits(),
      signal: random.pick(["SIGINT", "SIGTERM", "SIGKILL", "SIGKILL"]),
      whom: random.pick(["launcher", "daemon"]),
      afterMs: moment()
    })],
    [often(5, "race"), () => race(random, world, past, moment())],
    [
      often(8, "damage"),
      () => ({ do: "damage", damage: Array.from({ length: 1 + random.below(3) }, () => someDamage(random)) })
    ],
    [often(2, "move"), () => ({ do: "move" })],
    [often(2, "copy"), () => ({ do: "copy", outputs: random.chance(0.5) })],
    [often(4, "switch"), () => ({ do: "switch" })]
  ])()
}

const someEdits = (random: Random, world: World, past: Past, count: number): ReadonlyArray<Edit> => {
  const edits: Array<Edit> = []
  let now = world
  for (let index = 0; index < count; index++) {
    const edit = someEdit(random, now, past)
    edits.push(edit)
    now = edited(now, edit)
  }
  return edits
}

const time = (random: Random): Time => random.weighted([[6, "now"], [2, "kept"], [2, "old"], [0.5, "future"]])

const someEdit = (random: Random, world: World, past: Past): Edit => {
  const { files } = world
  const there = Object.keys(files)
  return random.weighted<() => Edit>([
    [12, () => write(random, world, past, random.pick(there))],
    [5, () => write(random, world, past, random.pickLiked(Object.values(headers).flat()))],
    [8, () => appearOrGo(random, world, past)],
    [4, () => write(random, world, past, random.pickLiked(sources))],
    [3, () => write(random, world, past, random.pickLiked(otherPaths))],
    [4, () => ({ do: "touch", path: random.pick(there), time: random.pick(["now", "old"]) })],
    [4, () => ({ do: "remove", path: random.pick(removable(files)) })],
    [random.likes("rename") ? 6 : 2, () => rename(random, files)],
    [random.likes("ini") ? 10 : 5, () => ({ do: "ini", ini: iniFor(random, world.ini, files) })],
    [random.likes("core") ? 6 : 2, () => coreEdit(random)],
    [random.likes("tool") ? 2 : 0.4, () => ({
      do: "tool",
      tool: random.weighted<Tool>([[3, world.tool], [1, "two"]]),
      program: random.pick(["avr-gcc", "avr-g++", "as", "as"]),
      variant: random.below(3),
      time: random.pick(["now", "kept"])
    })],
    [random.likes("hooks") ? 6 : 0.5, () => ({
      do: "core",
      path: "platform.local.txt",
      text: random.chance(0.2) ? undefined : localText(random),
      time: time(random)
    })],
    [0.7, () => ({ do: "path", tool: random.pick(["one", "two"]) })],
    [0.7, () => ({ do: "variable", name: "CPATH", value: random.pick(["", "sys", "include/sub:quote"]) })],
    [random.likes("variable") ? 3 : 0.5, () => ({
      do: "variable",
      name: "PLATFORMIO_BUILD_FLAGS",
      value: random.pick(["", "", "-DS=4", "-DX=5 -Iquote", "-O1"])
    })]
  ])()
}

/** A new text for a file, or one that it had before. */
const write = (random: Random, { files }: World, past: Past, path: string): Edit => {
  const before = [...past.texts.get(path) ?? []].filter((text) => text !== files[path])
  const text = before.length > 0 && random.chance(0.5) ? random.pick(before) : textFor(random, path, files)
  return { do: "write", path, text, time: time(random) }
}

/** What is looked for in several places. */
const placesOfFiles: ReadonlyArray<ReadonlyArray<string>> = [
  ...Object.values(headers),
  ["include/pre.h", "pre.h"],
  ["include/near.bin", "near.bin"]
]

/** A file gets another place or loses one of several. */
const appearOrGo = (random: Random, world: World, past: Past): Edit => {
  const known = placesOfFiles.filter((places) => places.some((place) => place in world.files))
  const places = random.pickLiked(known.length === 0 ? placesOfFiles : known)
  const path = random.pickLiked(places)
  const isOneOfSeveral = path in world.files && places.some((place) => place !== path && place in world.files)
  return isOneOfSeveral ? { do: "remove", path } : write(random, world, past, path)
}

/** Mostly such that can go without an error. */
const removable = (files: Files): ReadonlyArray<string> => {
  const extra = Object.keys(files).filter((path) =>
    /^(?:src|sys|quote|after)\/|maybe|^include\/sub\/h|^near|avr|Lib-|^pre|json$|more\.cpp/.test(path) &&
    path !== "src/main.cpp"
  )
  return extra.length > 0 ? extra : Object.keys(files).filter((path) => path !== "src/main.cpp")
}

const rename = (random: Random, files: Files): Edit => {
  const [from, to] = random.pickLiked(
    [
      ["src/h0.h", "include/h0.h"],
      ["include/h0.h", "src/h0.h"],
      ["src/maybe.h", "include/maybe.h"],
      ["include/near.bin", "near.bin"],
      ["near.bin", "include/near.bin"],
      ["src/h1.h", "include/sub/h1.h"],
      ["include/sub/g.h", "src/sub/g.h"],
      ["src/h2.h", "sys/h2.h"],
      ["quote/h0.h", "src/h0.h"],
      ["include/pre.h", "pre.h"],
      ["src/a.cpp", "src/sub/a.cpp"],
      ["src/sub/a.cpp", "src/a.cpp"]
    ] as const
  )
  return from in files ? { do: "rename", from, to } : { do: "touch", path: "src/main.cpp", time: "now" }
}

const coreEdit = (random: Random): Edit => {
  const [path, ...texts] = random.pickLiked<ReadonlyArray<string | undefined>>([
    [
      "cores/tiny/sink.c",
      undefined,
      "#include <Arduino.h>\nvolatile int sink = 7;\n",
      "#include <Arduino.h>\n#include \"pins.h\"\nvolatile int sink = PIN + 1;\n"
    ],
    ["variants/small/pins.h", undefined, "#define PIN 14\n", "#define PIN 15\n"],
    ["cores/tiny/h0.h", undefined, "#define H0 3\n"],
    ["cores/tiny/extra.c", undefined, "int extra(void) { return 1; }\n"],
    ["platform.local.txt", undefined, "compiler.common.flags=-c -g -O1 -mmcu={build.mcu} -DF_CPU={build.f_cpu} -MMD\n"],
    ["boards.local.txt", undefined, "small.build.f_cpu=8000000L\n"]
  ])
  return { do: "core", path: path!, text: random.pick(texts), time: time(random) }
}

const race = (random: Random, world: World, past: Past, afterMs: number): Step => {
  const path = random.pick(Object.keys(world.files).filter((path) => path.startsWith("src/") || path.endsWith(".h")))
  const edit = write(random, world, past, path)
  const back: Edit = random.chance(0.8)
    ? { do: "write", path, text: world.files[path]!, time: random.pick(["now", "kept", "old"]) }
    : { do: "remove", path: random.pick(removable(world.files)) }
  const other = random.chance(0.3) ? someEdits(random, edited(world, edit), past, 1) : []
  return { do: "race", edits: [edit], afterMs, meanwhile: random.chance(0.8) ? [back] : other }
}

const someDamage = (random: Random): Damage => ({
  where: random.pick(["home", "outputs"]),
  kind: random.fraction(),
  file: random.fraction(),
  byte: random.fraction(),
  how: random.weighted([[1, "remove"], [1, "empty"], [2, "truncate"], [1, "zero"], [4, "flip"], [4, "digit"]])
})
