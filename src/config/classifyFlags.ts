import { flagOptions } from "../domain/flagOptions.ts"

/** The flags of `build_flags` by the commands they are for. Each list keeps the order in which its flags were written. */
export interface BuildFlags {
  /** `-DX`, `-UX`: everything that is preprocessed. */
  readonly defines: ReadonlyArray<string>
  /** `-I`, `-isystem`, `-iquote`, `-include` and the like: everything that is preprocessed. */
  readonly includes: ReadonlyArray<string>
  /** All other compiler flags: C, C++ and assembler. */
  readonly compile: ReadonlyArray<string>
  /** C only. */
  readonly c: ReadonlyArray<string>
  /** C++ only. */
  readonly cxx: ReadonlyArray<string>
  /** The link, before the objects. Here the linker script, search folders, `-Wl,…`. */
  readonly link: ReadonlyArray<string>
  /** The link, after the objects: `-lX`, and object and archive files. */
  readonly libs: ReadonlyArray<string>
}

/**
 * Distributes flags as PlatformIO does through SCons: `-std=` goes by its language, what changes code generation and
 * libraries at once (`-pthread`, `-fopenmp`, `-fsanitize=…`, `--specs=…`) to compiler and linker, an argument without a dash to the
 * link. Beyond SCons, the link options that it would hand to the compiler only (`-T`, `-u`, `-nostdlib` …)
 * go to the link.
 *
 * Source: PlatformIO documentation, "build_flags", "Scopes"; SCons 4 manual, `env.ParseFlags`; GCC 14 manual, "Link Options".
 */
export const classifyFlags = (tokens: ReadonlyArray<string>): BuildFlags => {
  const flags = {
    defines: new Array<string>(),
    includes: new Array<string>(),
    compile: new Array<string>(),
    c: new Array<string>(),
    cxx: new Array<string>(),
    link: new Array<string>(),
    libs: new Array<string>()
  }
  for (const { name, value, tokens: written } of flagOptions(tokens)) {
    for (const scope of scopesOf(name)) {
      flags[scope].push(...(joined.includes(name) && value !== undefined ? [`${name}${value}`] : written))
    }
  }
  return flags
}

type Scope = keyof BuildFlags

const scopesOf = (name: string): ReadonlyArray<Scope> => {
  if (name === "-D" || name === "-U") return ["defines"]
  if (includeOption.test(name)) return ["includes"]
  if (name === "-l" || !/^[-+@]/.test(name)) return ["libs"]
  if (/^-std=.*\+\+|^-stdlib=/.test(name)) return ["cxx"]
  if (name.startsWith("-std=")) return ["c"]
  if (/^-(pthread|fopenmp|openmp|fsanitize=.*|-?specs(?:=.*)?|isysroot|-sysroot(?:=.*)?)$/.test(name)) {
    return ["compile", "link"]
  }
  if (
    linkOptions.includes(name) ||
    /^(-Wl,|--library-directory=|-fuse-ld=|-static|-shared|-Ttext|-Tdata|-Tbss)/.test(name)
  ) {
    return ["link"]
  }
  return ["compile"]
}

/** Options that PlatformIO's users write either way; one form makes equal commands equal. */
const joined = ["-D", "-U", "-I", "-L", "-l"]

/** Joined to its value or not, by its GNU name or not: their order among each other is what is searched first. */
const includeOption =
  /^(?:-I|-i(?:nclude|macros|system|quote|dirafter|prefix|withprefix)|--(?:include|imacros)(?:[-=]|$))/

const linkOptions = [
  "-L",
  "--library-directory",
  "-T",
  "-u",
  "-Xlinker",
  "-z",
  "-e",
  "--for-linker",
  "--force-link",
  "--entry",
  "-s",
  "-r",
  "-rdynamic",
  "-pie",
  "-no-pie",
  "-nostartfiles",
  "-nodefaultlibs",
  "-nolibc",
  "-nostdlib",
  "-nostdlib++"
]
