// SPDX-License-Identifier: BSD-2-Clause
/** What goes wrong has a clear message that says what to do, and nothing stored is harmed. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { PLAIN_PORT } from '../playwright.config';
import { RumpusPage } from './harness';
import { BORDER_KERNEL, IMAGES } from './make_images';

const scratch = (name: string, content: Uint8Array | string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'rumpus-')), name);
  writeFileSync(path, content);
  return path;
};

test('a text file is not an image', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(scratch('notes.txt', 'only words\n'.repeat(50)));
  await expect(page.getByText('notes.txt was not attached.')).toBeVisible();
  await expect(page.getByText(/This is a text file/)).toBeVisible();
  await expect(page.locator('.image')).toHaveCount(0);
});

test('a packed file that is damaged, and one nobody unpacks here, say so', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(scratch('disk.img.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)));
  await expect(page.getByText('disk.img.gz was not unpacked.')).toBeVisible();
  await expect(page.getByText(/this image is damaged/)).toBeVisible();
  await rumpus.choose(scratch('disk.img.xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1)));
  await expect(page.locator('.image')).toHaveCount(0);
});

for (const name of ['genisoimage', 'ffs2'] as const) {
  test(`${name} cut in half: told, and reading gives errors, not a crash`, async ({ page }) => {
    const whole = readFileSync(IMAGES[name].file);
    const rumpus = new RumpusPage(page);
    await rumpus.open();
    await rumpus.choose(scratch('half.img', whole.subarray(0, whole.length / 2)));
    await expect(page.getByText(/Cut short/)).toBeVisible();
    const device = await rumpus.attached('half.img');
    await rumpus.run(
      `mkdir -p /mnt/h; mount -t ${IMAGES[name].fs} -o ro ${device} /mnt/h && find /mnt/h -type f -exec cksum '{}' ';'`,
      60_000,
    );
    expect(await rumpus.runOk('echo alive')).toContain('alive');
  });
}

test('mount with a wrong type is refused with a reason', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.ffs2.file);
  const device = await rumpus.attached('ffs2.img');
  const wrong = await rumpus.run(`mkdir -p /mnt/w; mount -t cd9660 -o ro ${device} /mnt/w`);
  expect(wrong.status).not.toBe(0);
  expect(wrong.output).toMatch(/mount/);
  const unknown = await rumpus.run(`mount -t nosuchfs ${device} /mnt/w`);
  expect(unknown.status).not.toBe(0);
  await rumpus.runOk(`mount -t ffs -o ro ${device} /mnt/w && cat /mnt/w/hello.txt`);
});

/** A page with a stored image, attached for writing. */
async function writer(page: Page): Promise<RumpusPage> {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.ffs2.file);
  await expect(rumpus.image('ffs2.img').getByText(/kept in this browser/)).toBeVisible();
  await page.reload();
  await rumpus.prompt();
  return rumpus;
}

test('a second tab is told, works on a copy of the moment, and takes over', async ({ page, context }) => {
  const first = await writer(page);
  await first.showPanel('Images');
  const device = await first.attached('ffs2.img');
  await first.runOk(`mkdir -p /mnt/f && mount -t ffs ${device} /mnt/f && echo words of the first tab >/mnt/f/new`);
  const second = new RumpusPage(await context.newPage());
  await second.open();
  await second.showPanel('Images');
  await expect(second.image('ffs2.img').getByText('open in another tab')).toBeVisible();
  await second.accessible();
  await second.page.getByRole('button', { name: 'Make a copy' }).click();
  const copy = await second.attached('ffs2 copy.img');
  await second.runOk(`mkdir -p /mnt/s && mount -t ffs -o ro ${copy} /mnt/s`);
  expect(await second.runOk('cat /mnt/s/new')).toContain('words of the first tab');
  await first.runOk('umount /mnt/f');
  await page.close();
  const own = await second.attached('ffs2.img');
  await second.runOk(`mkdir -p /mnt/f && mount -t ffs ${own} /mnt/f && echo more >>/mnt/f/new && cat /mnt/f/new`);
});

test('a disc that nobody can write to opens in any number of tabs', async ({ page, context }) => {
  const first = new RumpusPage(page);
  await first.open();
  await first.choose(IMAGES.genisoimage.file);
  await expect(first.image('genisoimage.iso').getByText(/kept in this browser/)).toBeVisible();
  await page.reload();
  await first.prompt();
  for (const rumpus of [new RumpusPage(await context.newPage()), first]) {
    if (rumpus !== first) await rumpus.open();
    await rumpus.showPanel('Images');
    const device = await rumpus.attached('genisoimage.iso');
    await rumpus.runOk(`mkdir -p /mnt/s && mount -t cd9660 -o ro ${device} /mnt/s && cat /mnt/s/hello.txt`);
  }
});

