/** Where something is written, as errors begin: `platformio.ini:3`, or the file alone where no line is known. */
export const placeText = ({ line, path }: { readonly path: string; readonly line?: number | undefined }): string =>
  line === undefined ? path : `${path}:${line}`
