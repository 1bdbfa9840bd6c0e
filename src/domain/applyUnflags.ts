import { type FlagOption, flagOptions } from "./flagOptions.ts"

/**
 * The arguments without those that `unflags` (from `build_unflags`, split) takes away. An option matches whether its
 * value is joined or stands apart. `-DX` takes away every definition of X, `-DX=1` only that one (PlatformIO takes
 * away every definition in both cases: platformio-core issue 4309). `build_flags` are among what can be taken away.
 *
 * Source: PlatformIO documentation, "build_unflags".
 */
export const applyUnflags = (argv: ReadonlyArray<string>, unflags: ReadonlyArray<string>): ReadonlyArray<string> => {
  const removed = new Set(flagOptions(unflags).map(identity))
  if (removed.size === 0) return argv
  return flagOptions(argv)
    .filter((option) => !removed.has(identity(option)) && !removed.has(identity(withoutDefinition(option))))
    .flatMap((option) => option.tokens)
}

const identity = ({ name, value }: FlagOption) => value === undefined ? name : `${name} ${value}`

const withoutDefinition = (option: FlagOption): FlagOption =>
  option.name === "-D" && option.value !== undefined
    ? { ...option, value: option.value.replace(/[=(][^]*$/, "") }
    : option
