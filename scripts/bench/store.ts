// The cache's index and contents: files beside SQLite (node:sqlite, WAL, synchronous=NORMAL), interleaved in one run.
//
//   node scripts/bench/store.ts [--runs N] [--sizes 1000,10000] [--dir FOLDER]
//
// FOLDER decides the file system. On an ext4 without a journal, whose inodes rest for minutes after their file was removed,
// making a file takes 30 to 900 µs, depending on what was removed lately: hence all is removed at the end only.
//
// An entry is 5 kB of JSON, a content 8 kB; both are verified by SHA-256 when read, in either store. Prints medians: µs per
// operation, ms in a fresh process until the first entry is found, ms for two processes that insert half each at once.
import { execFile, execFileSync } from "node:child_process"
import { hash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

interface Store {
  readonly insert: (key: string, entry: string, digest: string, content: Uint8Array) => void
  readonly find: (key: string) => string | undefined
  /** Takes a content out into a file. */
  readonly fetch: (digest: string, to: string) => boolean
  readonly close: () => void
}

const sha256 = (data: string | Uint8Array) => hash("sha256", data, "hex")

const files = (dir: string): Store => {
  let written = 0
  const path = (kind: string, name: string) => `${dir}/${kind}/${name.slice(0, 2)}/${name}`
  const write = (to: string, data: string | Uint8Array) => {
    const temporary = `${to}.${process.pid}-${written++}~`
    try {
      writeFileSync(temporary, data)
    } catch {
      mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true })
      writeFileSync(temporary, data)
    }
    renameSync(temporary, to)
  }
  return {
    insert: (key, entry, digest, content) => {
      write(path("content", digest), content)
      write(path("actions", key), `${sha256(entry)}\n${entry}`)
    },
    find: (key) => {
      if (statSync(path("actions", key), { throwIfNoEntry: false }) === undefined) return undefined
      const text = readFileSync(path("actions", key), "utf8")
      return text.slice(0, 64) === sha256(text.slice(65)) ? text.slice(65) : undefined
    },
    fetch: (digest, to) => {
      const content = readFileSync(path("content", digest))
      if (sha256(content) !== digest) return false
      writeFileSync(to, content)
      return true
    },
    close: () => {}
  }
}

const sqlite = async (dir: string): Promise<Store> => {
  const { DatabaseSync } = await import("node:sqlite")
  mkdirSync(dir, { recursive: true })
  const database = new DatabaseSync(`${dir}/index.db`, { timeout: 10_000 })
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 268435456")
  database.exec("CREATE TABLE IF NOT EXISTS actions (key TEXT PRIMARY KEY, seal TEXT, entry TEXT) WITHOUT ROWID")
  database.exec("CREATE TABLE IF NOT EXISTS content (digest TEXT PRIMARY KEY, data BLOB)")
  const putEntry = database.prepare("INSERT OR REPLACE INTO actions VALUES (?, ?, ?)")
  const putContent = database.prepare("INSERT OR IGNORE INTO content VALUES (?, ?)")
  const getEntry = database.prepare("SELECT seal, entry FROM actions WHERE key = ?")
  const getContent = database.prepare("SELECT data FROM content WHERE digest = ?")
  return {
    // One transaction for an action: it is published when it ends.
    insert: (key, entry, digest, content) => {
      database.exec("BEGIN IMMEDIATE")
      putContent.run(digest, content)
      putEntry.run(key, sha256(entry), entry)
      database.exec("COMMIT")
    },
    find: (key) => {
      const row = getEntry.get(key) as { readonly seal: string; readonly entry: string } | undefined
      return row !== undefined && row.seal === sha256(row.entry) ? row.entry : undefined
    },
    fetch: (digest, to) => {
      const row = getContent.get(digest) as { readonly data: Uint8Array } | undefined
      if (row === undefined || sha256(row.data) !== digest) return false
      writeFileSync(to, row.data)
      return true
    },
    close: () => database.close()
  }
}

const open = (kind: string, dir: string) => kind === "files" ? files(dir) : sqlite(dir)

const itemOf = (index: number) => {
  const inputs = Array.from({ length: 50 }, (_, header) => [`/core/header-${header}.h`, sha256(`${index} ${header}`)])
  const content = Buffer.alloc(8192, `object ${index} `)
  return { key: sha256(`action ${index}`), entry: JSON.stringify(inputs), digest: sha256(content), content }
}

const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

const { positionals: [task, kind = "", dir = "", first = "0", last = "0"], values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "3" },
    dir: { type: "string", default: tmpdir() },
    sizes: { type: "string", default: "1000,10000" }
  }
})

if (task === "open") {
  // In a process of its own: to the first entry.
  const started = performance.now()
  const store = await open(kind, dir)
  if (store.find(itemOf(0).key) === undefined) throw new Error("entry 0 is not there")
  console.log(performance.now() - started)
} else if (task === "insert") {
  const store = await open(kind, dir)
  for (let index = Number(first); index < Number(last); index++) {
    const { content, digest, entry, key } = itemOf(index)
    store.insert(key, entry, digest, content)
  }
  store.close()
} else {
  const self = (...args: ReadonlyArray<string>) => [import.meta.filename, ...args]
  const inserting = (...args: ReadonlyArray<string>) =>
    new Promise<void>((resolve, reject) =>
      execFile(process.execPath, self("insert", ...args), (error) => error === null ? resolve() : reject(error))
    )
  const root = mkdtempSync(join(values.dir, "fbuild-bench-"))
  try {
    for (const size of values.sizes.split(",").map(Number)) {
      const items = Array.from({ length: size }, (_, index) => itemOf(index))
      const samples = new Map<string, Array<number>>()
      const sample = (name: string, value: number) => samples.set(name, [...samples.get(name) ?? [], value])
      for (let run = 0; run < Number(values.runs); run++) {
        for (const kind of ["files", "sqlite"]) {
          const dir = join(root, `${kind}-${size}-${run}`)
          const each = (name: string, operation: (item: typeof items[number], index: number) => void) => {
            const started = performance.now()
            items.forEach(operation)
            sample(`${kind} ${name}, µs`, (performance.now() - started) / size * 1000)
          }
          const store = await open(kind, dir)
          each("insert", ({ content, digest, entry, key }) => store.insert(key, entry, digest, content))
          each("find", ({ key }) => {
            if (store.find(key) === undefined) throw new Error(`${kind} has lost ${key}`)
          })
          each("find nothing", ({ digest }) => store.find(digest))
          mkdirSync(join(dir, "out"))
          each("fetch", ({ digest }, index) => {
            if (!store.fetch(digest, `${dir}/out/${index}`)) throw new Error(`${kind} has lost ${digest}`)
          })
          store.close()
          for (let time = 0; time < 5; time++) {
            sample(`${kind} open, ms`, Number(execFileSync(process.execPath, self("open", kind, dir))))
          }
          const shared = join(root, `${kind}-${size}-${run}-shared`)
          // Two processes that make the database at once: one may fail with "database is locked", whatever the timeout.
          const made = await open(kind, shared)
          made.close()
          const [half, all] = [`${size / 2}`, `${size}`]
          const started = performance.now()
          await Promise.all([inserting(kind, shared, "0", half), inserting(kind, shared, half, all)])
          sample(`${kind} two processes, ms`, performance.now() - started)
        }
      }
      console.log(`${size} entries and contents`)
      for (const [name, times] of [...samples].sort()) console.log(`  ${name.padEnd(30)} ${median(times).toFixed(2)}`)
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
