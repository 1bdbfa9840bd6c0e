// What traces cost: cold builds of many sources with nothing exported, with a collector that takes everything, and with
// endpoints that are dead or mute, interleaved.
//
//   node scripts/bench/traces.ts [--sources N] [--runs N] [--compiler fast|real] [--without DIST] [--series off,on,dead,mute]
//
// With `fast` (the default) a compilation is a program of a millisecond that copies an empty object, so that nearly all of
// the time is fbuild's own: a trace is a larger part of it than of any real build. The cost for each action is the same
// with `real`, where it drowns in what compilers vary by. Nothing is cached and there is no daemon. `--without` names a
// `dist/` to compare with, such as one whose traces have been taken out. What the record of a build costs that is kept when
// nothing is exported, `record.ts` tells.
//
// Ten thousand real compilations, 3 to 4 minutes a build on two cores: --compiler real --runs 3 --series off,on. The bound on
// memory, with endpoints that take nothing, a minute a build: --runs 1 --series off,dead,mute.
//
// Prints medians: of the whole process; of fbuild's own processor time; of how long the process lives after its last event;
// of its largest resident set; and of the differences to the first series, round by round. Needs gcc, dist/fbuild, and
// PyPI for the collector (rotel, as in tests).
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { findRotel, freePort } from "../../test/support/rotelProgram.ts"
import { fbuild, median } from "./support.ts"

const { values } = parseArgs({
  options: {
    sources: { type: "string", default: "10000" },
    runs: { type: "string", default: "5" },
    compiler: { type: "string", default: "fast" },
    series: { type: "string", default: "off,on,dead,mute" },
    without: { type: "string" }
  }
})
const count = Number(values.sources)
const folder = mkdtempSync(join(tmpdir(), "fbuild-traces-"))
const project = join(folder, "project")

const fastCompiler = String.raw`
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>
int main(int count, char **words) {
  const char *output = 0, *source = 0, *program = strrchr(words[0], '/') + 1;
  int compiles = 0;
  for (int index = 1; index < count; index++) {
    if (!strcmp(words[index], "-c")) compiles = 1;
    else if (!strcmp(words[index], "-o")) output = words[++index];
    else if (strstr(words[index], "src/part") == words[index]) source = words[index];
  }
  if (!compiles || !output || !source) {
    char real[4096];
    snprintf(real, sizeof real, "/usr/bin/%s", program);
    execv(words[0] = real, words);
    return 127;
  }
  char depfile[4096];
  snprintf(depfile, sizeof depfile, "%s", output);
  strcpy(strrchr(depfile, '.'), ".d");
  int from = open(EMPTY, O_RDONLY), to = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  FILE *rule = fopen(depfile, "w");
  if (from < 0 || to < 0 || !rule || sendfile(to, from, 0, 1 << 20) < 0) return 1;
  fprintf(rule, "%s: %s src/all.h\n", output, source);
  return fclose(rule);
}
`

const makeCompiler = (): string => {
  const bin = join(folder, "compiler/bin")
  mkdirSync(bin, { recursive: true })
  const [source, object] = [join(folder, "fast.c"), join(folder, "empty.o")]
  execFileSync("avr-gcc", ["-mmcu=atmega2560", "-x", "c", "-c", "/dev/null", "-o", object])
  writeFileSync(source, fastCompiler)
  for (const name of ["avr-gcc", "avr-g++"]) {
    execFileSync("gcc", ["-O1", "-static", `-DEMPTY="${object}"`, source, "-o", join(bin, name)])
  }
  for (const name of ["avr-ar", "avr-gcc-ar", "avr-objcopy", "avr-size"]) {
    symlinkSync(`/usr/bin/${name}`, join(bin, name))
  }
  return join(folder, "compiler")
}

const makeProject = (): void => {
  mkdirSync(join(project, "src"), { recursive: true })
  const packages = values.compiler === "fast"
    ? `platform_packages = toolchain-atmelavr@file://${makeCompiler()}\n`
    : ""
  writeFileSync(
    join(project, "platformio.ini"),
    `[env:mega]\nplatform = atmelavr\nboard = megaatmega2560\nframework = arduino\n${packages}`
  )
  writeFileSync(join(project, "src/all.h"), "#pragma once\nint twice(int);\n")
  writeFileSync(join(project, "src/main.cpp"), "#include <Arduino.h>\nvoid setup() {}\nvoid loop() {}\n")
  for (let index = 0; index < count; index++) {
    const part = join(project, "src", `part${index % 100}`)
    mkdirSync(part, { recursive: true })
    writeFileSync(join(part, `f${index}.c`), `#include "../all.h"\nint f${index}(int a) { return a + ${index}; }\n`)
  }
}

