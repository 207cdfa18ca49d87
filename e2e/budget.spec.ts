// SPDX-License-Identifier: BSD-2-Clause
/** What is downloaded until the first prompt, Brotli, against PLAYGROUND budgets. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';

const KIB = 1024;
const CRITICAL = 90;
const TO_PROMPT = 160;
const KERNEL_GZIP = 250_000;

test('stays within the size budgets', async ({ page }) => {
  const sizes = new Map<string, number>();
  let kernel = 0;
  const bodies: Promise<void>[] = [];
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname.split('/').at(-1) ?? '';
    const measure = async (): Promise<void> => {
      const body = await response.body();
      if (name.endsWith('.wasm')) kernel = gzipSync(body, { level: 9 }).length;
      else if (name.endsWith('.js')) sizes.set(name, brotliCompressSync(body).length);
    };
    bodies.push(measure().catch(() => undefined));
  });
  const rumpus = new RumpusPage(page);
  await page.goto('./?testing=1&sw=off');
  await rumpus.prompt();
  await Promise.all(bodies);
  const total = (pattern: RegExp): number =>
    [...sizes].filter(([name]) => pattern.test(name)).reduce((sum, [, size]) => sum + size, 0) / KIB;
  const critical = total(/^(?:index|ui|react|system_context|rolldown-runtime)-/);
  const prompt = critical + total(/^(?:xterm|real_kernel)-/);
  console.log(`critical JS ${critical.toFixed(1)} KiB br, to prompt ${prompt.toFixed(1)}, kernel ${kernel} bytes gzip`);
  console.log([...sizes].map(([name, size]) => `${name} ${(size / KIB).toFixed(1)}`).join('\n'));
  expect(critical).toBeLessThanOrEqual(CRITICAL);
  expect(prompt).toBeLessThanOrEqual(TO_PROMPT);
  expect(kernel).toBeLessThan(KERNEL_GZIP);
});
