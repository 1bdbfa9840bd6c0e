/*
 * What a preprocessor sees of a text. Source: C standard, "Translation phases"; GCC's preprocessor manual, "Initial
 * processing".
 */

/** Lines that a backslash parts are one, wherever it is; GCC does not mind blanks behind it. Trigraphs count, as with `-std=c11`. */
export const joinLines = (text: string): string => text.replaceAll(/(?:\\|\?\?\/)[ \t\v\f\0]*\r?\n/g, "")

/** With joined lines, blanks in place of comments, and `#` however it is spelled. What is between quotes stays. */
export const plainText = (text: string): string =>
  joinLines(text).replaceAll(
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[^]*?\*\/|\/\/[^\n]*|\?\?=|%:/g,
    (part) => part.startsWith("/") ? " " : part === "??=" || part === "%:" ? "#" : part
  )
