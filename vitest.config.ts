import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/support/reporter.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()]
  }
})
