// A process that uses the cache of a home as a build does, together with others: node storeWriter.ts HOME NAME
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { ActionCache } from "../../src/cache/ActionCache.ts"
import { CacheUsage } from "../../src/cache/CacheUsage.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import { run, stores } from "./stores.ts"

const [home = "", name = ""] = process.argv.slice(2)

const program = Effect.gen(function*() {
  const [cache, store, usage] = [yield* ActionCache, yield* ContentStore, yield* CacheUsage]
  let lost = 0
  for (let round = 0; round < 400; round++) {
    const output = `output ${round % 20} `.repeat(2000)
    const file = `${home}-${name}.o`
    Fs.writeFileSync(file, output)
    if (!(yield* store.put(file, sha256(output)))) lost++
    yield* cache.add(sha256(`${round % 5}`), run({ "a.h": `${name} ${round % 20}` }, output))
    for (const { outputs } of yield* cache.find(sha256(`${(round + 1) % 5}`))) {
      for (const { digest } of outputs) {
        if (!(yield* store.fetch(digest, file)) || sha256(Fs.readFileSync(file)) !== digest) lost++
      }
    }
  }
  return `damaged ${(yield* usage.flush).damaged} lost ${lost}\n`
})

process.stdout.write(Effect.runSync(program.pipe(Effect.provide(stores(home)))))
