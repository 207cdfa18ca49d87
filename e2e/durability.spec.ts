// SPDX-License-Identifier: BSD-2-Clause
/** The hypercalls and stores in a real browser: the border kernel, and killing the browser while it writes to IndexedDB. */
import fs from 'node:fs';
import { expect, test } from '@playwright/test';
import { type HostPage, KillableBrowser, makeProfile, serveHostPage } from './host_page';

type Storage = 'indexeddb' | 'opfs';

interface RumpusTest {
  border(): Promise<{ text: string; failures: number; disk: number; startNs: number[]; bootMs: number }>;
  measure(): Promise<Record<string, number>>;
  readSlots(storage: Storage): Promise<number[]>;
  writeForever(storage: Storage, first: number): Promise<void>;
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

/** Kills a storage survives here: a few, or as many as `npm run e2e -- --kills 50` asks for. */
const KILLS = Number(process.env['RUMPUS_KILLS'] ?? 4);
const SLOTS = 512;

/** What is in the slots must be at least what was promised, and whole. */
function checkSlots(state: readonly number[], synced: number): void {
  expect(state).not.toContain(-1);
  for (let n = Math.max(1, synced - SLOTS + 1); n <= synced; n++)
    expect(state[n % SLOTS], `block ${n} of ${synced}`).toBeGreaterThanOrEqual(n);
}

for (const storage of ['indexeddb', 'opfs'] as const) {
  test(`killing the browser loses nothing that was synced and tears nothing: ${storage}`, async () => {
    test.setTimeout(60_000 + KILLS * 30_000);
    const profile = makeProfile();
    let synced = 0;
    try {
      for (let round = 0; round <= KILLS; round++) {
        const browser = await KillableBrowser.start(profile, host.url);
        // Messages of workers reach the page's own list too.
        browser.page.on('console', (message) => {
          const ack = /^ack (\d+)$/.exec(message.text());
          if (ack !== null) synced = Math.max(synced, Number(ack[1]));
        });
        const state = await browser.page.evaluate((where) => rumpusTest.readSlots(where), storage);
        checkSlots(state, synced);
        if (round < KILLS) {
          const first = Math.max(synced, ...state) + 1;
          browser.page
            .evaluate(([where, n]) => rumpusTest.writeForever(where, n), [storage, first] as const)
            .catch(() => undefined);
          const before = synced;
          await expect
            .poll(() => synced, { intervals: [20], timeout: 30_000 })
            .toBeGreaterThan(before + 50 + (round % 9) * 37);
        }
        await browser.kill();
      }
      console.log(`${storage}: ${KILLS} kills, ${synced} writes`);
    } finally {
      fs.rmSync(profile, { recursive: true, force: true });
    }
  });
}
