// SPDX-License-Identifier: BSD-2-Clause
/** Images made by others: dropped, mounted, read byte for byte, kept across a reload. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';
import { BIG_ISO, IMAGES, type ImageName, MANIFEST, type ManifestFile } from './make_images';

const manifest = (): ManifestFile[] => JSON.parse(readFileSync(MANIFEST, 'utf8')) as ManifestFile[];
const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);

/** Every file below a mount point with checksum and size, as the guest reads them. */
async function guestSums(rumpus: RumpusPage, at: string): Promise<{ path: string; cksum: number; size: number }[]> {
  const output = await rumpus.runOk(`find ${at} -type f -exec cksum '{}' ';'`, 120_000);
  return output
    .split('\n')
    .map((line) => /^(\d+) (\d+) (.+)$/.exec(line.trim()))
    .filter((found) => found !== null)
    .map((found) => ({ path: (found[3] ?? '').slice(at.length + 1), cksum: Number(found[1]), size: Number(found[2]) }))
    .sort(byPath);
}

for (const name of Object.keys(IMAGES) as ImageName[]) {
  test(`${name}: every file is read as it was written`, async ({ page }) => {
    const { file, fs } = IMAGES[name];
    const rumpus = new RumpusPage(page);
    await rumpus.open();
    await rumpus.drop(file);
    const device = await rumpus.attached(basename(file));
    await rumpus.runOk(`mkdir -p /mnt/i && mount -t ${fs} -o ro ${device} /mnt/i`);
    const listing = await rumpus.runOk('ls -lR /mnt/i');
    expect(listing).toContain('file-119.txt');
    expect(listing).toContain('link-to-hello -> hello.txt');
    expect(await rumpus.runOk('cat /mnt/i/hello.txt')).toContain('Hello from a disk image.');
    expect(await rumpus.runOk('cat /mnt/i/link-to-hello')).toContain('Hello from a disk image.');
    const expected = manifest()
      .map(({ path, cksum, size }) => ({ path, cksum, size }))
      .sort(byPath);
    expect(await guestSums(rumpus, '/mnt/i')).toEqual(expected);
    await rumpus.runOk('umount /mnt/i');
  });
}

test('images are still there after a reload, the button mounts', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.genisoimage.file, IMAGES.ffs2.file);
  await expect(rumpus.image('genisoimage.iso').getByText(/kept in this browser/)).toBeVisible();
  await expect(rumpus.image('ffs2.img').getByText(/kept in this browser/)).toBeVisible();
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await rumpus.attached('ffs2.img');
  await rumpus
    .image('genisoimage.iso')
    .getByRole('button', { name: /^Mount/ })
    .click();
  await expect.poll(() => rumpus.text()).toContain('hello.txt');
  expect(await rumpus.runOk('cat /mnt/genisoimage/hello.txt')).toContain('Hello from a disk image.');
});

test('a 4 GB image mounts without being copied', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.showPanel('Images');
  await page.getByTestId('image-input').setInputFiles(BIG_ISO);
  const start = Date.now();
  const device = await rumpus.attached('big.iso');
  await rumpus.runOk(`mkdir -p /mnt/big && mount -t cd9660 -o ro ${device} /mnt/big`);
  console.log(`4 GB ISO attached and mounted in ${Date.now() - start} ms`);
  expect(await rumpus.runOk('cat /mnt/big/hello.txt')).toContain('Hello from a disk image.');
});

test('a stored image is exported as it came in', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.xorriso.file);
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await rumpus.attached('xorriso.iso');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Menu for/ }).click();
  await page.getByRole('menuitem', { name: 'Export raw image' }).click();
  const path = await (await download).path();
  expect(readFileSync(path).equals(readFileSync(IMAGES.xorriso.file))).toBe(true);
});

test('an image that is mounted and written to is exported as it is at that moment', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.ffs2.file);
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  const device = await rumpus.attached('ffs2.img');
  await rumpus.runOk(`mkdir -p /mnt/f && mount -t ffs ${device} /mnt/f && echo ${'sentinel'.repeat(9)} >/mnt/f/new`);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Menu for/ }).click();
  await page.getByRole('menuitem', { name: 'Export raw image' }).click();
  const bytes = readFileSync(await (await download).path());
  expect(bytes.length).toBe(readFileSync(IMAGES.ffs2.file).length);
  expect(bytes.includes('sentinel'.repeat(9))).toBe(true);
  await rumpus.runOk('cat /mnt/f/new');
});

test('delete asks first, rename and detach work', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.genisoimage.file);
  await rumpus.attached('genisoimage.iso');
  const menu = page.getByRole('button', { name: /^Menu for/ });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Image name' }).fill('mine.iso');
  await page.keyboard.press('Enter');
  await expect(rumpus.image('mine.iso')).toBeVisible();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Detach' }).click();
  await expect(rumpus.image('mine.iso').getByText('not attached')).toBeVisible();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(rumpus.image('mine.iso')).toBeVisible();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(rumpus.image('mine.iso')).toHaveCount(0);
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await expect(page.getByText('No images yet')).toBeVisible();
});
