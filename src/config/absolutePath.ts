/** `path`, taken relative to `folder` unless it is absolute (`/x`, `C:/x`, `C:\x`). */
export const absolutePath = (folder: string, path: string): string =>
  /^([A-Za-z]:)?[\\/]/.test(path) ? path : `${folder}/${path}`