test('without IndexedDB images work and the page says that nothing is kept', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get: () => undefined });
  });
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.genisoimage.file);
  const device = await rumpus.attached('genisoimage.iso');
  await rumpus.runOk(`mkdir -p /mnt/m && mount -t cd9660 -o ro ${device} /mnt/m && cat /mnt/m/hello.txt`);
  await expect(page.getByText(/nothing kept/)).toBeVisible();
  await expect(page.getByText(/This window keeps nothing/)).toBeVisible();
  await rumpus.accessible();
});

test('with full storage the image works and the page says that it will not be kept', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.storage.estimate = async () => ({ quota: 1_000_000, usage: 999_000 });
  });
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.genisoimage.file);
  await rumpus.attached('genisoimage.iso');
  await expect(page.getByText(/will not be here after a reload/)).toBeVisible();
  await expect(page.getByText(/no room left/)).toBeVisible();
});

test('a host without the headers: one reload and it is isolated', async ({ page }) => {
  await page.goto(`http://localhost:${PLAIN_PORT}/?testing=1`);
  await page.waitForFunction(() => self.crossOriginIsolated && window.__rump !== undefined);
  await new RumpusPage(page).prompt();
});

test('not isolated and no helper: E-ISO with the list of fixes', async ({ page }) => {
  await page.goto(`http://localhost:${PLAIN_PORT}/?testing=1&sw=off`);
  const screen = page.getByTestId('screen');
  await expect(screen.getByText('E-ISO')).toBeVisible();
  await expect(screen.getByText('Cross-Origin-Opener-Policy: same-origin')).toBeVisible();
  await new RumpusPage(page).accessible();
  await page.screenshot({ path: 'out/shots/e-iso.png' });
});

test('an old browser is told which features are missing', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await page.goto('./?testing=1');
  await expect(page.getByText('E-OLD')).toBeVisible();
  await expect(page.getByText(/WebAssembly threads/)).toBeVisible();
});

test('a kernel that is not there: E-NET after three tries', async ({ page }) => {
  await page.goto('./?testing=1&kernel=/kernel/none.wasm');
  await expect(page.getByText('E-NET')).toBeVisible();
  await page.goto('./?testing=1&kernel=/favicon.svg');
  await expect(page.getByText('E-KERNEL')).toBeVisible();
});

test('no memory: E-MEM', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    } as unknown as typeof WebAssembly.Memory;
  });
  await page.goto('./?testing=1');
  await expect(page.getByText('E-MEM')).toBeVisible();
  await new RumpusPage(page).accessible();
});

test('a panic shows message, thread and backtrace, and reboots with the same disks', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(IMAGES.ffs1.file);
  await rumpus.attached('ffs1.img');
  // A call no client may make: giving back an lwp one does not have.
  await page.evaluate(() => {
    window.__rump!.system.kernel?.callSymbol?.('rump_pub_lwproc_releaselwp', []).catch(() => undefined);
  });
  const screen = page.getByTestId('screen');
  await expect(screen.getByText('The kernel panicked')).toBeVisible();
  await expect(screen.getByText(/^rump_lwproc_releaselwp/)).toBeVisible();
  await rumpus.accessible();
  await page.screenshot({ path: 'out/shots/panic.png' });
  const download = page.waitForEvent('download');
  await screen.getByRole('button', { name: 'Download crash report' }).click();
  expect((await download).suggestedFilename()).toBe('rumpus-crash.txt');
  await screen.getByRole('button', { name: 'Reboot with the same disks' }).click();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await rumpus.attached('ffs1.img');
  expect(await rumpus.runOk('echo back')).toContain('back');
});

test('a foreign kernel boots as far as it can and what it lacks is named', async ({ page }) => {
  const module = readFileSync(BORDER_KERNEL);
  await page.route(
    (url) => url.pathname === '/test-kernel/border.wasm',
    (route) => route.fulfill({ body: module, contentType: 'application/wasm' }),
  );
  await page.goto('./?testing=1&sw=off&RUMP_BORDER=0123456789&kernel=/test-kernel/border.wasm');
  const screen = page.getByTestId('screen');
  await expect(screen.getByText('FOREIGN KERNEL')).toBeVisible();
  await expect(screen.getByText('rump_syscall')).toBeVisible();
  await expect(screen.getByTestId('foreign-console')).toContainText('0 failures');
  await expect(screen.getByText(/rumpuser_\w+\(/).first()).toBeVisible();
  await screen.getByRole('combobox', { name: 'Function' }).selectOption('border_failures');
  await screen.getByRole('button', { name: 'Call' }).click();
  await expect(screen.getByText('= 0', { exact: true })).toBeVisible();
  await new RumpusPage(page).accessible();
  await page.screenshot({ path: 'out/shots/foreign.png', fullPage: true });
});

test('another kernel from a file boots to a prompt', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.showPanel('Boot');
  await page.getByTestId('kernel-input').setInputFiles('out/kernel/rumpus.wasm');
  await expect(page.locator('.bar-note')).toHaveText('rumpus.wasm');
  await rumpus.prompt();
  expect(await rumpus.runOk('echo from a file')).toContain('from a file');
});
