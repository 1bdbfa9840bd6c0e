/** Milliseconds as people are told of waiting and of ages: `12.3 s`. */
export const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`

/** No build takes longer, ms. */
export const longestBuildMillis = 24 * 60 * 60 * 1000
