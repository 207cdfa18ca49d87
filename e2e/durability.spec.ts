// SPDX-License-Identifier: BSD-2-Clause
/** The hypercalls and stores in a real browser: the border kernel, and killing the browser while it writes to IndexedDB. */
import fs from 'node:fs';
import { expect, test } from '@playwright/test';
import { type HostPage, KillableBrowser, makeProfile, serveHostPage } from './host_page';

interface RumpusTest {
  border(): Promise<{ text: string; failures: number; disk: number; startNs: number[]; bootMs: number }>;
  measure(): Promise<Record<string, number>>;
  readSlots(): Promise<number[]>;
  writeForever(first: number): Promise<void>;
}
declare const rumpusTest: RumpusTest;

let host: HostPage;
test.beforeAll(async () => {
  host = await serveHostPage();
});
test.afterAll(() => host.close());

test('every hypercall works in Chromium', async ({ page }) => {
  await page.goto(host.url);
  await page.waitForFunction(() => 'rumpusTest' in globalThis);
  const result = await page.evaluate(() => rumpusTest.border());
  expect(result.text).not.toContain('FAIL');
  expect(result.text).toContain('0 failures');
  expect([result.failures, result.disk]).toEqual([0, 0]);
  const sorted = [...result.startNs].sort((a, b) => a - b);
  console.log(
    `border kernel boots in ${Math.round(result.bootMs)} ms; thread start ${Math.round((sorted[10] ?? 0) / 1000)} us`,
  );
});

test('a browser without Atomics.waitAsync', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(Atomics, 'waitAsync'));
  await page.goto(host.url);
  await page.waitForFunction(() => 'rumpusTest' in globalThis);
  const result = await page.evaluate(() => rumpusTest.border());
  expect(result.text).not.toContain('FAIL');
  expect([result.failures, result.disk]).toEqual([0, 0]);
});

test('IndexedDB store figures', async ({ page }) => {
  await page.goto(host.url);
  await page.waitForFunction(() => 'rumpusTest' in globalThis);
  const figures = await page.evaluate(() => rumpusTest.measure());
  console.log(JSON.stringify(figures));
  expect(figures['read_MBps']).toBeGreaterThan(5);
});

test('killing the browser loses nothing that was synced and tears nothing', async () => {
  const profile = makeProfile();
  const rounds = Number(process.env['RUMPUS_KILLS'] ?? 4);
  const slots = 512;
  let synced = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const browser = await KillableBrowser.start(profile, host.url);
      browser.page.on('console', (message) => {
        const ack = /^ack (\d+)$/.exec(message.text());
        if (ack !== null) synced = Math.max(synced, Number(ack[1]));
      });
      const state = await browser.page.evaluate(() => rumpusTest.readSlots());
      expect(state).not.toContain(-1);
      for (let n = Math.max(1, synced - slots + 1); n <= synced; n++)
        expect(state[n % slots], `block ${n} of ${synced}`).toBeGreaterThanOrEqual(n);
      const first = Math.max(synced, ...state) + 1;
      browser.page.evaluate((n) => rumpusTest.writeForever(n), first).catch(() => undefined);
      const before = synced;
      await expect.poll(() => synced, { intervals: [20] }).toBeGreaterThan(before + 50 + round * 37);
      await browser.kill();
    }
    console.log(`${rounds} kills, ${synced} writes`);
  } finally {
    fs.rmSync(profile, { recursive: true, force: true });
  }
});
