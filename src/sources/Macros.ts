/** What is known of a macro: its text, `false` that it is not defined, `undefined` that we cannot tell. */
export type Macro = string | false | undefined

/** What is known of macros before a file is read: the compiler's command line. All others can be either. */
export interface KnownMacros {
  readonly defined: ReadonlyMap<string, string | number>
  readonly knownUndefined?: ReadonlySet<string>
}

/**
 * The macros as a file changes them. A change under a condition that cannot be evaluated holds to the end of its branch;
 * from there on the macro is unknown.
 */
export class MacroTable {
  private readonly known: KnownMacros
  private readonly changed = new Map<string, Macro>()

  constructor(known: KnownMacros) {
    this.known = known
  }

  get(name: string): Macro {
    if (this.changed.has(name)) return this.changed.get(name)
    const text = this.known.defined.get(name)
    if (text !== undefined) return String(text)
    return this.known.knownUndefined?.has(name) === true ? false : undefined
  }

  /** `branch`, where given, collects what must be forgotten when it ends. */
  set(name: string, macro: Macro, branch: Set<string> | undefined): void {
    this.changed.set(name, macro)
    branch?.add(name)
  }

  /** Makes every macro that a branch changed unknown. */
  forget(branch: Set<string>): void {
    for (const name of branch) this.changed.set(name, undefined)
    branch.clear()
  }
}
