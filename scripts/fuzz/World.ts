import type { Edit, Files, Ini, Program, Time, Tool, Variable } from "./Script.ts"

/** All that decides what a build makes. */
export interface World {
  readonly files: Files
  readonly ini: Ini
  /** Texts of the core that are not those of `core/`; `undefined` is as there. */
  readonly core: Readonly<Record<string, string | undefined>>
  readonly tools: Readonly<Record<Tool, Readonly<Record<Program, number>>>>
  /** The compiler that PATH leads to. */
  readonly tool: Tool
  readonly variables: Readonly<Record<Variable, string>>
}

const original = { "avr-gcc": 0, "avr-g++": 0, as: 0 }

export const firstWorld = (files: Files, ini: Ini): World => ({
  files,
  ini,
  core: {},
  tools: { one: original, two: original },
  tool: "one",
  variables: { CPATH: "", PLATFORMIO_BUILD_FLAGS: "" }
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
    case "variable":
      return { ...world, variables: { ...world.variables, [edit.name]: edit.value } }
  }
}

/** Whether a file would have to be a folder too. */
const clashes = (files: Files, path: string) =>
  Object.keys(files).some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))

/** The edits that make one world of another. */
export const editsBetween = (from: World, to: World, time: Time): ReadonlyArray<Edit> => [
  ...Object.keys(from.files).filter((path) => !(path in to.files)).map((path): Edit => ({ do: "remove", path })),
  ...Object.entries(to.files).filter(([path, text]) => from.files[path] !== text).map(([path, text]): Edit => ({
    do: "write",
    path,
    text,
    time
  })),
  ...(JSON.stringify(from.ini) === JSON.stringify(to.ini) ? [] : [{ do: "ini", ini: to.ini } as const]),
  ...[...new Set([...Object.keys(from.core), ...Object.keys(to.core)])].filter((path) =>
    from.core[path] !== to.core[path]
  ).map((path): Edit => ({ do: "core", path, text: to.core[path], time })),
  ...(["one", "two"] as const).flatMap((tool) =>
    (["avr-gcc", "avr-g++", "as"] as const).filter((program) => from.tools[tool][program] !== to.tools[tool][program])
      .map((program): Edit => ({ do: "tool", tool, program, variant: to.tools[tool][program], time: "now" }))
  ),
  ...(from.tool === to.tool ? [] : [{ do: "path", tool: to.tool } as const]),
  ...(["CPATH", "PLATFORMIO_BUILD_FLAGS"] as const).filter((name) => from.variables[name] !== to.variables[name]).map((
    name
  ): Edit => ({ do: "variable", name, value: to.variables[name] }))
]
