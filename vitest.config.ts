import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/support/reporter.ts"

export default defineConfig({
  test: {
    // `scripts/test --jaeger`: backends that take minutes to build.
    include: [process.env["FBUILD_TEST_JAEGER"] === "1" ? "test/**/*.jaeger.ts" : "test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()]
  }
})
