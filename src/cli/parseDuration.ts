import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

const units: Readonly<Record<string, (value: number) => Duration.Duration>> = {
  ms: Duration.millis,
  s: Duration.seconds,
  m: Duration.minutes,
  h: Duration.hours
}

/** Reads `500ms`, `30s`, `2m`, `1.5h`; a number alone counts seconds. */
export const parseDuration = (text: string): Option.Option<Duration.Duration> => {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text.trim()) ?? []
  const make = units[unit]
  return number === undefined || make === undefined ? Option.none() : Option.some(make(Number(number)))
}
