// SPDX-License-Identifier: BSD-2-Clause
/** End-to-end tests: the built page in Debian's Chromium, with and without isolation headers. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from './build/browsers.mjs';

/** RUMPUS_E2E_PORT: for two runs on one machine at a time. */
export const PORT = Number(process.env['RUMPUS_E2E_PORT'] ?? 8041);
export const PLAIN_PORT = PORT + 1;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  // A loaded machine of two CPUs is the usual one: a second try, and the report names what needed it.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  globalSetup: './e2e/make_images.ts',
  use: {
    baseURL: process.env['RUMPUS_E2E_BASE'] ?? `http://localhost:${PORT}`,
    viewport: { width: 1280, height: 800 },
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGS },
    trace: 'off',
  },
  webServer: [
    {
      command: `npx vite preview --port ${PORT} --strictPort`,
      port: PORT,
      reuseExistingServer: true,
    },
    {
      command: `npx vite preview --port ${PLAIN_PORT} --strictPort`,
      env: { RUMPUS_NO_ISOLATION: '1' },
      port: PLAIN_PORT,
      reuseExistingServer: true,
    },
  ],
});
