// SPDX-License-Identifier: BSD-2-Clause
/** From navigation to a prompt, warm starts, offline, terminals, signals. */
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';

test('boots to a prompt and runs commands', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const rumpus = new RumpusPage(page);
  const cold = await rumpus.open();
  console.log(`navigation to prompt, cold: ${Math.round(cold)} ms`);
  expect(await rumpus.runOk('echo hello from rump')).toContain('hello from rump');
  expect((await rumpus.run('false')).status).toBe(1);
  expect(await rumpus.runOk('uname -s')).toMatch(/\S/);
  expect(await rumpus.runOk('echo one two | wc -w')).toMatch(/\b2\b/);
  await rumpus.showPanel('Boot');
  await expect(page.locator('.stage[data-state=done]')).toHaveCount(6);
  expect(errors).toEqual([]);
});

test('warm start is quick', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await page.reload();
    times.push(await rumpus.prompt());
  }
  times.sort((a, b) => a - b);
  console.log(`navigation to prompt, warm: ${times.map(Math.round).join(' ')} ms; median ${Math.round(times[2] ?? 0)}`);
  console.log(JSON.stringify(await page.evaluate(() => window.__rump!.timings)));
  expect(times[2]).toBeLessThan(5000);
});

test('works with the network off after the first load', async ({ page, context }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await expect(page.getByText('works offline')).toBeVisible();
  await context.setOffline(true);
  await page.reload();
  await rumpus.prompt();
  expect(await rumpus.runOk('echo still here')).toContain('still here');
  await context.setOffline(false);
});

test('an idle tab does nothing', async ({ page, browser }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await expect(page.getByText('works offline')).toBeVisible();
  await page.waitForTimeout(3500);
  const session = await browser.newBrowserCDPSession();
  // The page and all its workers are one renderer process; others hardly count.
  const cpuMs = async (): Promise<number> => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
  };
  const before = await cpuMs();
  await page.waitForTimeout(10_000);
  const used = (await cpuMs()) - before;
  console.log(`CPU of page and workers in 10 idle seconds: ${used.toFixed(0)} ms (${(used / 100).toFixed(2)} %)`);
  expect(used).toBeLessThan(100);
});

test('^C interrupts a read on a fifo and a pipeline', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.runOk('mkdir -p /tmp && mkfifo /tmp/fifo');
  for (const command of ['cat /tmp/fifo', 'sleep 1000 | cat | wc']) {
    await rumpus.type(`${command}\r`);
    await page.waitForTimeout(700);
    await rumpus.type('\x03');
    expect(await rumpus.runOk('echo free again')).toContain('free again');
  }
});

test('several terminals; closing one releases its processes', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.runOk('echo first');
  const tty = async (): Promise<string> => (await rumpus.runOk('ps | wc -l')).trim();
  const before = await tty();
  await page.getByRole('button', { name: 'New terminal' }).click();
  await expect(page.getByRole('tab', { name: /sh 2/ })).toBeVisible();
  await expect.poll(() => rumpus.text(), { timeout: 15_000 }).toMatch(/[#$] $|[#$]$/);
  await rumpus.type('sleep 1000 | cat\r');
  await page.waitForTimeout(700);
  await page.getByRole('tab', { name: /sh 2/ }).press('Delete');
  await expect(page.getByRole('tab', { name: /sh 2/ })).toHaveCount(0);
  expect(await rumpus.text()).toContain('first');
  await expect.poll(tty, { timeout: 15_000 }).toBe(before);
});

test('a shell that ends can be started again with Enter', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.type('exit 3\r');
  await expect.poll(() => rumpus.text()).toContain('ended with status 3');
  await rumpus.type('\r');
  await page.waitForTimeout(500);
  expect(await rumpus.runOk('echo again')).toContain('again');
});

test('a flood of output can be interrupted and the page stays quick', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await page.evaluate(() => {
    const long: number[] = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({
      entryTypes: ['longtask'],
    });
    Object.assign(window, { long });
  });
  await rumpus.type('while true; do cat /dev/zero | hexdump -v | head -2000; done\r');
  await page.waitForTimeout(2500);
  const start = Date.now();
  await rumpus.type('\x03');
  expect(await rumpus.runOk('echo free again')).toContain('free again');
  const long = await page.evaluate(() => (window as unknown as { long: number[] }).long);
  console.log(`flood: interrupted in ${Date.now() - start} ms, longest task ${Math.round(Math.max(0, ...long))} ms`);
});
