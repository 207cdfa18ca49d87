// SPDX-License-Identifier: BSD-2-Clause
/** The page in Debian's Firefox, which Playwright cannot drive: puppeteer does, by WebDriver BiDi. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from '@playwright/test';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { FIREFOX } from '../build/browsers.mjs';
import { IMAGES, MANIFEST, type ManifestFile } from './make_images';

test.skip(!existsSync(FIREFOX), 'no Firefox here');

let browser: Browser;
test.beforeAll(async () => {
  browser = await launch({ browser: 'firefox', executablePath: FIREFOX, headless: true });
});
test.afterAll(() => browser?.close());

async function open(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/?testing=1`);
  await page.waitForFunction(() => window.__rump !== undefined);
  await page.evaluate(() => window.__rump!.whenPrompt());
}

/** The output of a command. */
async function run(page: Page, command: string): Promise<string> {
  const mark = `mark-${Math.random()}`;
  await page.evaluate(
    (typed) => window.__rump!.type(typed),
    `${command}; echo "${mark.slice(0, 4)}""${mark.slice(4)}"\r`,
  );
  await page.waitForFunction((end) => window.__rump!.text().includes(`\n${end}`), {}, mark);
  const text = await page.evaluate(() => window.__rump!.text());
  const echoed = text.lastIndexOf(`""${mark.slice(4)}`);
  return text.slice(text.indexOf('\n', echoed) + 1, text.lastIndexOf(mark));
}

async function drop(page: Page, path: string): Promise<void> {
  const input = (await page.evaluateHandle(() => {
    const made = document.createElement('input');
    made.type = 'file';
    document.body.append(made);
    return made;
  })) as Awaited<ReturnType<typeof page.$<'input'>>>;
  await input?.uploadFile(path);
  await input?.evaluate((made) => {
    const transfer = new DataTransfer();
    transfer.items.add(made.files![0]!);
    made.remove();
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(
    (name) => window.__rump!.system.store.getState().images.some((i) => i.name === name && i.state.tag === 'attached'),
    {},
    basename(path),
  );
  await page.evaluate(() => window.__rump!.whenIdle());
}

test('boots, is ready for offline, mounts an image, writes, and finds it again', async ({ baseURL }) => {
  const page = await browser.newPage();
  await open(page, baseURL as string);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // The service worker has taken the page over before it is asked for more.
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');

  await drop(page, IMAGES.ffs2.file);
  await run(page, 'mkdir /m && mount /dev/rd0 /m');
  const files: ManifestFile[] = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  for (const { path, cksum, size } of files.slice(0, 5))
    expect(await run(page, `cksum '/m/${path}'`)).toContain(`${cksum} ${size}`);
  await run(page, 'echo kept >/m/new && umount /m');

  await open(page, baseURL as string);
  await page.evaluate(() => window.__rump!.whenIdle());
  expect(await run(page, 'mkdir /m && mount /dev/rd0 /m && cat /m/new')).toContain('kept');
  expect(await run(page, 'umount /m && fsck -n /dev/rrd0')).not.toContain('UNEXPECTED');
});
