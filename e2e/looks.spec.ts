// SPDX-License-Identifier: BSD-2-Clause
/** Every state in light, dark and at phone width: accessible, no sideways scrolling, and a picture to look at. */
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';
import { IMAGES } from './make_images';

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
      await rumpus.showPanel('Boot');
      await shot('boot');
      await rumpus.showPanel('Start');
      await shot('start');
    });
  });
}
