// SPDX-License-Identifier: BSD-2-Clause
/** Every state in light, dark and at phone width: accessible, no sideways scrolling, and a picture to look at. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';
import { IMAGES, makeFile } from './make_images';

const wholeDisk = join(tmpdir(), `whole-${process.pid}`, 'whole.img');
test.beforeAll(() => {
  mkdirSync(dirname(wholeDisk), { recursive: true });
  makeFile(wholeDisk, 16 << 20);
  execFileSync('sgdisk', [
    '-n',
    '1:0:+4M',
    '-c',
    '1:root',
    '-n',
    '2:0:+8M',
    '-t',
    '2:0700',
    '-c',
    '2:my data',
    wholeDisk,
  ]);
});
test.afterAll(() => rmSync(dirname(wholeDisk), { recursive: true, force: true }));

const LOOKS = {
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 720 }, hasTouch: true },
  'phone-dark': { colorScheme: 'dark', viewport: { width: 360, height: 640 }, hasTouch: true },
} as const;

for (const [name, options] of Object.entries(LOOKS)) {
  test.describe(name, () => {
    test.use(options);
    test('looks', async ({ page }) => {
      const rumpus = new RumpusPage(page);
      await rumpus.open();
      const shot = async (state: string): Promise<void> => {
        await rumpus.accessible();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        expect(wide, 'scrolls sideways').toBe(false);
        await page.screenshot({ path: `out/shots/${name}-${state}.png` });
      };
      await rumpus.runOk('uname -a; ls -l /; dmesg | tail -3');
      await shot('shell');
      await rumpus.choose(IMAGES.genisoimage.file, IMAGES.ffs2be.file);
      await rumpus.attached('ffs2be.img');
      await shot('images');
      await page.getByRole('button', { name: 'Menu for ffs2be.img' }).click();
      await shot('image-menu');
      await page.keyboard.press('Escape');
      await rumpus.choose(wholeDisk);
      await expect(rumpus.image('whole.img').getByText('/dev/dk1')).toBeVisible();
      await shot('partitions');
      await rumpus.showPanel('Boot');
      await shot('boot');
      await rumpus.showPanel('Start');
      await shot('start');
    });
  });
}
