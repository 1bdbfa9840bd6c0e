// @effect-diagnostics nodeBuiltinImport:off globalTimers:off -- asks V8 to collect, which no Effect service models
import { getHeapStatistics, setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** How long nothing must run before the young, and before all objects are collected, ms. */
const [youngMillis, allMillis] = [50, 1000]
/** All are looked through when so many bytes have been added since the last time. */
const grownBytes = 8 * 1024 * 1024

/**
 * Collects garbage while nothing runs: it holds up this thread for milliseconds, in which a request would wait. V8 goes on doing
 * so by itself, seldom. What it returns is to be called when nothing runs any more, and gives what is to be called when something does
 * again. `resting` is called each time that nothing has run for so long that all would be collected.
 */
export const makeCollecting = (resting: () => void): () => () => void => {
  const gc = collector()
  let kept = 0
  const collectAll = () => {
    resting()
    if (getHeapStatistics().used_heap_size - kept < grownBytes) return
    gc()
    kept = getHeapStatistics().used_heap_size
  }
  collectAll()
  return () => {
    const timers = [setTimeout(() => gc({ type: "minor" }), youngMillis), setTimeout(collectAll, allMillis)]
    for (const timer of timers) timer.unref()
    return () => timers.forEach(clearTimeout)
  }
}

/** V8's own. With `--expose-gc` on its command line, Node compiles its own modules anew: 35 ms of each start. */
const collector = (): NodeJS.GCFunction => {
  setFlagsFromString("--expose-gc")
  const gc: NodeJS.GCFunction = runInNewContext("gc")
  setFlagsFromString("--no-expose-gc")
  return gc
}
