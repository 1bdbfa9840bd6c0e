import { type FlagTable, row } from "./flagTable.ts"
import { sysrootMark } from "./sysroot.ts"

const writesMore = "writes a file beside its object"
const profile = "writes a profile of runs, or has it written"
const unseen = "looks for files where nobody else would know to look"
const otherPrograms = "may start programs that are not the toolchain's"
/** A macro with one of these makes files tell the time that do not have the word. */
const timeMacro = /=.*__(?:DATE|TIME|TIMESTAMP)__/s
/** A macro with one of these makes files lead to others that do not have the word. */
const leadingMacro = /=.*(?:__has_include|\.inc(?:bin|lude)(?!\w))/is

/** Options that the preprocessor has in common with its driver. */
const preprocessor: FlagTable = [
  row("untold", "joined", "-D", { value: leadingMacro, why: "may stand for a file" }),
  row("untold", "long", "--define-macro", { value: leadingMacro, why: "may stand for a file" }),
  row("uncacheable", "joined", "-D", { value: timeMacro, why: "may stand for the time" }),
  row("preprocessor", "joined", "-D -U -MT -MQ -include -imacros -A"),
  row("preprocessor", "exact", "-MP -C -CC -P -undef -nostdinc -nostdinc++ -trigraphs -H -dD -dI -dM -dN -dU"),
  row("output", "joined", "-MF"),
  row("uncacheable", "joined", "-I -iquote -isystem -idirafter", { value: sysrootMark, why: unseen }),
  row("uncacheable", "long", "--include-directory --include-directory-after", { value: sysrootMark, why: unseen }),
  row("uncacheable", "exact", "-I-", { why: unseen }),
  row("uncacheable", "joined", "-isysroot", { why: unseen }),
  row("uncacheable", "long", "--sysroot", { why: unseen }),
  row("folder", "joined", "-iquote -isystem -idirafter -iprefix -iwithprefixbefore -iwithprefix -I"),
  row("folder", "long", "--include-directory --include-directory-after --include-prefix --include-with-prefix"),
  row("folder", "long", "--include-with-prefix-after --include-with-prefix-before"),
  row("preprocessor", "long", "--include --imacros")
]

/**
 * `gcc` and `g++`, compiling and linking. Most of `-f`, `-m`, `-g`, `-O` and `-W` only decides what code is made, so what
 * is listed is the rest. Source: GCC 14 manual, "Option Summary", "Overall Options", "Preprocessor Options", "Developer
 * Options", "Instrumentation Options", "Directory Options", "Link Options"; `gcc --help=common,joined,separate`.
 */
export const gccFlags: FlagTable = [
  // Words for the programs behind the driver.
  row("hashed", "prefix", "-Wl,", { to: "ld" }),
  row("hashed", "prefix", "-Wa,", { to: "as" }),
  row("hashed", "prefix", "-Wp,", { to: "cpp" }),
  row("hashed", "next", "-Xlinker", { to: "ld" }),
  row("hashed", "next", "-Xassembler", { to: "as" }),
  row("hashed", "next", "-Xpreprocessor", { to: "cpp" }),

  row("uncacheable", "exact", "-", { why: "reads what is typed" }),
  row("uncacheable", "prefix", "-save-temps --save-temps", { why: "leaves intermediate files behind" }),
  row("uncacheable", "joined", "-dumpbase -dumpdir", { why: "names intermediate files" }),
  row("uncacheable", "joined", "-aux-info", { why: writesMore }),
  row("untold", "joined", "-B -wrapper", { why: otherPrograms }),
  row("untold", "long", "--prefix", { why: otherPrograms }),
  row("uncacheable", "exact", "-march=native -mtune=native -mcpu=native", {
    why: "depends on the processor it runs on"
  }),

  row("untold", "prefix", "-fprofile-use -fauto-profile -fbranch-probabilities", { why: "reads a profile of runs" }),
  row("uncacheable", "exact", "--coverage -coverage", { why: profile }),
  row("uncacheable", "prefix", "-fprofile- -ftest-coverage", { why: profile }),
  row(
    "uncacheable",
    "prefix",
    "-fstack-usage -fcallgraph-info -fdump- -fcompare-debug -fsave-optimization-record -fvtv-",
    {
      why: writesMore
    }
  ),
  row("uncacheable", "exact", "-gsplit-dwarf -fdiagnostics-format=json-file -fdiagnostics-format=sarif-file", {
    why: writesMore
  }),
  row("uncacheable", "prefix", "-fopt-info", { value: /=/, why: writesMore }),
  row("uncacheable", "prefix", "-fdiagnostics-add-output -fdiagnostics-set-output", { why: writesMore }),
  row("untold", "prefix", "-fmodule", { why: "reads and writes compiled modules" }),
  row("untold", "prefix", "-fpre-include= -fself-test=", { why: "reads a file that the depfile does not have" }),
  row("uncacheable", "exact", "-frecord-gcc-switches", { why: "puts the temporary names of outputs into the object" }),
  row("uncacheable", "exact", "-ftime-report -ftime-report-details", { why: "measures this run" }),
  row("untold", "prefix", "-fplugin-arg-", { why: "may name files that the plugin reads or writes" }),
  row("file", "prefix", "-fplugin=", { value: /\// }),
  row("untold", "prefix", "-fplugin=", { why: "does not tell where the plugin is" }),
  row("untold", "prefix", "-foffload", { why: "starts other compilers" }),
  row("hashed", "exact", "-fuse-ld=bfd"),
  row("untold", "prefix", "-fuse-ld=", { why: "starts a linker that is not the toolchain's" }),

  ...preprocessor,
  row("preprocessor", "exact", "-MD -MMD"),
  row("output", "joined", "-o"),
  row("file", "long", "-specs --specs"),
  row("hashed", "joined", "-Tbss -Tdata -Ttext"),
  row("file", "joined", "-T"),
  row("folder", "joined", "-L"),
  row("folder", "long", "--library-directory"),

  row(
    "hashed",
    "exact",
    "-c -S -E -s -r -v -w -pipe -pass-exit-codes -ansi -pedantic -pedantic-errors -traditional-cpp"
  ),
  row(
    "hashed",
    "exact",
    "-dA -dH -dp -dP -dx -p -pg -pthread -pie -no-pie -static-pie -rdynamic -symbolic -static -shared"
  ),
  row("hashed", "exact", "-nostdlib -nostdlib++ -nodefaultlibs -nostartfiles -nolibc"),
  row("hashed", "exact", "-static-libgcc -static-libstdc++ -shared-libgcc"),
  row("hashed", "long", "--param"),
  row("hashed", "joined", "-x -l -u -e -z"),
  row("hashed", "prefix", "-f -m -g -O -W -std= --std=")
]

/** What `-Wp,` and `-Xpreprocessor` hand on: there, `-MD` and `-MMD` take the name of the depfile. Source: as above. */
export const cppFlags: FlagTable = [row("output", "next", "-MD -MMD"), ...preprocessor]
