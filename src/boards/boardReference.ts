/**
 * `board =` as a core's own files have it: of a name as Arduino's tools write it, `arduino:avr:nano:cpu=atmega168`, what is behind vendor and
 * architecture, where the architecture is this one. Source: Arduino platform specification, "FQBN".
 */
export const boardReference = (written: string, architecture: string): string => {
  const [, named, rest] = /^[\w.-]+:([\w.-]+):([\w.-]+(?::.*)?)$/s.exec(written) ?? []
  return rest !== undefined && named === architecture ? rest : written
}
