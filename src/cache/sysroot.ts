/** What stands for the sysroot in front of a folder. Source: GCC manual, "Directory Options"; GNU ld manual, `-L`, `SEARCH_DIR`. */
export const sysrootMark = /^(?:=|\$SYSROOT)/

/** A folder without that. */
export const belowSysroot = (folder: string): string => folder.replace(sysrootMark, "")
