/** Put in by the bundler: a digest of all files of `dist/`. */
declare const FBUILD_BUILD_ID: string

/** Which build of fbuild this is. */
export const buildId: string = typeof FBUILD_BUILD_ID === "undefined" ? "source" : FBUILD_BUILD_ID
