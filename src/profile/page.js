// The script of page.html, in any browser: nothing here is loaded by fbuild.
"use strict"
const data = JSON.parse(document.getElementById("data").textContent)
const $ = (id) => document.getElementById(id)
const time = (us) =>
  us < 10000 ? (us / 1000).toFixed(1) + " ms" : us < 1e6 ? (us / 1000).toFixed(0) + " ms" : (us / 1e6).toFixed(2) + " s"
const hues = {
  CxxCompile: 210,
  CCompile: 175,
  Assemble: 145,
  Archive: 40,
  Link: 275,
  Objcopy: 310,
  Size: 310,
  ConvertSketch: 95,
  Hook: 20
}
const color = (a, faded) => {
  const strength = faded ? 0.15 : 1
  if (a.outcome === "Failed") return `hsl(0 75% 50% / ${strength})`
  if (a.outcome === "Cancelled") return `hsl(0 0% 55% / ${strength})`
  return `hsl(${hues[a.mnemonic] ?? 0} 55% ${a.outcome === "Cached" ? 72 : 48}% / ${strength})`
}

$("title").textContent = "fbuild " + data.args.join(" ")
for (const [name, value] of data.facts) {
  const span = document.createElement("span")
  const strong = document.createElement("b")
  strong.textContent = value
  span.append(name + " ", strong)
  $("facts").append(span)
}
for (const mnemonic of new Set(data.actions.map((a) => a.mnemonic))) {
  const key = document.createElement("span")
  key.className = "key"
  key.style.background = color({ mnemonic })
  $("keys").append(key, mnemonic + "  ")
}

const canvas = $("chart")
const context = canvas.getContext("2d")
const row = 18
const axis = 20
const depth = data.phases.reduce((most, p) => Math.max(most, p.depth + 1), 0)
const lanes = data.actions.reduce((most, a) => Math.max(most, a.lane + 1), 0)
const top2 = axis + depth * row + 8
// A thousand from the cache at once: lower, so that they can be seen together, and a canvas can be that high.
const lane = Math.max(lanes > 10000 ? 1 : 2, Math.min(row, Math.floor(500 / lanes)))
const height = top2 + lanes * lane + 6
let current
let [from, to] = [0, Math.max(1, data.duration)]
let chosen = data.actions
const x = (t) => (t - from) / (to - from) * canvas.clientWidth
const back = (px) => from + px / canvas.clientWidth * (to - from)

function draw() {
  const scale = devicePixelRatio || 1
  const width = canvas.clientWidth
  canvas.style.height = height + "px"
  canvas.width = width * scale
  canvas.height = height * scale
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  const style = getComputedStyle(document.body)
  const [front, hot] = [style.color, style.getPropertyValue("--hot")]
  context.font = "11px system-ui, sans-serif"
  context.textBaseline = "middle"
  const step =
    [1, 2, 5].flatMap((n) => [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].map((m) => n * m)).sort((a, b) => a - b).find((s) =>
      (to - from) / s <= width / 90
    ) ?? 1e9
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    context.fillStyle = "#8883"
    context.fillRect(x(t), 0, 1, height)
    context.fillStyle = "#888"
    context.fillText(time(t), x(t) + 4, axis / 2)
  }
  const bar = (start, end, y, high, fill, text) => {
    const [left, right] = [Math.max(x(start), -2), Math.min(x(end), width + 2)]
    if (right < 0 || left > width) return
    context.fillStyle = fill
    context.fillRect(left, y, Math.max(right - left, 1), high - (high > 4 ? 2 : 0))
    if (right - left < 28 || high < 12) return
    context.save()
    context.beginPath()
    context.rect(left, y, right - left - 2, high)
    context.clip()
    context.fillStyle = front
    context.fillText(text, left + 4, y + high / 2 - 1)
    context.restore()
  }
  for (const p of data.phases) bar(p.start, p.end, axis + p.depth * row, row, "#8883", p.name)
  const lit = new Set(chosen)
  for (const a of data.actions) {
    const y = top2 + a.lane * lane
    bar(a.start, a.end, y, lane, color(a, !lit.has(a)), a.mnemonic + " " + a.path.slice(a.path.lastIndexOf("/") + 1))
    if (a === current) {
      context.strokeStyle = front
      context.strokeRect(x(a.start) - 1, y - 1, Math.max(x(a.end) - x(a.start), 1) + 2, lane)
    }
    if (!a.critical || !lit.has(a)) continue
    context.fillStyle = hot
    const line = Math.min(3, lane)
    context.fillRect(x(a.start), y + lane - 1 - line, Math.max(x(a.end) - x(a.start), 2), line)
  }
}

