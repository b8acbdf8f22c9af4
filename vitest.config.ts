import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [process.env['CAUSEWAY_LONG'] ? 'tests/long/**/*.test.ts' : 'tests/unit/**/*.test.{ts,tsx}'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores, and many tests start servers or a browser of their own
    maxWorkers: 2,
    reporters: ['default'],
  },
});