/** Tells what the process itself has used: of its children the system tells the same way. */
const usage = join(folder, "usage.cjs")
writeFileSync(
  usage,
  `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(join(folder, "usage.json"))},
    JSON.stringify([process.cpuUsage(), process.resourceUsage().maxRSS])))`
)

interface Measured {
  /** ms. */
  readonly whole: number
  readonly cpu: number
  readonly after: number
  readonly megabytes: number
}

const build = async (program: string, variables: Readonly<Record<string, string>>): Promise<Measured> => {
  rmSync(join(project, ".fbuild"), { recursive: true, force: true })
  const started = performance.now()
  const child = spawn(program, ["build", "--json"], {
    cwd: project,
    env: {
      ...process.env,
      FBUILD_HOME: join(folder, "home"),
      FBUILD_DAEMON: "off",
      FBUILD_COMPILE_CACHE: "off",
      NODE_OPTIONS: `--require=${usage}`,
      ...variables
    },
    stdio: ["ignore", "pipe", "ignore"]
  })
  let [last, end] = [0, ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    end = (end + text).slice(-200_000)
    if (text.includes("\"BuildFinished\"")) last = performance.now()
  })
  const status = await new Promise((resolve) => child.once("close", resolve))
  const ended = performance.now()
  if (status !== 0) throw new Error(`exit status ${status}: ${end}`)
  const [{ system, user }, kilobytes] = JSON.parse(readFileSync(join(folder, "usage.json"), "utf8"))
  return { whole: ended - started, cpu: (user + system) / 1000, after: ended - last, megabytes: kilobytes / 1024 }
}

const [http, grpc] = [await freePort(), await freePort()]
const collector = spawn(findRotel(), [
  ...["start", "--otlp-http-endpoint", `127.0.0.1:${http}`, "--otlp-grpc-endpoint", `127.0.0.1:${grpc}`],
  ...["--exporter", "blackhole"]
], { stdio: "ignore" })
const mute = createServer(() => {}).listen(0, "127.0.0.1")
await once(mute, "listening")
try {
  makeProject()
  const to = (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
  const wanted = values.series.split(",")
  const kinds: ReadonlyArray<readonly [name: string, program: string, variables: Readonly<Record<string, string>>]> = [
    ...(values.without === undefined ? [] : [["without", join(values.without, "fbuild"), {}] as const]),
    ...([
      ["off", fbuild, {}],
      ["on", fbuild, to(http)],
      ["dead", fbuild, to(1)],
      ["mute", fbuild, to((mute.address() as AddressInfo).port)]
    ] as const).filter(([name]) => wanted.includes(name))
  ]
  const measured = new Map(kinds.map(([name]) => [name, [] as Array<Measured>]))
  for (let run = 0; run <= Number(values.runs); run++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      // Each comes first as often as any other.
      const [name, program, variables] = kinds[(run + turn) % kinds.length]!
      const one = await build(program, variables)
      // The first round fills the caches.
      if (run > 0) measured.get(name)!.push(one)
    }
  }
  const base = measured.get(kinds[0]![0])!
  console.log(`${count} sources, compiler: ${values.compiler}, medians of ${base.length}`)
  for (const [name, series] of measured) {
    const all = (key: keyof Measured) => series.map((one) => one[key])
    const more = (key: keyof Measured) => median(series.map((one, index) => one[key] - base[index]![key]))
    const perAction = (key: keyof Measured) => `${(more(key) * 1000 / count).toFixed(1)} µs an action`
    const share = (100 * more("whole") / median(base.map(({ whole }) => whole))).toFixed(2)
    console.log(
      [
        `${name.padEnd(8)} ${median(all("whole")).toFixed(0).padStart(7)} ms (+ ${share} %, ${perAction("whole")})`,
        `processor ${median(all("cpu")).toFixed(0).padStart(6)} ms (+ ${perAction("cpu")})`,
        `after the end ${median(all("after")).toFixed(0)} ms, most ${Math.max(...all("after")).toFixed(0)}`,
        `${median(all("megabytes")).toFixed(0)} MB`
      ].join("; ")
    )
  }
} finally {
  collector.kill()
  mute.close()
  rmSync(folder, { recursive: true, force: true })
}
