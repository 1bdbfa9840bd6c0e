import * as Context from "effect/Context"
import * as Hex from "effect/encoding/Hex"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"

type Options = Parameters<Tracer.Tracer["span"]>[0]

/** A span of a request's trace: data, told to `ended` when it has ended. */
export class TraceSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly annotations: Context.Context<never>
  readonly links: Array<Tracer.SpanLink>
  readonly sampled: boolean
  readonly kind: Tracer.SpanKind
  readonly attributes = new Map<string, unknown>()
  readonly events: Array<readonly [name: string, time: bigint, attributes: Record<string, unknown>]> = []
  status: Tracer.SpanStatus
  private readonly ended: (span: TraceSpan) => void

  constructor(options: Options, traceId: string, ended: (span: TraceSpan) => void) {
    this.name = options.name
    this.traceId = traceId
    this.spanId = Hex.random(16)
    this.parent = options.parent
    this.annotations = options.annotations
    this.links = options.links
    this.sampled = options.sampled
    this.kind = options.kind
    this.status = { _tag: "Started", startTime: options.startTime }
    this.ended = ended
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
    this.ended(this)
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }

  event(name: string, startTime: bigint, attributes: Record<string, unknown> = {}): void {
    this.events.push([name, startTime, attributes])
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    for (const link of links) this.links.push(link)
  }
}

/** What is common to spans that are made apart from any fiber. */
export const childOptions = (name: string, parent: Tracer.AnySpan, startTime: bigint): Options => ({
  name,
  parent: Option.some(parent),
  annotations: Context.empty(),
  links: [],
  startTime,
  kind: "internal",
  root: false,
  sampled: parent.sampled
})
