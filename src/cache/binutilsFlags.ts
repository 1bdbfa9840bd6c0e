import { type Family, type FlagTable, row } from "./flagTable.ts"

/**
 * GNU `ld`. Its long options may have one dash as well; they are written with two here. Source: GNU ld manual 2.42,
 * "Command-line Options", and `ld --help` of the AVR, ARM, RISC-V and Xtensa ports.
 */
const ldFlags: FlagTable = [
  row("output", "long", "--Map --dependency-file --out-implib"),
  row("file", "long", "--script --default-script --version-script --dynamic-list --export-dynamic-symbol-list"),
  row("file", "long", "--just-symbols --retain-symbols-file --section-ordering-file --mri-script --in-implib"),
  row("file", "next", "-dT -c"),
  row("folder", "long", "--library-path --sysroot"),
  row("uncacheable", "optional", "--build-id", { value: /^uuid$/, why: "is random" }),
  row("untold", "long", "--plugin --plugin-opt --error-handling-script", { why: "runs code that nobody knows" }),
  row("hashed", "optional", "--build-id --demangle --unique --sort-common --split-by-file --split-by-reloc --verbose"),
  row("hashed", "optional", "--compress-debug-sections --stub-group-size --fix-cortex-a53-843419 --package-metadata"),
  row("hashed", "long", "--defsym --entry --undefined --require-defined --wrap --section-start --section-alignment"),
  row(
    "hashed",
    "long",
    "--library --format --oformat --architecture --orphan-handling --unresolved-symbols --sort-section"
  ),
  row(
    "hashed",
    "long",
    "--soname --rpath --rpath-link --dynamic-linker --hash-style --hash-size --gpsize --init --fini"
  ),
  row("hashed", "long", "--Ttext --Tdata --Tbss --Ttext-segment --Trodata-segment --Tldata-segment --image-base"),
  row("hashed", "long", "--ignore-unresolved-symbol --trace-symbol --export-dynamic-symbol --pmem-wrap-around"),
  row("hashed", "long", "--max-cache-size --spare-dynamic-tags --vfp11-denorm-fix --target1 --target2"),
  row(
    "hashed",
    "exact",
    "--gc-sections --whole-archive --start-group --end-group --as-needed --add-needed --cref --relax"
  ),
  row(
    "hashed",
    "exact",
    "--push-state --pop-state --export-dynamic --emit-relocs --relocatable --check-sections --trace"
  ),
  row("hashed", "exact", "--strip-all --strip-debug --strip-discarded --discard-all --discard-locals --discard-none"),
  row(
    "hashed",
    "exact",
    "--nmagic --omagic --noinhibit-exec --eh-frame-hdr --ld-generated-unwind-info --fatal-warnings"
  ),
  row("hashed", "exact", "--allow-multiple-definition --allow-shlib-undefined --accept-unknown-input-arch"),
  row(
    "hashed",
    "exact",
    "--copy-dt-needed-entries --error-unresolved-symbols --warn-unresolved-symbols --force-exe-suffix"
  ),
  row(
    "hashed",
    "exact",
    "--dynamic-list-data --enable-non-contiguous-regions --enable-non-contiguous-regions-warnings"
  ),
  row(
    "hashed",
    "exact",
    "--reduce-memory-overheads --embedded-relocs --traditional-format --use-blx --be8 --pic-veneer"
  ),
  row("hashed", "exact", "--cmse-implib --merge-exidx-entries --long-plt --pie --pic-executable --shared --static"),
  row("hashed", "exact", "--Bstatic --Bdynamic --Bsymbolic --Bsymbolic-functions --Bshareable --nostdlib --version"),
  row("hashed", "exact", "--text-section-literals --abi-windowed --abi-call0 --size-opt --relax-gp --discard-sframe"),
  row("hashed", "prefix", "--no- --fix- --warn- --print-"),
  row("hashed", "exact", "-( -) -E -EB -EL -M -N -S -Ur -V -X -d -dc -dp -dn -dy -g -i -n -q -r -s -t -v -x"),
  row("file", "joined", "-T -R"),
  row("folder", "joined", "-L"),
  row("hashed", "joined", "-A -G -O -b -e -h -l -m -u -y -z")
]

/**
 * GNU `as`, by itself and behind `-Wa,`. Its `-I` would also decide what `.incbin` finds. Source: GNU as manual,
 * "Command-Line Options", and the machine dependent ones of AVR, ARM, RISC-V and Xtensa.
 */
