import * as Schema from "effect/Schema"
import { type BuildRecord, type RecordedAction, workOf } from "./BuildRecord.ts"

const Side = Schema.Struct({ outcome: Schema.String, ms: Schema.Finite })

/** What two builds took. Times in ms; a difference above 0 is what the second one took longer. */
export const ProfileDiff = Schema.Struct({
  beforeMs: Schema.Finite,
  afterMs: Schema.Finite,
  differenceMs: Schema.Finite,
  /** Those that differ most, first. An absent side was up to date, or not part of that build. */
  actions: Schema.Array(Schema.Struct({
    environment: Schema.String,
    mnemonic: Schema.String,
    path: Schema.String,
    before: Schema.optionalKey(Side),
    after: Schema.optionalKey(Side),
    differenceMs: Schema.Finite
  })),
  phases: Schema.Array(Schema.Struct({
    name: Schema.String,
    beforeMs: Schema.Finite,
    afterMs: Schema.Finite,
    differenceMs: Schema.Finite
  }))
})
export type ProfileDiff = typeof ProfileDiff.Type

/** Compares two builds action by action; the same action is the one with the same output in the same environment. */
export const diffProfiles = (before: BuildRecord, after: BuildRecord): ProfileDiff => {
  const [old, fresh] = [actionsOf(before), actionsOf(after)]
  const actions = [...new Set([...old.keys(), ...fresh.keys()])].map((key) => {
    const [one, other] = [old.get(key), fresh.get(key)]
    const { action: { mnemonic, path }, environment } = (other ?? one)!
    return {
      environment,
      mnemonic,
      path,
      ...(one === undefined ? {} : { before: sideOf(one.action) }),
      ...(other === undefined ? {} : { after: sideOf(other.action) }),
      differenceMs: (workOr0(other?.action) - workOr0(one?.action)) / 1000
    }
  })
  const [oldPhases, freshPhases] = [phasesOf(before), phasesOf(after)]
  const phases = [...new Set([...oldPhases.keys(), ...freshPhases.keys()])].map((name) => {
    const [beforeMs, afterMs] = [(oldPhases.get(name) ?? 0) / 1000, (freshPhases.get(name) ?? 0) / 1000]
    return { name, beforeMs, afterMs, differenceMs: afterMs - beforeMs }
  })
  return {
    beforeMs: before.duration / 1000,
    afterMs: after.duration / 1000,
    differenceMs: (after.duration - before.duration) / 1000,
    actions: actions.toSorted(byDifference),
    phases: phases.toSorted(byDifference)
  }
}

interface Differs {
  readonly differenceMs: number
}

const byDifference = (a: Differs, b: Differs) => Math.abs(b.differenceMs) - Math.abs(a.differenceMs)

const actionsOf = ({ actions, environments }: BuildRecord) =>
  new Map(actions.map((action) => {
    const environment = environments[action.environment]?.name ?? ""
    return [`${environment}\0${action.id}`, { action, environment }] as const
  }))

const workOr0 = (action: RecordedAction | undefined): number => action === undefined ? 0 : workOf(action)

const sideOf = (action: RecordedAction): typeof Side.Type => ({ outcome: action.outcome, ms: workOf(action) / 1000 })

/** Time of each part of the request, µs, over all environments. */
const phasesOf = ({ phases }: BuildRecord): ReadonlyMap<string, number> => {
  const times = new Map<string, number>()
  for (const { end, name, start } of phases) times.set(name, (times.get(name) ?? 0) + end - start)
  return times
}
