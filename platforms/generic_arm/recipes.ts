/** Recipes for a Cortex-M without a framework, in the form of `platform.txt`. Reasons and sources: NOTES.md. */
export const recipes = String.raw`
name=Bare Cortex-M
build.core=none
build.cpu_flags=
compiler.prefix={runtime.tools.arm-none-eabi-gcc.path}/bin/arm-none-eabi-
compiler.warning_flags=-Wall
compiler.warning_flags.none=-w
compiler.warning_flags.default=-Wall
compiler.optimization_flags=-Os
compiler.optimization_flags.release=-Os
compiler.optimization_flags.debug=-Os
compiler.flags=-c {build.cpu_flags} {compiler.optimization_flags} -g {compiler.warning_flags} -ffunction-sections -fdata-sections -MMD {build.f_cpu_flags}
compiler.libraries=--specs=nano.specs --specs=nosys.specs

recipe.c.o.pattern="{compiler.prefix}gcc" {compiler.flags} -std=gnu17 {includes} "{source_file}" -o "{object_file}"
recipe.cpp.o.pattern="{compiler.prefix}g++" {compiler.flags} -std=gnu++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics {includes} "{source_file}" -o "{object_file}"
recipe.S.o.pattern="{compiler.prefix}gcc" -c {build.cpu_flags} -g -MMD {build.f_cpu_flags} -x assembler-with-cpp {includes} "{source_file}" -o "{object_file}"
recipe.ar.pattern="{compiler.prefix}ar" rcs "{archive_file_path}" "{object_file}"
recipe.c.combine.pattern="{compiler.prefix}gcc" {build.cpu_flags} {compiler.optimization_flags} -g -nostartfiles {compiler.libraries} {build.ldscript_flags} -Wl,--gc-sections -o "{build.path}/{build.project_name}.elf" {object_files} -lm

recipe.objcopy.bin.pattern="{compiler.prefix}objcopy" -O binary "{build.path}/{build.project_name}.elf" "{build.path}/{build.project_name}.bin"
recipe.objcopy.hex.pattern="{compiler.prefix}objcopy" -O ihex "{build.path}/{build.project_name}.elf" "{build.path}/{build.project_name}.hex"

recipe.size.pattern="{compiler.prefix}size" -A "{build.path}/{build.project_name}.elf"
recipe.size.regex=^(?:\.isr_vector|\.vectors|\.text|\.rodata|\.data|\.preinit_array|\.init_array|\.fini_array|\.ARM\.extab|\.ARM\.exidx|\.ARM)\s+([0-9]+).*
recipe.size.regex.data=^(?:\.data|\.bss|\.noinit)\s+([0-9]+).*
`