function choose() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean)
  const only = $("critical").checked
  chosen = data.actions.filter((a) => (!only || a.critical) && words.every((word) => a.text.includes(word)))
  $("shown").textContent = `${chosen.length} of ${data.actions.length} actions, ${
    time(chosen.reduce((sum, a) => sum + a.work, 0))
  } in all; the critical path (underlined) is ${data.criticalPath}`
  const slowest = [...chosen].sort((a, b) => b.work - a.work).slice(0, 200)
  $("rows").replaceChildren(...slowest.map((a) => {
    const tr = document.createElement("tr")
    if (a.critical) tr.className = "hot"
    for (
      const [text, number] of [[time(a.work), 1], [time(a.waited), 1], [a.outcome], [a.why], [
        a.mnemonic + " " + a.path
      ]]
    ) {
      const td = document.createElement("td")
      td.textContent = text
      if (number) td.className = "n"
      tr.append(td)
    }
    const button = document.createElement("button")
    button.append(...tr.lastChild.childNodes)
    tr.lastChild.append(button)
    // A click on its button comes here too.
    tr.addEventListener("click", () => {
      const margin = (a.end - a.start) * 2 + 1000
      current = a
      ;[from, to] = [Math.max(0, a.start - margin), Math.min(data.duration, a.end + margin)]
      reveal()
      draw()
      scrollTo({ top: 0, behavior: "smooth" })
    })
    return tr
  }))
  draw()
}

function tip(event) {
  const [t, y] = [back(event.offsetX), event.offsetY]
  const near = (to - from) / canvas.clientWidth * 2
  const within = (one) => one.start - near <= t && t <= one.end + near
  const found = y >= top2
    ? data.actions.find((a) => a.lane === Math.floor((y - top2) / lane) && within(a))
    : data.phases.find((p) => p.depth === Math.floor((y - axis) / row) && within(p))
  show(found, event.clientX, event.clientY)
}

function hide() {
  $("tip").style.display = "none"
}

function show(found, left, top) {
  const box = $("tip")
  box.style.display = found ? "block" : "none"
  if (!found) return
  const lines = found.mnemonic
    ? [
      `${found.mnemonic} ${found.path}`,
      `${found.outcome}, ${time(found.work)}${found.waited ? ", waited " + time(found.waited) : ""}${found.usage}${
        found.critical ? ", on the critical path" : ""
      }`,
      found.why
    ]
    : [found.name, time(found.end - found.start)]
  box.replaceChildren(
    ...lines.filter(Boolean).map((text, index) => {
      const line = document.createElement(index === 0 ? "b" : "div")
      line.textContent = text
      return line
    })
  )
  if (found.argv !== undefined) {
    const code = document.createElement("code")
    code.textContent = found.argv.map((i) => data.words[i]).join(" ")
    box.append(code)
  }
  box.style.left = Math.max(8, Math.min(left + 14, innerWidth - box.offsetWidth - 8)) + "px"
  box.style.top = (top + 18 + box.offsetHeight > innerHeight ? Math.max(4, top - box.offsetHeight - 10) : top + 18) +
    "px"
}

/** Scrolls to the lane of the current action. */
function reveal() {
  const [box, y] = [$("timeline"), top2 + current.lane * lane]
  if (y < box.scrollTop || y + row > box.scrollTop + box.clientHeight) box.scrollTop = y - box.clientHeight / 2
}

/** Makes the next action, or the one before, in the order of their starts the current one. */
function step(by) {
  const order = [...chosen].sort((a, b) => a.start - b.start)
  if (order.length === 0) return
  const at = order.indexOf(current)
  current = order[at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length]
  const [middle, half] = [(current.start + current.end) / 2, (to - from) / 2]
  if (current.end < from || current.start > to) [from, to] = [middle - half, middle + half]
  reveal()
  draw()
  const box = canvas.getBoundingClientRect()
  show(current, box.left + Math.max(0, Math.min(x(middle), box.width)), box.top + top2 + current.lane * lane)
}

let held
canvas.addEventListener("pointerdown", (event) => {
  held = { at: event.clientX, from, to }
})
addEventListener("pointerup", () => {
  held = undefined
})
canvas.addEventListener("pointermove", (event) => {
  if (held) {
    const by = (event.clientX - held.at) / canvas.clientWidth * (held.to - held.from)
    ;[from, to] = [held.from - by, held.to - by]
    draw()
  }
  tip(event)
})
canvas.addEventListener("pointerleave", hide)
function zoom(at, factor) {
  ;[from, to] = [at - (at - from) * factor, at + (to - at) * factor]
  draw()
}
function move(by) {
  ;[from, to] = [from + by, to + by]
  draw()
}
function all() {
  ;[from, to] = [0, Math.max(1, data.duration)]
  draw()
}
canvas.addEventListener("wheel", (event) => {
  // With a modifier it scrolls, as elsewhere.
  if (event.shiftKey || event.ctrlKey) return
  event.preventDefault()
  zoom(back(event.offsetX), Math.exp(event.deltaY / 400))
})
canvas.addEventListener("dblclick", all)
canvas.addEventListener("blur", hide)
const keys = {
  ArrowLeft: () => move((from - to) / 8),
  ArrowRight: () => move((to - from) / 8),
  ArrowUp: () => step(-1),
  ArrowDown: () => step(1),
  "+": () => zoom((from + to) / 2, 0.7),
  "-": () => zoom((from + to) / 2, 1 / 0.7),
  0: all,
  Home: all,
  Escape: hide
}
canvas.addEventListener("keydown", (event) => {
  const act = event.ctrlKey || event.altKey || event.metaKey ? undefined : keys[event.key === "=" ? "+" : event.key]
  if (act === undefined) return
  event.preventDefault()
  act()
})
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === $("filter")) return
  event.preventDefault()
  $("filter").focus()
})
$("filter").addEventListener("input", choose)
$("critical").addEventListener("change", choose)
addEventListener("resize", draw)
choose()
