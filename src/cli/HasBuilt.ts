import * as Context from "effect/Context"

/** Is told when a build has run commands: what V8 has compiled of fbuild by then is what builds need. */
export const HasBuilt = Context.Reference<() => void>("fbuild/cli/HasBuilt", { defaultValue: () => () => {} })
