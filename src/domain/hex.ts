/** A number as errors and reports tell addresses: `0x1f`, `-0x1f`. */
export const hex = (value: number): string => `${value < 0 ? "-" : ""}0x${Math.abs(value).toString(16)}`
