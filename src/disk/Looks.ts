import * as Context from "effect/Context"

/**
 * What a request has seen before it runs anything: how files and folders look is asked once, whoever asks, and what they
 * decide is about one moment.
 */
export interface Looks {
  /** How it looks, by kind and path: see `sightLine`. */
  readonly seen: Map<string, string>
  /** Paths of files that did not look as somebody knew them. */
  readonly changed: Set<string>
  /** Whether nothing has run yet. */
  isOpen: boolean
}

/** Nobody shares what was seen by default. */
export const Looks = Context.Reference<Looks | undefined>("fbuild/disk/Looks", { defaultValue: () => undefined })

export const makeLooks = (): Looks => ({ seen: new Map(), changed: new Set(), isOpen: true })

/** From now on all may look otherwise. */
export const closeLooks = (looks: Looks): void => {
  looks.isOpen = false
  looks.seen.clear()
}
