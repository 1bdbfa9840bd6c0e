import { assert } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** A page in a headless Chromium that has no network. */
export interface Page {
  /** The value of an expression, which must be JSON. */
  readonly evaluate: (expression: string) => Promise<unknown>
  /** Moves the mouse there, in CSS pixels of the window. */
  readonly moveTo: (x: number, y: number) => Promise<void>
  readonly wheel: (x: number, y: number, delta: number) => Promise<void>
  /** Presses a key, by its name in events: `Tab`, `ArrowDown`, `Enter`, `+`. */
  readonly press: (key: string) => Promise<void>
  /** PNG. */
  readonly screenshot: () => Promise<Buffer>
  /** Addresses that were asked for, and errors that the page's script has thrown. */
  readonly requested: ReadonlyArray<string>
  readonly errors: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const programs = ["chromium-headless-shell", "chromium", "google-chrome", "chrome-headless-shell"]

const findProgram = (): string => {
  const folders = (process.env["PATH"] ?? "").split(":")
  const found = programs.flatMap((name) => folders.map((folder) => Path.join(folder, name))).find(Fs.existsSync)
  assert.isDefined(found, `none of ${programs.join(", ")} is installed; scripts/test does that`)
  return found!
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

export const openPage = async (url: string): Promise<Page> => {
  const profile = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-chromium-"))
  const child = ChildProcess.spawn(findProgram(), [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1200,640",
    "about:blank"
  ], { stdio: ["ignore", "ignore", "pipe"], detached: true })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text) => said += text)
  const end = performance.now() + 60_000
  let address: string | undefined
  while (address === undefined) {
    address = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
    assert.isBelow(performance.now(), end, said)
    await sleep(20)
  }
  const socket = new WebSocket(address)
  await new Promise((resolve) => socket.addEventListener("open", resolve))
  const waiting = new Map<number, (message: Message) => void>()
  const [requested, errors, loaded]: [Array<string>, Array<string>, Array<true>] = [[], [], []]
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) return waiting.get(message.id)?.(message)
    if (message.method === "Page.loadEventFired") loaded.push(true)
    if (message.method === "Network.requestWillBeSent") {
      requested.push((message.params!["request"] as { url: string }).url)
    }
    if (message.method === "Runtime.exceptionThrown") errors.push(JSON.stringify(message.params))
  })
  let count = 0
  const send = (method: string, params: Record<string, unknown>, sessionId?: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++count
      waiting.set(id, ({ error, result }) => error === undefined ? resolve(result!) : reject(new Error(error.message)))
      socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  const { targetId } = await send("Target.createTarget", { url: "about:blank" })
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true })
  const inPage = (method: string, params: Record<string, unknown> = {}) => send(method, params, String(sessionId))
  for (const domain of ["Page", "Runtime", "Network"]) await inPage(`${domain}.enable`)
  await inPage("Page.navigate", { url })
  while (loaded.length === 0) {
    assert.isBelow(performance.now(), end, said)
    await sleep(10)
  }
  return {
    requested,
    errors,
    evaluate: async (expression) => {
      const { exceptionDetails, result } = await inPage("Runtime.evaluate", { expression, returnByValue: true })
      assert.isUndefined(exceptionDetails, JSON.stringify(exceptionDetails))
      return (result as { readonly value: unknown }).value
    },
    moveTo: async (x, y) => {
      await inPage("Input.dispatchMouseEvent", { type: "mouseMoved", x, y })
    },
    wheel: async (x, y, deltaY) => {
      await inPage("Input.dispatchMouseEvent", { type: "mouseWheel", x, y, deltaX: 0, deltaY })
    },
    press: async (key) => {
      const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined
      const code = { Tab: 9, Enter: 13 }[key]
      const event = { key, ...(text === undefined ? {} : { text }), ...(code && { windowsVirtualKeyCode: code }) }
      for (const type of ["keyDown", "keyUp"]) await inPage("Input.dispatchKeyEvent", { type, ...event })
    },
    screenshot: async () => Buffer.from(String((await inPage("Page.captureScreenshot"))["data"]), "base64"),
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve))
      socket.close()
      // Its processes are a group.
      process.kill(-child.pid!, "SIGKILL")
      await ended
      Fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
