import { joinPath } from "../domain/paths.ts"

/** What `platform =` points at. */
export type PlatformReference =
  /** A core's own folder. */
  | { readonly _tag: "Folder"; readonly path: string }
  /** A core of an Arduino `hardware` folder, as Arduino's tools name it. */
  | { readonly _tag: "Installed"; readonly vendor: string; readonly architecture: string }
  /** A platform by PlatformIO's name; if there is none of that name, it may be a folder of the project. */
  | { readonly _tag: "Named"; readonly name: string; readonly folder: string }

/**
 * Reads the value of `platform =`: `symlink://P`, `file://P`, `/…`, `./…`, `../…`, `~/…` (of `userHome`), `vendor:architecture`,
 * `owner/name@version`, the URL of a PlatformIO platform's repository or archive. Paths come out absolute, without `..`.
 * Source: PlatformIO documentation, "platform"; Arduino platform specification, "Hardware Folders structure".
 */
export const platformReference = (
  text: string,
  projectDir: string,
  userHome: string | undefined
): PlatformReference => {
  const written = text.trim()
  const local = /^(?:symlink|file):\/\/(.+)$/s.exec(written)?.[1] ??
    (/^(?:\/|~\/|\.{1,2}(?:\/|$))/.test(written) ? written : undefined)
  if (local !== undefined) {
    return { _tag: "Folder", path: joinPath(projectDir, local.replace(/^~(?=\/)/, userHome ?? "~")) }
  }
  const [, vendor, architecture] = /^([\w.-]+):([\w.-]+)$/.exec(written) ?? []
  if (vendor !== undefined && architecture !== undefined) return { _tag: "Installed", vendor, architecture }
  return { _tag: "Named", name: nameOf(written), folder: joinPath(projectDir, written) }
}

/**
 * Vendor and architecture of a core by the place of its folder: `hardware/<vendor>/<architecture>`,
 * `packages/<vendor>/hardware/<architecture>/<version>`; elsewhere the names of the folder, of which `ArduinoCore-` is no part,
 * and of the one above. Source: Arduino platform specification, "Hardware Folders structure".
 */
export const coreNames = (path: string): { readonly vendor: string; readonly architecture: string } => {
  const [, packager, managed] = /\/([^/]+)\/hardware\/([^/]+)\/\d[^/]*$/.exec(path) ?? []
  if (packager !== undefined && managed !== undefined) return { vendor: packager, architecture: managed }
  const [folder = "", above = ""] = path.split("/").filter((part) => part !== "").toReversed()
  return { vendor: above || "unknown", architecture: folder.replace(/^ArduinoCore-(?=.)/i, "") || "unknown" }
}

/** `https://github.com/platformio/platform-atmelavr.git#v5` and `platformio/atmelavr @ ^5` → `atmelavr`. */
const nameOf = (written: string): string => {
  const url = /^(?:git\+)?\w+:\/\//.test(written)
  const plain = url
    ? /\/platform-([\w-]+?)(?:\.git|\.zip|\.tar\.gz)?(?:[/#?@]|$)/.exec(written)?.[1] ?? written
    : written.replace(/@.*$/s, "").trim().replace(/^.*\//, "")
  return plain.toLowerCase()
}
