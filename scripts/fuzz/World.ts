import type { Edit, Files, Ini, Program, Tool } from "./Script.ts"

/** All that decides what a build makes. */
export interface World {
  readonly files: Files
  readonly ini: Ini
  /** Texts of the core that are not those of `core/`; `undefined` is as there. */
  readonly core: Readonly<Record<string, string | undefined>>
  readonly tools: Readonly<Record<Tool, Readonly<Record<Program, number>>>>
  /** The compiler that PATH leads to. */
  readonly tool: Tool
}

const original = { "avr-gcc": 0, "avr-g++": 0, as: 0 }

export const firstWorld = (files: Files, ini: Ini): World => ({
  files,
  ini,
  core: {},
  tools: { one: original, two: original },
  tool: "one"
})

/** The world after an edit; the same one when there is nothing to edit. */
export const edited = (world: World, edit: Edit): World => {
  const { core, files, tools } = world
  switch (edit.do) {
    case "write":
      return clashes(files, edit.path) ? world : { ...world, files: { ...files, [edit.path]: edit.text } }
    case "touch":
      return world
    case "remove": {
      const { [edit.path]: _, ...rest } = files
      return { ...world, files: rest }
    }
    case "rename": {
      const { [edit.from]: text, ...rest } = files
      return text === undefined || clashes(rest, edit.to) ? world : { ...world, files: { ...rest, [edit.to]: text } }
    }
    case "ini":
      return { ...world, ini: edit.ini }
    case "core":
      return { ...world, core: { ...core, [edit.path]: edit.text } }
    case "tool":
      return {
        ...world,
        tools: { ...tools, [edit.tool]: { ...tools[edit.tool], [edit.program]: edit.variant } }
      }
    case "path":
      return { ...world, tool: edit.tool }
  }
}

/** Whether a file would have to be a folder too. */
const clashes = (files: Files, path: string) =>
  Object.keys(files).some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))
