import * as Result from "effect/Result"
import { isAbsolute, joinPath } from "../domain/paths.ts"
import { SrcFilterInvalid } from "./SourcesError.ts"

/** `+<*> -<.git/> -<.svn/>`: what PlatformIO compiles when `build_src_filter` is not set. */
export const defaultSrcFilter = "+<*> -<.git/> -<.svn/>"

/** Rules over absolute paths, to be asked through `accepts` and `mayContain`. */
export interface SrcFilter {
  readonly rules: ReadonlyArray<Rule>
}

interface Rule {
  readonly include: boolean
  /** The pattern made absolute, by path segment: a literal, a pattern, or any number of folders. */
  readonly segments: ReadonlyArray<string | RegExp | typeof anyFolders>
  /** The pattern ended in `/`: it names folders, not files. */
  readonly foldersOnly: boolean
}

const anyFolders = Symbol("**")

/**
 * Parses `build_src_filter` (or `build.srcFilter` of a library): `+<pattern>` and `-<pattern>`, with white space or commas
 * between, patterns relative to `srcDir` (absolute, with `/`) or absolute.
 *
 * The rules are PlatformIO's: they apply in order to an empty set; a pattern is Python's recursive glob (`*`, `?`, `[…]`
 * within a name, `**` as a whole name for any folders); one that matches a folder stands for all below it; `../` leads
 * out. Unlike there, anything else in the text is an error, and a leading dot of a name must be spelled out at any depth.
 *
 * Source: PlatformIO documentation, "build_src_filter"; Python documentation, "glob".
 */
export const parseSrcFilter = (text: string, srcDir: string): Result.Result<SrcFilter, SrcFilterInvalid> => {
  const rules: Array<Rule> = []
  const token = /[\s,]*(?:([+-])<([^<>]+)>|(\S+)|$)/y
  while (token.lastIndex < text.length) {
    const [, sign, pattern, found] = token.exec(text) ?? []
    if (sign !== undefined && pattern !== undefined && pattern.trim() !== "") {
      rules.push(parseRule(sign === "+", pattern.trim(), srcDir))
    } else if (found !== undefined || sign !== undefined) {
      const wrong = found ?? `${sign}<${pattern}>`
      return Result.fail(
        new SrcFilterInvalid({ filter: text, found: wrong, column: token.lastIndex - wrong.length + 1 })
      )
    }
  }
  return Result.succeed({ rules })
}

/**
 * Whether the file at `path` (absolute) is compiled. `alias` is a second path it goes by: PlatformIO filters `x.ino` under
 * the name of the file it becomes, `x.ino.cpp`.
 */
export const accepts = (filter: SrcFilter, path: string, alias?: string): boolean => {
  const last = filter.rules.findLast((rule) =>
    matches(rule, path.split("/")) || (alias !== undefined && matches(rule, alias.split("/")))
  )
  return last?.include ?? false
}

/** Whether a file below `folder` (absolute) could be accepted; a walk leaves out the folders for which it could not. */
export const mayContain = (filter: SrcFilter, folder: string): boolean => {
  const names = folder.split("/")
  return filter.rules.some((rule) => {
    if (!rule.include) return false
    const { states, whole } = run(rule, names)
    return states.length > 0 || (whole !== undefined && visible(names, whole))
  })
}

/** The folders (or files) at which a walk must start: the longest part of each `+` pattern that has no wildcard. */
export const startingPoints = (filter: SrcFilter): ReadonlyArray<string> =>
  filter.rules.filter((rule) => rule.include).map((rule) => {
    const wild = rule.segments.findIndex((segment) => typeof segment !== "string")
    return rule.segments.slice(0, wild < 0 ? undefined : wild).join("/") || "/"
  })

const parseRule = (include: boolean, written: string, srcDir: string): Rule => {
  const pattern = written.replaceAll("\\", "/")
  const absolute = joinPath(isAbsolute(pattern) ? "" : srcDir, pattern)
  // A folder of the project's own path may be named `[x]`: that part is never a pattern.
  const literal = isAbsolute(pattern) ? [] : srcDir.split("/")
  let own = true
  return {
    include,
    foldersOnly: pattern.endsWith("/"),
    segments: absolute.split("/").map((name, at) => {
      own &&= name === literal[at]
      return own ? name : segmentOf(name)
    })
  }
}

const segmentOf = (name: string): Rule["segments"][number] => {
  if (name === "**") return anyFolders
  if (!/[*?[]/.test(name)) return name
  const source = name.replace(
    /\[(!?)(\][^\]]*|[^\]]+)\]|\*+|\?|[\\^$.*+?()[\]{}|]/g,
    (part, negated: string | undefined, members: string | undefined) =>
      members !== undefined
        ? `[${negated === "!" ? "^" : ""}${members.replace(/[\\\]^[]/g, "\\$&")}]`
        : part === "?"
        ? "."
        : part.startsWith("*")
        ? ".*"
        : `\\${part}`
  )
  return compile(`^${name.startsWith(".") ? "" : "(?!\\.)"}${source}$`) ?? name
}

/** `undefined` for a class that is none, such as `[z-a]`; it is then taken literally. */
const compile = (source: string): RegExp | undefined =>
  Result.getOrUndefined(Result.try(() => new RegExp(source, "su")))

const matches = (rule: Rule, names: ReadonlyArray<string>): boolean => {
  const { whole } = run(rule, names)
  if (whole === undefined || !visible(names, whole)) return false
  return whole < names.length || !rule.foldersOnly
}

/** Names covered by a whole folder only: none may begin with a dot. */
const visible = (names: ReadonlyArray<string>, from: number): boolean =>
  names.slice(from).every((name) => !name.startsWith("."))

/**
 * Follows a path through the pattern. `whole` is how many names it took, at the latest, to satisfy all of the pattern;
 * `states` are the places in the pattern from which it could go on after the last name.
 */
const run = (rule: Rule, names: ReadonlyArray<string>) => {
  const { segments } = rule
  let states = [0]
  let whole: number | undefined
  for (let taken = 0;; taken++) {
    // `**` also stands for no folder at all.
    for (const state of states) {
      if (segments[state] === anyFolders && !states.includes(state + 1)) states.push(state + 1)
    }
    if (states.includes(segments.length)) whole = taken
    if (taken === names.length || states.length === 0) return { states, whole }
    const name = names[taken]!
    const next: Array<number> = []
    for (const state of states) {
      const segment = segments[state]
      if (segment === anyFolders ? !name.startsWith(".") : segment === undefined ? false : accept(segment, name)) {
        const after = segment === anyFolders ? state : state + 1
        if (!next.includes(after)) next.push(after)
      }
    }
    states = next
  }
}

const accept = (segment: string | RegExp, name: string): boolean =>
  typeof segment === "string" ? segment === name : segment.test(name)
