/** Whether a process of this machine is alive. One that we may not signal is. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** The id of this process, for names that no other living process uses. */
export const ownPid = (): number => process.pid
