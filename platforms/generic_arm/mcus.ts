import type { McuRule } from "../../src/plan/PlatformSpec.ts"

const none = "soft"
const single4 = "hard -mfpu=fpv4-sp-d16"
const single5 = "hard -mfpu=fpv5-sp-d16"
const double5 = "hard -mfpu=fpv5-d16"

const rule = (pattern: string, cpu: string, float = none): McuRule => ({
  pattern: `^(?:${pattern})`,
  properties: { "build.cpu_flags": `-mcpu=${cpu} -mthumb -mfloat-abi=${float}` }
})

/**
 * CPU and float ABI by the name of an MCU, the first that matches. Sources: the first pages of the vendors' data sheets; GCC manual,
 * "ARM Options". A CPU's own name (`cortex-m4f`) will do for an MCU.
 */
export const mcus: ReadonlyArray<McuRule> = [
  rule("cortex-?m0$", "cortex-m0"),
  rule("cortex-?m0(?:plus|\\+)", "cortex-m0plus"),
  rule("cortex-?m1$", "cortex-m1"),
  rule("cortex-?m3$", "cortex-m3"),
  rule("cortex-?m4$", "cortex-m4"),
  rule("cortex-?m4f", "cortex-m4", single4),
  rule("cortex-?m7$", "cortex-m7", double5),
  rule("cortex-?m23", "cortex-m23"),
  rule("cortex-?m33", "cortex-m33", single5),

  rule("stm32f0", "cortex-m0"),
  rule("stm32(?:c0|g0|l0|u0)", "cortex-m0plus"),
  rule("stm32(?:f1|f2|l1)", "cortex-m3"),
  rule("stm32wl", "cortex-m4"),
  rule("stm32(?:f3|f4|g4|l4|wb[0-9])", "cortex-m4", single4),
  rule("stm32f7[2345]", "cortex-m7", single5),
  rule("stm32(?:f7|h7)", "cortex-m7", double5),
  rule("stm32(?:h5|l5|u5|wba)", "cortex-m33", single5),
  rule("gd32f1", "cortex-m3"),
  rule("gd32f[34]", "cortex-m4", single4),

  rule("nrf51", "cortex-m0"),
  rule("nrf528(?:05|10|11)", "cortex-m4"),
  rule("nrf52", "cortex-m4", single4),
  rule("nrf(?:53|91)", "cortex-m33", single5),

  rule("(?:at)?sam(?:c|d0|d1|d2|l1?[0-9]|r2)", "cortex-m0plus"),
  rule("(?:at)?sam(?:d5|e5)", "cortex-m4", single4),
  rule("(?:at)?sam3", "cortex-m3"),
  rule("(?:at)?sam4[ns]", "cortex-m4"),
  rule("(?:at)?sam(?:e7|s7|v7)", "cortex-m7", double5),

  rule("rp2040", "cortex-m0plus"),
  rule("rp235", "cortex-m33", single5),
  rule("lpc8", "cortex-m0plus"),
  rule("lpc11", "cortex-m0"),
  rule("lpc1[78]", "cortex-m3"),
  rule("lpc4", "cortex-m4", single4),
  rule("mimxrt10|imxrt10", "cortex-m7", double5),
  rule("mkl", "cortex-m0plus"),
  rule("mk20dx", "cortex-m4"),
  rule("mk6[46]", "cortex-m4", single4),
  rule("lm3s", "cortex-m3"),
  rule("lm4f|tm4c|msp432p|ama3b|r7fa4m1|ra4m1", "cortex-m4", single4)
]
