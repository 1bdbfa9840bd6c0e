/**
 * Whether a path is one of those in a build folder (absolute) that fbuild keeps for itself: what stands there decides how
 * much there is to do, never what comes out.
 */
export const isOurs = (buildDir: string, path: string): boolean =>
  path.startsWith(`${buildDir}/`) &&
  /^(?:\.clock|\.stage|state\.json|why\.json)(?:\/|$)/.test(path.slice(buildDir.length + 1))
