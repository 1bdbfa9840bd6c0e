import type { Reporter, TestModule } from "vitest/node"

/**
 * Ends the output of a run with one line, `N passed, N failed`. A file that cannot be loaded, a failing hook and an error
 * outside of any test count as a failure each. A run in which no test was executed fails.
 */
export class ClosingLine implements Reporter {
  private line = "0 passed, 1 failed"

  onInit() {
    // At exit, so that nothing vitest prints on its way out comes after it.
    process.once("exit", () => process.stdout.write(`${this.line}\n`))
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>) {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      if (module.errors().length > 0) failed++
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed++
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === "passed") passed++
        // "pending" at the end of a run: the worker died, or the run was interrupted.
        else if (state !== "skipped") failed++
      }
    }
    this.line = `${passed} passed, ${failed} failed`
    if (failed > 0 || passed === 0) process.exitCode = 1
  }
}
