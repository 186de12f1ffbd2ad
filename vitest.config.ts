import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // Two cores, and a third that mostly waits: for real processes to come to rest.
    maxWorkers: 3,
    testTimeout: 240_000,
    globalSetup: ['test/support/postgres.ts'],
  },
})
