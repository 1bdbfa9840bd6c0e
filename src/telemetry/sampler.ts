/** Whether a trace is exported. Source: OpenTelemetry SDK environment variables, `OTEL_TRACES_SAMPLER`. */
export type Sampler = (trace: {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** What the parent said; `undefined` without one. */
  readonly parent: boolean | undefined
}) => boolean

/** The sampler of a name and its argument; `undefined` for names and arguments that are none. */
export const samplerOf = (name: string, argument: string | undefined): Sampler | undefined => {
  const [, based, root = ""] = /^(parentbased_)?(.*)$/.exec(name) ?? []
  const own = rootSampler(root, argument)
  if (own === undefined) return undefined
  return based === undefined ? own : (trace) => trace.parent ?? own(trace)
}

/** What is used when nothing is asked for. */
export const defaultSampler: Sampler = ({ parent }) => parent ?? true

const rootSampler = (name: string, argument: string | undefined): Sampler | undefined => {
  switch (name) {
    case "always_on":
      return () => true
    case "always_off":
      return () => false
    case "traceidratio": {
      const ratio = argument === undefined || argument === "" ? 1 : Number(argument)
      if (!(ratio >= 0 && ratio <= 1)) return undefined
      // The last 56 bits decide, so that every participant comes to the same conclusion.
      return ({ traceId }) => BigInt(`0x${traceId.slice(-14)}`) < BigInt(ratio * 2 ** 56)
    }
    default:
      return undefined
  }
}
