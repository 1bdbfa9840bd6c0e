// @effect-diagnostics globalDate:off globalTimers:off -- below the level of fibers, where there is no clock to ask
import type { Scheduler, SchedulerDispatcher } from "effect/Scheduler"

/** How long fibers run before sockets, processes and timers have their turn, ms. */
const turnMillis = 2
/** Steps of a fiber between two looks at the time, which costs less than a step. */
const stepsBetween = 4

interface Task {
  readonly run: () => void
  readonly priority: number
}

/** Tasks of all fibers, lower priority numbers first, else in the order they came. */
let queue: Array<Task> = []
let isScheduled = false
/** When the turn that runs now began, ms. */
let began = 0

let turnEnded: ((beganMillis: number) => void) | undefined

/** Has a function called after each turn, with the time at which it began (`performance.now`). */
export const watchTurns = (ended: typeof turnEnded): void => {
  turnEnded = ended
}

const isOver = () => performance.now() - began > turnMillis

/** Runs what is there, until the turn is over; what that schedules comes after it. */
const turn = (): void => {
  isScheduled = false
  began = performance.now()
  const tasks = queue
  queue = []
  let done = 0
  while (done < tasks.length && (done === 0 || !isOver())) tasks[done++]!.run()
  // In one go: ten thousand may be left of a turn.
  queue = [...tasks.slice(done), ...queue].sort((one, other) => one.priority - other.priority)
  schedule()
  turnEnded?.(began)
}

/** Puts a task behind those of the same priority. */
const enter = (task: Task): void => {
  const at = queue.findLastIndex(({ priority }) => priority <= task.priority)
  queue.splice(at + 1, 0, task)
}

const schedule = (): void => {
  if (isScheduled || queue.length === 0) return
  isScheduled = true
  setImmediate(turn)
}

const dispatcher: SchedulerDispatcher = {
  scheduleTask: (run, priority) => {
    enter({ run, priority })
    schedule()
  },
  flush: () => {
    while (queue.length > 0) turn()
  }
}

/**
 * Runs fibers in short turns: files are read synchronously, and as many steps as Effect's own scheduler lets a fiber do at
 * once would hold up every other request for too long. A single step is never cut short.
 */
export const shortTurns: Scheduler = {
  executionMode: "async",
  shouldYield: ({ cache, currentOpCount }) =>
    currentOpCount >= cache.maxOpsBeforeYield || (currentOpCount % stepsBetween === 0 && isOver()),
  makeDispatcher: () => dispatcher
}
