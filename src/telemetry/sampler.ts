/** Whether a trace is exported. Source: OpenTelemetry SDK environment variables, `OTEL_TRACES_SAMPLER`. */
export type Sampler = (trace: {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** What the parent said; `undefined` without one. */
  readonly parent: boolean | undefined
}) => boolean

/** The sampler of a name; `undefined` for names of none. The ratio, from 0 to 1, is for those that have one. */
export const samplerOf = (name: string, ratio: number): Sampler | undefined => {
  const [, based, root = ""] = /^(parentbased_)?(.*)$/.exec(name) ?? []
  const own = rootSampler(root, ratio)
  if (own === undefined) return undefined
  return based === undefined ? own : (trace) => trace.parent ?? own(trace)
}

/** What `OTEL_TRACES_SAMPLER_ARG` says, 1 when it says nothing; `undefined` when it is no number from 0 to 1. */
export const ratioOf = (argument: string | undefined): number | undefined => {
  const ratio = argument === undefined ? 1 : Number(argument)
  return ratio >= 0 && ratio <= 1 ? ratio : undefined
}

/** What is used when nothing is asked for. */
export const defaultSampler: Sampler = ({ parent }) => parent ?? true

const rootSampler = (name: string, ratio: number): Sampler | undefined => {
  switch (name) {
    case "always_on":
      return () => true
    case "always_off":
      return () => false
    case "traceidratio": {
      // The last 56 bits decide, which are random in every id.
      const bound = BigInt(Math.round(ratio * 2 ** 56))
      return ({ traceId }) => BigInt(`0x${traceId.slice(-14)}`) < bound
    }
    default:
      return undefined
  }
}
