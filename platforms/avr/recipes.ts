/** Recipes for an AVR without a framework, in the form of `platform.txt`. Reasons and sources: NOTES.md. */
export const recipes = String.raw`
name=Bare AVR
build.core=none
compiler.prefix={runtime.tools.avr-gcc.path}/bin/avr-
compiler.warning_flags=-Wall
compiler.warning_flags.none=-w
compiler.warning_flags.default=-Wall
compiler.flags=-c -g -Os {compiler.warning_flags} -ffunction-sections -fdata-sections -MMD -flto -mmcu={build.mcu} {build.f_cpu_flags}

recipe.c.o.pattern="{compiler.prefix}gcc" {compiler.flags} -std=gnu11 -fno-fat-lto-objects {includes} "{source_file}" -o "{object_file}"
recipe.cpp.o.pattern="{compiler.prefix}g++" {compiler.flags} -std=gnu++11 -fno-exceptions -fno-threadsafe-statics -fpermissive -Wno-error=narrowing {includes} "{source_file}" -o "{object_file}"
recipe.S.o.pattern="{compiler.prefix}gcc" -c -g -MMD -x assembler-with-cpp -mmcu={build.mcu} {build.f_cpu_flags} {includes} "{source_file}" -o "{object_file}"
recipe.ar.pattern="{compiler.prefix}gcc-ar" rcs "{archive_file_path}" "{object_file}"
recipe.c.combine.pattern="{compiler.prefix}gcc" -Os -g -mmcu={build.mcu} {build.ldscript_flags} -flto -fuse-linker-plugin -Wl,--gc-sections -o "{build.path}/{build.project_name}.elf" {object_files} -lm

recipe.objcopy.eep.pattern="{compiler.prefix}objcopy" -O ihex -j .eeprom --set-section-flags=.eeprom=alloc,load --no-change-warnings --change-section-lma .eeprom=0 "{build.path}/{build.project_name}.elf" "{build.path}/{build.project_name}.eep"
recipe.objcopy.hex.pattern="{compiler.prefix}objcopy" -O ihex -R .eeprom "{build.path}/{build.project_name}.elf" "{build.path}/{build.project_name}.hex"

recipe.size.pattern="{compiler.prefix}size" -A "{build.path}/{build.project_name}.elf"
recipe.size.regex=^(?:\.text|\.data|\.bootloader)\s+([0-9]+).*
recipe.size.regex.data=^(?:\.data|\.bss|\.noinit)\s+([0-9]+).*
recipe.size.regex.eeprom=^(?:\.eeprom)\s+([0-9]+).*
`
