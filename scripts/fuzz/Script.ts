// What a run of the fuzzer is made of: data, so that it can be printed, shortened and played again.

/** Path relative to its folder → text; that of a symbolic link is what `linkTo` gives. */
export type Files = Readonly<Record<string, string>>

/** Stands for a symbolic link to a path relative to the link's folder. */
export const linkTo = (target: string): string => `${linkMark}${target}`

/** Where a text that stands for a link leads to. */
export const linkTarget = (text: string): string | undefined =>
  text.startsWith(linkMark) ? text.slice(linkMark.length) : undefined

const linkMark = "link: "

/** An environment of `platformio.ini`. */
export interface Environment {
  readonly board: "small" | "large"
  readonly flags: string
}

/** What `platformio.ini` says. */
export interface Ini extends Environment {
  readonly srcFlags: string
  readonly filter: string
  readonly debug: boolean
  readonly includeDir: "include" | "include/sub"
  /** A second environment, which differs in this only. */
  readonly second: Environment | undefined
  /** Lines that decide nothing. */
  readonly idle: string
}

/** Times of a file that was written: those of now, those that it had, a time long gone, or one that is to come. */
export type Time = "now" | "kept" | "old" | "future"

export type Variable = "CPATH" | "PLATFORMIO_BUILD_FLAGS"

/** A compiler that can be chosen by PATH, and a program of it. */
export type Tool = "one" | "two"
export type Program = "avr-gcc" | "avr-g++" | "as"

/** A change before a build. One that cannot be made, as its file is not there, changes nothing. */
export type Edit =
  | { readonly do: "write"; readonly path: string; readonly text: string; readonly time: Time }
  | { readonly do: "touch"; readonly path: string; readonly time: "now" | "old" }
  | { readonly do: "remove"; readonly path: string }
  | { readonly do: "rename"; readonly from: string; readonly to: string }
  | { readonly do: "ini"; readonly ini: Ini }
  /** Of the core, which lies outside of the project. */
  | { readonly do: "core"; readonly path: string; readonly text: string | undefined; readonly time: Time }
  /** Replaces a program of a compiler; `variant` says by which. */
  | {
    readonly do: "tool"
    readonly tool: Tool
    readonly program: Program
    readonly variant: number
    readonly time: Time
  }
  | { readonly do: "path"; readonly tool: Tool }
  /** A variable of who calls. No compiler must see `CPATH`. */
  | { readonly do: "variable"; readonly name: Variable; readonly value: string }

/** Which file (all numbers are fractions: of the kinds that there are, of the files of the kind, of the bytes), and how. */
export interface Damage {
  readonly where: "home" | "outputs"
  readonly kind: number
  readonly file: number
  readonly byte: number
  readonly how: "remove" | "empty" | "truncate" | "zero" | "flip" | "digit"
}

/** Something that happens between two builds. `afterMs` is from the start of the build that is disturbed. */
export type Step =
  | { readonly do: "edit"; readonly edits: ReadonlyArray<Edit> }
  | { readonly do: "clean"; readonly how: "command" | "flag" | "folder" }
  /** Edits, and a build with `--no-cache`. */
  | { readonly do: "uncached"; readonly edits: ReadonlyArray<Edit> }
  /** Edits, and a build that does not come to its end. */
  | {
    readonly do: "interrupt"
    readonly edits: ReadonlyArray<Edit>
    readonly signal: "SIGINT" | "SIGTERM" | "SIGKILL"
    /** Of no meaning where there is no daemon. */
    readonly whom: "launcher" | "daemon"
    readonly afterMs: number
  }
  /** Edits, a build, and more edits while it runs. */
  | {
    readonly do: "race"
    readonly edits: ReadonlyArray<Edit>
    readonly afterMs: number
    readonly meanwhile: ReadonlyArray<Edit>
  }
  /** Edits, and two builds at once: of both checkouts, or (always, where there is one) of this one. */
  | { readonly do: "together"; readonly edits: ReadonlyArray<Edit>; readonly where: "both" | "here" }
  | { readonly do: "damage"; readonly damage: ReadonlyArray<Damage> }
  /** The project folder gets another name. */
  | { readonly do: "move" }
  /** A second checkout of the same home, with or without the outputs, which is then worked in. */
  | { readonly do: "copy"; readonly outputs: boolean }
  /** Works in the other checkout, if there is one. */
  | { readonly do: "switch" }

export interface Script {
  /** Whether a daemon builds. */
  readonly daemon: boolean
  readonly files: Files
  readonly ini: Ini
  readonly steps: ReadonlyArray<Step>
}
