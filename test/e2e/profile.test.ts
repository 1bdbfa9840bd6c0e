import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { openPage } from "../support/chromium.ts"
import { Home, project as acmeProject, scriptedCompilers, until } from "../support/daemon.ts"
import { blink, built, fbuild, ini, readEvents, workspace, write } from "../support/project.ts"

interface Item {
  readonly mnemonic: string
  readonly path: string
  readonly ms: number
  readonly outcome: string
  readonly cpuMs?: number
  readonly peakBytes?: number
}
interface Summary {
  readonly traceId: string
  readonly durationMs: number
  readonly actions: Readonly<Record<string, number>>
  readonly slowest: ReadonlyArray<Item>
  readonly criticalPath: { readonly ms: number; readonly actions: ReadonlyArray<Item> }
  readonly cache: { readonly hits: number; readonly savedMs: number; readonly spentMs: number }
}

describe("fbuild profile", () => {
  const space = workspace()
  const variables = { FBUILD_HOME: Path.join(space, "home"), FBUILD_COMPILE_CACHE: "embedded" }
  const project = (name: string) =>
    write(Path.join(space, name), { "platformio.ini": ini("uno"), "src/main.cpp": blink })
  const profile = async (dir: string, ...args: ReadonlyArray<string>) => {
    const run = await fbuild(dir, ["profile", ...args], variables)
    assert.strictEqual(run.status, 0, run.stderr)
    return run.stdout
  }
  const summary = async (dir: string, ...args: ReadonlyArray<string>) =>
    JSON.parse(await profile(dir, "--json", ...args)) as Summary

  it("tells where the time went", async () => {
    const dir = project("tells")
    const { finished } = await built(dir, [], variables)
    const cold = await summary(dir)
    assert.strictEqual(cold.traceId, finished.traceId)
    assert.strictEqual(cold.actions["executed"], finished.environments[0]!.actions.executed)
    assert.strictEqual(cold.slowest.length, cold.actions["total"])
    assert.isAbove(cold.slowest[0]!.cpuMs!, 0)
    assert.isAbove(cold.slowest[0]!.peakBytes!, 1_000_000)
    assert.isAtLeast(cold.durationMs, finished.durationMs)
    const path = cold.criticalPath.actions.map(({ mnemonic }) => mnemonic)
    assert.include(path, "Link")
    assert.isBelow(path.indexOf("Link"), path.length - 1, "something is made of the program")
    assert.isAtMost(cold.criticalPath.ms, cold.durationMs)
    assert.match(await profile(dir), /Slowest actions[^]*Critical path: .*% of the build[^]*Link .*firmware\.elf/)

    Fs.rmSync(Path.join(dir, ".fbuild/build"), { recursive: true })
    await built(dir, [], variables)
    const cached = await summary(dir)
    assert.strictEqual(cached.cache.hits, cached.actions["total"])
    assert.isAbove(cached.cache.savedMs, cached.cache.spentMs)
    await built(dir, [], variables)
    assert.strictEqual((await summary(dir)).traceId, cached.traceId, "a build with nothing to do leaves no record")

    assert.strictEqual((await summary(dir, "2")).traceId, finished.traceId)
    assert.strictEqual((await summary(dir, finished.traceId)).traceId, finished.traceId)
    assert.strictEqual((await summary(dir, finished.traceId.slice(0, 7))).traceId, finished.traceId)
    assert.lengthOf((await profile(dir, "--list")).trimEnd().split("\n"), 2)
    const diff = await profile(dir, "diff", "2", "1")
    assert.match(diff, /whole build[^]*Link .*firmware\.elf: Executed \d.* → Cached \d/)
    const chrome = Path.join(space, "chrome.json")
    await profile(dir, "2", "--chrome", chrome)
    const { traceEvents } = JSON.parse(Fs.readFileSync(chrome, "utf8")) as {
      readonly traceEvents: ReadonlyArray<{ ph: string }>
    }
    assert.isAbove(traceEvents.filter(({ ph }) => ph === "X").length, cold.slowest.length)
  })

  it("of failures, and of what there is none of", async () => {
    const dir = project("fails")
    assert.strictEqual((await fbuild(dir, ["profile"], variables)).status, 2)
    write(dir, { "src/main.cpp": "int x = ;\n" })
    assert.strictEqual((await fbuild(dir, ["build"], variables)).status, 1)
    const { actions, slowest } = await summary(dir)
    assert.strictEqual(actions["failed"], 1)
    assert.deepStrictEqual(slowest.filter(({ outcome }) => outcome === "Failed").map(({ path }) => path), [
      "src/main.cpp"
    ])
    for (const args of [["9"], ["diff", "1"], ["1", "2"], ["diff", "1", "abcdef"]]) {
      const { status, stderr } = await fbuild(dir, ["profile", ...args], variables)
      assert.strictEqual(status, 2, args.join(" "))
      assert.match(stderr, /^error: /)
    }
  })

  it("of the last build is there when the launcher has ended", async () => {
    const home = new Home(Path.join(space, "daemon-home"))
    const dir = write(Path.join(space, "daemon"), acmeProject())
    try {
      for (let round = 0; round < 5; round++) {
        write(dir, { "src/one.cpp": `int f() { return ${round}; }\n` })
        const { finished } = readEvents(await home.run(dir, ["build", "--json"]))
        const { actions, criticalPath, slowest, traceId } = JSON.parse(
          (await home.run(dir, ["profile", "--json"])).stdout
        ) as Summary
        assert.strictEqual(traceId, finished.traceId)
        if (round === 0) continue
        assert.strictEqual(actions["executed"], slowest.length)
        assert.include(criticalPath.actions.map(({ path }) => path), "src/one.cpp")
        assert.isBelow(slowest.length, actions["total"]!)
      }
      // A folder that has been removed is not made again by what comes late.
      Fs.rmSync(dir, { recursive: true })
      await home.run("/", ["daemon", "stop"])
      assert.isFalse(Fs.existsSync(dir))
    } finally {
      await home.run("/", ["daemon", "stop"])
    }
  })

  it("of a cancelled build, beside one with another environment", async () => {
    const started = Path.join(space, "slow.started")
    const folder = scriptedCompilers(
      Path.join(space, "slow"),
      // Long enough to be among the slowest, however busy the machine.
      `case "$*" in *src/slow.cpp*) sleep 2; : > "${started}"; sleep 30;; *) exec /usr/bin/avr-g++ "$@";; esac`
    )
    const dir = write(Path.join(space, "cancelled"), acmeProject(folder))
    await built(dir, [], variables)
    const ini = Fs.readFileSync(Path.join(dir, "platformio.ini"), "utf8")
    write(dir, { "platformio.ini": ini.replace("[env:acme]", "[env:other]"), "src/slow.cpp": "int f();\n" })
    const home = new Home(variables.FBUILD_HOME)
    const { child, ended } = home.start(dir, ["build", "--json"], { ...variables, FBUILD_DAEMON: "off" })
    await until(() => Fs.existsSync(started), "the compiler runs")
    child.kill("SIGINT")
    const { finished } = readEvents(await ended)
    const { actions, slowest, traceId } = await summary(dir)
    assert.strictEqual(traceId, finished.traceId)
    assert.isAbove(actions["cancelled"]!, 0)
    assert.strictEqual(slowest.find(({ path }) => path === "src/slow.cpp")?.outcome, "Cancelled")
    const diff = await profile(dir, "diff", "2", "1")
    assert.match(diff, /CxxCompile src\/slow\.cpp: not run → Cancelled/)
    assert.match(await profile(dir), /not run/)
    for (const args of [["--web"], ["--chrome", Path.join(space, "cancelled.json")]]) await profile(dir, ...args)
  })

  it("that cannot be kept or read is no failure of a build", async () => {
    const dir = project("broken")
    write(dir, { ".fbuild/profile": "a file\n" })
    assert.strictEqual((await built(dir, [], variables)).stderr, "")
    assert.strictEqual((await fbuild(dir, ["profile"], variables)).status, 2)
    Fs.rmSync(Path.join(dir, ".fbuild/profile"))
    write(dir, { ".fbuild/profile/99999999999999-ff.json": "{", ".fbuild/profile/99999999999998-ee.json": "" })
    await built(dir, ["--clean"], variables)
    const { status, stderr } = await fbuild(dir, ["profile"], variables)
    assert.strictEqual(status, 2)
    assert.match(stderr, /^error: /)
    assert.lengthOf((await profile(dir, "--list")).trimEnd().split("\n"), 1)
    assert.strictEqual((await summary(dir, "3")).actions["failed"], 0)
  })

  it("is beside the build folders, wherever they are", async () => {
    const dir = project("moved")
    const elsewhere = { ...variables, FBUILD_BUILD_DIR: Path.join(space, "elsewhere") }
    await built(dir, [], elsewhere)
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild")))
    assert.lengthOf(Fs.readdirSync(Path.join(space, "elsewhere/.profile")), 1)
    const { status, stdout } = await fbuild(dir, ["profile"], elsewhere)
    assert.strictEqual(status, 0)
    assert.match(stdout, /Slowest actions/)
  })

  it("keeps fifty builds", async () => {
    const dir = project("fifty")
    await built(dir, [], variables)
    const folder = Path.join(dir, ".fbuild/profile")
    const [only] = Fs.readdirSync(folder)
    for (let old = 100; old < 180; old++) {
      Fs.copyFileSync(Path.join(folder, only!), Path.join(folder, `00000000000${old}-ab.json`))
    }
    await built(dir, ["--clean"], variables)
    const names = Fs.readdirSync(folder).toSorted()
    assert.lengthOf(names, 50)
    assert.include(names, only)
    assert.strictEqual(names[0], "00000000000132-ab.json")
  })

  it("is a page that works in a browser without network", async () => {
    const dir = project("page <with> & signs")
    write(dir, { "src/</script>.cpp": "int f() { return 1; }\n" })
    await built(dir, [], variables)
    const { actions, criticalPath, slowest } = await summary(dir)
    const url = (await profile(dir, "--web")).trim()
    assert.strictEqual(url, `file://${encodeURI(Path.join(dir, ".fbuild/profile.html"))}`)
    const page = await openPage(url)
    try {
      const count = (selector: string) => page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`)
      assert.deepStrictEqual(page.errors, [])
      assert.strictEqual(await count("#rows tr"), actions["total"])
      assert.strictEqual(await count("#rows tr.hot"), criticalPath.actions.length)
      assert.include(
        String(await page.evaluate("document.querySelector('#rows tr td:last-child').textContent")),
        slowest[0]!.path
      )
      assert.isAbove(Number(await page.evaluate("document.getElementById('chart').height")), 100)

      // The first bar of the first job: what it is, why, and its command.
      const place = await page.evaluate(`(() => {
        const a = data.actions.find((a) => a.mnemonic === "Link")
        const box = document.getElementById("chart").getBoundingClientRect()
        return [box.left + x((a.start + a.end) / 2), box.top + top2 + a.lane * lane + 8]
      })()`) as readonly [number, number]
      await page.moveTo(...place)
      const tip = String(await page.evaluate("document.getElementById('tip').innerText"))
      assert.match(
        tip,
        /^Link .*firmware\.elf[^]*Executed[^]*on the critical path[^]*nothing is known of an earlier success[^]*avr-gcc/
      )
      const before = Number(await page.evaluate("to - from"))
      await page.wheel(...place, -400)
      assert.isBelow(Number(await page.evaluate("to - from")), before / 2)
      await page.evaluate("document.getElementById('chart').dispatchEvent(new Event('dblclick'))")
      assert.strictEqual(await page.evaluate("to - from"), before)

      // The same by keys alone: the filter, the check box, the chart, the table.
      const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent")
      const shown = () =>
        page.evaluate(
          "(({ style, innerText }) => style.display === 'none' ? '' : innerText)(document.getElementById('tip'))"
        )
      await page.press("/")
      assert.strictEqual(await focused(), "filter")
      await page.press("Tab")
      assert.strictEqual(await focused(), "critical")
      await page.press("Tab")
      assert.strictEqual(await focused(), "chart")
      const [first, second, last] = await page.evaluate(
        `(() => { const s = [...data.actions].sort((a, b) => a.start - b.start); return [s[0], s[1], s.at(-1)].map((a) => a.path) })()`
      ) as readonly [string, string, string]
      for (const [key, path] of [["ArrowDown", first], ["ArrowDown", second], ["ArrowUp", first], ["ArrowUp", last]]) {
        await page.press(key!)
        assert.include(String(await shown()).split("\n")[0], path)
      }
      await page.press("Escape")
      assert.strictEqual(await shown(), "")
      await page.press("+")
      assert.isBelow(Number(await page.evaluate("to - from")), before)
      await page.press("ArrowRight")
      assert.isAbove(Number(await page.evaluate("from + to")), before)
      await page.press("Home")
      assert.strictEqual(await page.evaluate("to - from"), before)
      await page.press("Tab")
      assert.include(String(await focused()), slowest[0]!.path)
      await page.press("Enter")
      assert.include(String(await page.evaluate("current.path")), slowest[0]!.path)
      await page.evaluate("all()")

      const filter = (text: string) =>
        page.evaluate(
          `(() => { const f = document.getElementById("filter"); f.value = ${
            JSON.stringify(text)
          }; f.dispatchEvent(new Event("input")) })()`
        )
      await filter("cxxcompile src/main")
      assert.strictEqual(await count("#rows tr"), 1)
      await filter("</script>")
      assert.strictEqual(await count("#rows tr"), 1)
      await filter("")
      await page.evaluate("document.getElementById('critical').click()")
      assert.strictEqual(await count("#rows tr"), criticalPath.actions.length)
      assert.deepStrictEqual(page.errors, [])
      assert.deepStrictEqual(page.requested, [url])
      assert.isAbove((await page.screenshot()).length, 10_000)
    } finally {
      await page.close()
    }
  })
})
