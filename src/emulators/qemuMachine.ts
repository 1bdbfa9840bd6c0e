/** Where the flash of a microcontroller is: the lowest address that a program for it is loaded to. */
const stFlash = 0x0800_0000

/**
 * The machine of `qemu-system-arm` that has the core and the memory of an MCU, by its name (`build.mcu`: `stm32f103c8`, `cortex-m4`).
 * Without the load address of a program, the first one that may be right; `undefined`: none is. A Cortex-M3 runs what is for
 * a Cortex-M0. Peripherals are those of the machine: a program reaches the outside by semihosting.
 * Source: QEMU 7.2 documentation, "System Emulator Targets", "Arm"; the memory maps in hw/arm of its source.
 */
export const qemuMachine = (mcu: string, loadAddress?: number): string | undefined =>
  rules.find(([names, start]) =>
    names.test(mcu.toLowerCase()) &&
    (loadAddress === undefined || (loadAddress >= start && loadAddress - start < mebibyte))
  )?.[2]

const mebibyte = 0x10_0000

const rules: ReadonlyArray<readonly [mcu: RegExp, flash: number, machine: string]> = [
  [/^nrf51/, 0, "microbit"],
  [/^lm3s6965/, 0, "lm3s6965evb"],
  [/^lm3s811/, 0, "lm3s811evb"],
  [/^stm32f100/, stFlash, "stm32vldiscovery"],
  [/^stm32(?:c0|f0|f1|f2|g0|l0|l1)|^cortex-?m[013](?!3)/, stFlash, "netduino2"],
  [/^stm32(?:f3|f4|g4|l4)|^cortex-?m4/, stFlash, "netduinoplus2"],
  [/^cortex-?m[013](?!3)|^(?:at)?sam[cdl]\d/, 0, "mps2-an385"],
  [/^cortex-?m4|^nrf52/, 0, "mps2-an386"],
  [/^cortex-?m7/, 0, "mps2-an500"],
  [/^cortex-?m33/, 0x1000_0000, "mps2-an505"]
]
