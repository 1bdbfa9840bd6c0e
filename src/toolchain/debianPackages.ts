/**
 * Debian's packages of a program that cores call, for hints; none where it is not known. Source: packages.debian.org, "Search the
 * contents of packages", Debian 12.
 */
export const debianPackagesOf = (program: string): ReadonlyArray<string> =>
  table.find(([start]) => program.startsWith(start))?.[1] ?? []

/** By the start of the program's name. */
const table: ReadonlyArray<readonly [start: string, packages: ReadonlyArray<string>]> = [
  ["avr-", ["gcc-avr", "binutils-avr", "avr-libc"]],
  ["arm-none-eabi-", ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "libstdc++-arm-none-eabi-newlib"]],
  ["riscv64-unknown-elf-", ["gcc-riscv64-unknown-elf", "picolibc-riscv64-unknown-elf"]],
  ["xtensa-lx106-elf-", ["gcc-xtensa-lx106", "picolibc-xtensa-lx106-elf"]],
  ["avrdude", ["avrdude"]],
  ["python3", ["python3"]],
  ["python", ["python-is-python3"]],
  ["bash", ["bash"]],
  ["perl", ["perl"]],
  ["openssl", ["openssl"]],
  ["dfu-", ["dfu-util"]],
  ["srec_", ["srecord"]]
]
