import { splitList } from "./lists.ts"
import type { IniEntry } from "./parseIni.ts"
import { PackageIgnored } from "./ProjectConfig.ts"

/**
 * One warning for each item of `platform_packages` that is no local folder: a name or a version in PlatformIO's registry,
 * an archive, a repository. `items` are those of one environment, references replaced; `entry` is where they were written.
 */
export const ignoredPackages = (
  items: ReadonlyArray<string>,
  entry: IniEntry
): ReadonlyArray<PackageIgnored> =>
  items.filter((item) => folderIn(item) === undefined).map((spec) => {
    const name = nameIn(spec)
    const folder = name && items.findLast((item) => folderIn(item) !== undefined && nameIn(item) === name)
    return new PackageIgnored({
      path: entry.path,
      line: lineOf(spec, entry),
      spec,
      ...(name === undefined ? {} : { package: name }),
      ...(folder === undefined ? {} : { folder: folderIn(folder)! })
    })
  })

/**
 * What stands for a folder in an item: `name@file://…`, `name@symlink://…`, `name@/…`, `name@./…`. Source: PlatformIO
 * documentation, "Package Specifications".
 */
const folderIn = (item: string): string | undefined =>
  /^(?:[\w.-]+\/)?[\w.-]+\s*[@=]\s*((?:file|symlink):\/\/.+|\/.*|\.{1,2}(?:\/.*)?)$/s.exec(item)?.[1]

/** `name` of `owner/name @ version`; nothing of a URL. */
const nameIn = (item: string): string | undefined => /^(?:[\w.-]+\/)?([\w.-]+)\s*(?:[@=]|$)/.exec(item)?.[1]

/** The line on which an item stands; that of the key, where it came from elsewhere by a reference. */
const lineOf = (item: string, entry: IniEntry): number => {
  const index = entry.value.split("\n").findIndex((line) => splitList(line).includes(item))
  return entry.valueLines[index] ?? entry.line
}
