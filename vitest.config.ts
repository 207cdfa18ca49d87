// SPDX-License-Identifier: BSD-2-Clause
/** Unit tests run under Node; those that need a DOM say so at the top of the file. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{userland,hypercall-js,workers,cli,web,build}/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