const asFlags: FlagTable = [
  row("uncacheable", "prefix", "-a", { value: /=/, why: "writes a listing" }),
  row("uncacheable", "joined", "-I", { why: "looks for files where nobody else would know to look" }),
  row("uncacheable", "exact", "--statistics", { why: "measures this run" }),
  row("output", "long", "--MD"),
  row("output", "joined", "-o"),
  row("hashed", "long", "--defsym --debug-prefix-map --listing-lhs-width --listing-rhs-width --size-check --hash-size"),
  row("hashed", "exact", "--alternate --execstack --noexecstack --sectname-subst --keep-locals --warn --no-warn --mri"),
  row("hashed", "exact", "--fatal-warnings --traditional-format --reduce-memory-overheads --strip-local-absolute"),
  row("hashed", "exact", "--longcalls --text-section-literals --auto-litpools --absolute-literals --target-align"),
  row("hashed", "exact", "--transform --trampolines --density --generics --no-longcalls --no-text-section-literals"),
  row("hashed", "exact", "--no-auto-litpools --no-absolute-literals --no-target-align --no-transform --no-trampolines"),
  row("hashed", "exact", "-D -EB -EL -J -K -L -M -R -W -X -Z -f -k -w"),
  row("hashed", "prefix", "-a -g --g -m --compress-debug-sections --nocompress-debug-sections")
]

/** GNU `ar`, which takes its first word without a dash as well. Source: GNU binutils manual, "ar cmdline". */
const arFlags: FlagTable = [
  row("uncacheable", "prefix", "-", { value: /^\w*T/, why: "makes an archive that only names its members" }),
  // Times and owners of members, without D, are whatever they were: an archive from the cache is as good as a new one.
  row("hashed", "prefix", "-", { value: /^(?=\w*[rq])[rqcsSDUuvVoP]+$/ }),
  row("hashed", "long", "--target")
]

/** GNU `objcopy`. Source: GNU binutils manual, "objcopy". */
const objcopyFlags: FlagTable = [
  row("uncacheable", "joined", "-O -F", {
    value: /^(?:symbol)?srec$/,
    why: "puts the temporary name of its output into it"
  }),
  row("uncacheable", "long", "--output-target --target", {
    value: /^(?:symbol)?srec$/,
    why: "puts the temporary name of its output into it"
  }),
  row("file", "long", "--redefine-syms --strip-symbols --strip-unneeded-symbols --keep-symbols --localize-symbols"),
  row("file", "long", "--globalize-symbols --keep-global-symbols --weaken-symbols --add-gnu-debuglink"),
  row(
    "hashed",
    "long",
    "--input-target --output-target --target --binary-architecture --only-section --remove-section"
  ),
  row("hashed", "long", "--set-section-flags --rename-section --set-section-alignment --gap-fill --pad-to --set-start"),
  row("hashed", "long", "--change-start --adjust-start --change-addresses --adjust-vma --change-section-address"),
  row("hashed", "long", "--adjust-section-vma --change-section-lma --change-section-vma --interleave-width --byte"),
  row(
    "hashed",
    "long",
    "--reverse-bytes --srec-len --strip-symbol --strip-unneeded-symbol --keep-symbol --localize-symbol"
  ),
  row("hashed", "long", "--globalize-symbol --keep-global-symbol --weaken-symbol --redefine-sym --add-symbol"),
  row("hashed", "long", "--prefix-symbols --prefix-sections --prefix-alloc-sections --alt-machine-code"),
  row("hashed", "optional", "--interleave --compress-debug-sections"),
  row("hashed", "exact", "--strip-all --strip-debug --strip-dwo --strip-unneeded --only-keep-debug --extract-symbol"),
  row("hashed", "exact", "--change-warnings --no-change-warnings --adjust-warnings --no-adjust-warnings --weaken"),
  row(
    "hashed",
    "exact",
    "--keep-file-symbols --localize-hidden --wildcard --discard-all --discard-locals --srec-forceS3"
  ),
  row("hashed", "exact", "--writable-text --readonly-text --pure --impure --decompress-debug-sections --verbose"),
  row("hashed", "exact", "--enable-deterministic-archives --disable-deterministic-archives --remove-leading-char"),
  row("hashed", "exact", "-D -S -U -X -g -p -v -w -x"),
  row("hashed", "joined", "-B -F -G -I -K -L -N -O -R -W -b -i -j")
]

/** `size` and `nm`, which only print. Source: GNU binutils manual, "size", "nm"; `-C --mcu=`: Atmel's patch to `size`. */
const nmFlags: FlagTable = [
  row("uncacheable", "long", "--plugin", { why: "runs code that nobody knows" }),
  row("hashed", "long", "--format --radix --mcu --target"),
  row("hashed", "optional", "--demangle"),
  row("hashed", "exact", "--size-sort --line-numbers --print-size"),
  row("hashed", "exact", "--numeric-sort --reverse-sort --no-sort --totals --common --undefined-only --defined-only"),
  row(
    "hashed",
    "exact",
    "--extern-only --print-file-name --portability --special-syms --debug-syms --dynamic --no-demangle"
  ),
  row("hashed", "joined", "-f -t"),
  row("hashed", "prefix", "-", { value: /^[A-Za-su-z]+$/ })
]

/** The tables of the programs that stand behind a compiler driver, or beside it. */
export const binutilsFlags: Readonly<Record<Exclude<Family, "gcc" | "cpp">, FlagTable>> = {
  ar: arFlags,
  as: asFlags,
  ld: ldFlags,
  nm: nmFlags,
  objcopy: objcopyFlags
}
