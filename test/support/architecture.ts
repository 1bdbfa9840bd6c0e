import * as Path from "node:path/posix"

export interface SourceText {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

/** What `check` enforces; each field is explained where test/architecture.test.ts sets it. */
export interface Rules {
  readonly folders: Record<string, ReadonlyArray<string>>
  readonly platforms: ReadonlyArray<string>
  readonly entries: ReadonlyArray<string>
  readonly reserved: ReadonlyArray<{
    readonly module: RegExp
    readonly folders: ReadonlyArray<string>
    /** Single files of other folders. */
    readonly files?: ReadonlyArray<string>
  }>
  readonly restricted: Record<string, RegExp>
  readonly pure: { readonly folders: ReadonlyArray<string>; readonly modules: RegExp; readonly text: RegExp }
  readonly maximumSize: number
}

/** Every breach of the rules, as `path: what is wrong`. */
export function check(rules: Rules, files: ReadonlyArray<SourceText>): ReadonlyArray<string> {
  const problems: Array<string> = []
  const runtimeImports = new Map<string, ReadonlyArray<string>>()

  for (const file of files) {
    const report = (problem: string) => problems.push(`${file.path}: ${problem}`)
    const size = Buffer.byteLength(file.text)
    if (size > rules.maximumSize && !/^\s*(?:\/\/|\/?\*+|#)\s*Size: \S/m.test(file.text)) {
      report(`has ${size} bytes, more than ${rules.maximumSize}; split it or say why in a comment "Size: …"`)
    }
    if (!/^(?:src|platforms)\/.*\.ts$/.test(file.path)) continue

    const folder = folderOf(file.path)
    const isEntry = rules.entries.includes(file.path)
    if (folder === "" && !isEntry) report("is in no folder and is not one of the programs")
    if (folder !== "" && folder !== "platforms" && !(folder in rules.folders)) report(`${folder} is not in the table`)
    if (Path.basename(file.path) === "index.ts" && file.path !== "platforms/index.ts") report("is a barrel")

    const imports = importsOf(file)
    runtimeImports.set(
      file.path,
      imports.filter((one) => one.runtime && one.target !== undefined).map((one) => one.target!)
    )
    if (isEntry) continue
    for (const { specifier, target } of imports) {
      const problem = target === undefined
        ? outsideProblem(rules, file.path, specifier)
        : insideProblem(rules, file.path, target)
      if (problem !== undefined) report(problem)
    }
    const hidden =
      /\b(?:getBuiltinModule|require|import|createRequire|binding|dlopen)\b(?!\s*\(\s*["'`][^"'`\n$]+["'`]\s*\))(?:\s*\(|\s*\[|\s*\}\s*=)/
        .exec(withoutComments(file.text))
    if (hidden !== null) report(`takes a module in a way that nobody can check: ${hidden[0]}`)
    const impure = rules.pure.folders.includes(folder) ? rules.pure.text.exec(withoutComments(file.text)) : null
    if (impure !== null) report(`${folder} is pure, may not use ${impure[0]}`)
  }
  return [...problems, ...cycles(runtimeImports)]
}

/** A rule broken by importing a file of this repository. */
function insideProblem(rules: Rules, path: string, target: string): string | undefined {
  const from = folderOf(path)
  const to = folderOf(target)
  if (from === "platforms" && to === "platforms") {
    const isRegistry = path === "platforms/index.ts"
    return isRegistry || platformOf(path) === platformOf(target)
      ? undefined
      : `one platform may not import another: ${target}`
  }
  const allowed = from === "platforms" ? rules.platforms : rules.folders[from] ?? []
  return from === to || allowed.includes(to) ? undefined : `${from} may not import ${to === "" ? target : to}`
}

/** A rule broken by importing a package or a module of Node. */
function outsideProblem(rules: Rules, path: string, specifier: string): string | undefined {
  const folder = folderOf(path)
  if (rules.pure.folders.includes(folder) && rules.pure.modules.test(specifier)) {
    return `${folder} is pure, may not import ${specifier}`
  }
  const isReserved = rules.reserved.some((one) =>
    one.module.test(specifier) && !one.folders.includes(folder) && one.files?.includes(path) !== true
  )
  const isRestricted = rules.restricted[folder]?.test(specifier) === false
  return isReserved || isRestricted ? `${folder} may not import ${specifier}` : undefined
}

/** `src/plan/steps/uf2.ts` → `plan`; `platforms/avr/platform.ts` → `platforms`; `src/program.ts` → ``; `test/x.ts` → `test`. */
function folderOf(path: string): string {
  const [top, second, ...rest] = path.split("/")
  return top !== "src" ? top! : rest.length === 0 ? "" : second!
}

function platformOf(path: string): string | undefined {
  return path.split("/")[1]
}

interface Import {
  readonly specifier: string
  /** The imported file of this repository, relative to its root; undefined for a package or a module of Node. */
  readonly target: string | undefined
  /** Whether the import is still there when the program runs. */
  readonly runtime: boolean
}

/**
 * Relies on the formatter, which starts every static import and export on a line of its own. `import { type X }` counts as
 * runtime: `verbatimModuleSyntax` leaves an `import {}` of it.
 */
function importsOf(file: SourceText): ReadonlyArray<Import> {
  const text = withoutComments(file.text)
  const found: Array<{ specifier: string; runtime: boolean }> = []
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]*?\sfrom\s+)?"([^"\n]+)"/gm)) {
    found.push({ specifier: match[2]!, runtime: match[1] === undefined })
  }
  for (const match of text.matchAll(/\b(?:import|getBuiltinModule|require)\s*\(\s*["'`]([^"'`\n]+)["'`]/g)) {
    found.push({ specifier: match[1]!, runtime: false })
  }
  return found.map(({ specifier, runtime }) => ({
    specifier,
    runtime,
    target: specifier.startsWith(".") ? Path.join(Path.dirname(file.path), specifier) : undefined
  }))
}

/** Comments that start a line; enough to not take an example in a docstring for code. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
}

/** Import cycles, each from the first of its files to be visited. Dynamic imports do not count. */
function cycles(imports: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> {
  const found: Array<string> = []
  const done = new Set<string>()
  const visit = (path: string, trail: ReadonlyArray<string>) => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push(`import cycle: ${[...trail.slice(start), path].join(" → ")}`)
      return
    }
    if (done.has(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of [...imports.keys()].sort()) visit(path, [])
  return found
}
