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

/** Tasks of all fibers that the next turn begins with: lower priority numbers first, else in the order they came. */
let queue: Array<Task> = []
/** How many of them have been run. */
let done = 0
/** What has been scheduled since the last turn began. */
let incoming: Array<Task> = []
let isScheduled = false
/** When the turn that runs now began, with what the thread did just before it, ms. */
let began = 0
/** How long the thread had not waited for anything when the last turn ended, ms. */
let awake = 0

let turnEnded: ((beganMillis: number) => void) | undefined

/** Has a function called after each turn, with the time at which it began (`performance.now`). */
export const watchTurns = (ended: typeof turnEnded): void => {
  turnEnded = ended
}

const isOver = () => performance.now() - began > turnMillis

/** Runs what is there, until the turn is over; what that schedules comes after it. */
const turn = (): void => {
  isScheduled = false
  const start = performance.now()
  // What sockets and modules have taken since the last turn makes this one shorter: nothing else has its turn in between.
  began = start - Math.min(turnMillis, awakeMillis() - awake)
  enter()
  const first = done
  while (done < queue.length && (done === first || !isOver())) queue[done++]!.run()
  schedule()
  awake = awakeMillis()
  turnEnded?.(start)
}

const awakeMillis = () => performance.eventLoopUtilization().active

/** Puts what has come behind what is left. Ten thousand may be left of a turn: only what has come is looked at. */
const enter = (): void => {
  if (done === queue.length || done > mostDone) {
    queue = queue.slice(done)
    done = 0
  }
  let last = queue.at(-1)?.priority ?? 0
  let isSorted = true
  for (const task of incoming) {
    isSorted &&= task.priority >= last
    last = task.priority
    queue.push(task)
  }
  incoming = []
  if (isSorted) return
  queue = queue.slice(done).sort((one, other) => one.priority - other.priority)
  done = 0
}

/** So many that have been run are let go at once. */
const mostDone = 10_000

const isEmpty = () => done === queue.length && incoming.length === 0

const schedule = (): void => {
  if (isScheduled || isEmpty()) return
  isScheduled = true
  setImmediate(turn)
}

const dispatcher: SchedulerDispatcher = {
  scheduleTask: (run, priority) => {
    incoming.push({ run, priority })
    schedule()
  },
  flush: () => {
    while (!isEmpty()) turn()
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
