// SPDX-License-Identifier: BSD-2-Clause
/** Images in all formats in and out, with snapshots, in both storages, and from web servers. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type FileServer, serveFolder } from './file_server';
import { RumpusPage } from './harness';
import { BIG_ISO, IMAGES } from './make_images';

const folder = mkdtempSync(join(tmpdir(), 'rumpus-storage-'));
const inFolder = (name: string): string => join(folder, name);
const sh = (script: string): void => void execFileSync('sh', ['-c', script], { cwd: folder, stdio: 'pipe' });

test.beforeAll(() => {
  copyFileSync(IMAGES.ffs2.file, inFolder('disk.img'));
  sh('for f in qcow2 vmdk vpc; do qemu-img convert -f raw -O $f disk.img d.$f; done');
  sh('gzip -k disk.img; zstd -q disk.img; echo words >notes.txt; zip -q d.zip disk.img notes.txt');
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mount = (device: string): string => `mkdir -p /mnt/f && mount -t ffs ${device} /mnt/f`;

for (const name of ['d.qcow2', 'd.vmdk', 'd.vpc', 'disk.img.gz', 'disk.img.zst']) {
  test(`${name} is read, written to, and there after a reload`, async ({ page }) => {
    const rumpus = new RumpusPage(page);
    await rumpus.open();
    await rumpus.choose(inFolder(name));
    const card = name.startsWith('disk') ? 'disk.img' : name;
    const device = await rumpus.attached(card);
    await rumpus.runOk(`${mount(device)} && cat /mnt/f/hello.txt && echo changed >/mnt/f/new && umount /mnt/f`);
    await page.reload();
    await rumpus.prompt();
    await rumpus.showPanel('Images');
    await rumpus.attached(card);
    expect(await rumpus.runOk(`${mount(device)} && cat /mnt/f/new`)).toContain('changed');
  });
}

test('a dropped image is written to at once, and what was written is there after a reload', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.drop(inFolder('disk.img'));
  const device = await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && echo early >/mnt/f/new && umount /mnt/f`);
  await expect(rumpus.image('disk.img').getByText(/kept in this browser/)).toBeVisible();
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await rumpus.attached('disk.img');
  expect(await rumpus.runOk(`${mount(device)} && cat /mnt/f/new`)).toContain('early');
});

test('of an archive the disk is chosen; another format is refused with the way out', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(inFolder('d.zip'));
  await rumpus.accessible();
  await page.getByRole('button', { name: /^disk\.img/ }).click();
  const device = await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && cat /mnt/f/hello.txt`);
  writeFileSync(inFolder('d.vhdx'), 'vhdxfile and more');
  await rumpus.choose(inFolder('d.vhdx'));
  await expect(page.getByText(/VHDX image\. Convert it/)).toBeVisible();
});

test('unpacking is cancelled, and nothing is left of it', async ({ page }) => {
  sh('head -c 2G /dev/zero | gzip -1 >zeros.img.gz');
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.dropFile(inFolder('zeros.img.gz'));
  await expect(page.getByText(/^unpacking: /)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('No images yet')).toBeVisible();
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await expect(page.getByText('No images yet')).toBeVisible();
});

test('snapshot while mounted, restore and reset: each asks, each does what it says', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(inFolder('disk.img'));
  const device = await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && echo one >/mnt/f/new`);
  await rumpus.menu('disk.img', 'Snapshot…');
  await page.getByRole('textbox', { name: 'Name of the snapshot' }).fill('with one');
  await rumpus.accessible();
  await page.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(page.getByText('disk.img can be brought back to “with one”.')).toBeVisible();
  await rumpus.runOk('echo two >/mnt/f/new; sync');
  await rumpus.menu('disk.img', 'Restore…');
  await page.getByRole('radio', { name: /with one/ }).check();
  await rumpus.accessible();
  await page.screenshot({ path: 'out/shots/restore.png' });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText(/is in use/)).toBeVisible();
  expect(await rumpus.runOk('cat /mnt/f/new && umount /mnt/f')).toContain('two');
  await rumpus.menu('disk.img', 'Restore…');
  await page.getByRole('radio', { name: /with one/ }).check();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await rumpus.idle();
  await rumpus.attached('disk.img');
  // It was mounted when it was frozen.
  expect(await rumpus.runOk(`mount -f -t ffs ${device} /mnt/f && cat /mnt/f/new && umount /mnt/f`)).toContain('one');
  await rumpus.menu('disk.img', 'Reset…');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await rumpus.menu('disk.img', 'Reset…');
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await rumpus.idle();
  await rumpus.attached('disk.img');
  expect((await rumpus.run(`${mount(device)} && cat /mnt/f/new`)).output).toMatch(/No such file/);
  await rumpus.runOk('umount /mnt/f');
  const raw = await rumpus.exported('disk.img', 'Export raw image');
  expect(readFileSync(raw).length).toBe(readFileSync(inFolder('disk.img')).length);
});

test('a disk larger than 4 GB, with its partition behind them, is written to and kept', async ({ page }) => {
  sh(`truncate -s 8G large.img && sgdisk -n 1:12582912:+64M -t 1:0700 -c 1:far large.img >out
    mkfs.fat -F 16 --offset 12582912 large.img 65536 >out && qemu-img convert -f raw -O qcow2 large.img large.qcow2 && rm large.img`);
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(inFolder('large.qcow2'));
  await rumpus.attached('large.qcow2');
  await rumpus.image('large.qcow2').getByRole('button', { name: 'Mount far' }).click();
  await rumpus.runOk('echo far away >/mnt/large-far/new && umount /mnt/large-far');
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await expect(rumpus.image('large.qcow2').getByText('needs its file')).toBeVisible();
  await rumpus.choose(inFolder('large.qcow2'));
  await rumpus.attached('large.qcow2');
  expect(await rumpus.runOk('mkdir -p /mnt/l && mount /dev/dk0 /mnt/l && cat /mnt/l/new')).toContain('far away');
});

test('exports as gzip and qcow2 are what the disk is', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(inFolder('disk.img'));
  const device = await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && echo ${'sentinel'.repeat(8)} >/mnt/f/new && umount /mnt/f`);
  const raw = await rumpus.exported('disk.img', 'Export raw image');
  const gzip = await rumpus.exported('disk.img', 'Export packed (gzip)');
  const qcow2 = await rumpus.exported('disk.img', 'Export without holes (qcow2)');
  expect(readFileSync(raw).includes('sentinel'.repeat(8))).toBe(true);
  await rumpus.menu('disk.img', 'Duplicate');
  const copy = await rumpus.attached('disk copy.img');
  expect(await rumpus.runOk(`${mount(copy)} && cat /mnt/f/new && umount /mnt/f`)).toContain('sentinel');
  sh(`gunzip <${gzip} >packed.raw && cmp packed.raw ${raw}`);
  sh(`qemu-img check -q -f qcow2 ${qcow2} && qemu-img compare -q -f raw -F qcow2 ${raw} ${qcow2}`);
});

test('the fast store and back: the same bytes, and no snapshots there', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.choose(inFolder('disk.img'));
  const device = await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && echo kept >/mnt/f/new && umount /mnt/f`);
  await rumpus.menu('disk.img', 'Move to the fast store…');
  await rumpus.accessible();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(rumpus.image('disk.img').getByText(/fast store/)).toBeVisible();
  await rumpus.attached('disk.img');
  await rumpus.runOk(`${mount(device)} && cat /mnt/f/new && echo more >>/mnt/f/new && umount /mnt/f`);
  await page.reload();
  await rumpus.prompt();
  await rumpus.showPanel('Images');
  await rumpus.attached('disk.img');
  await page.getByRole('button', { name: 'Menu for disk.img' }).click();
  await expect(page.getByRole('menuitem', { name: 'Snapshot…' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Move to the database…' }).click();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(rumpus.image('disk.img').getByText('fast store')).toHaveCount(0);
  await rumpus.attached('disk.img');
  expect(await rumpus.runOk(`${mount(device)} && cat /mnt/f/new`)).toContain('kept\nmore');
});

test.describe('an image on a web server', () => {
  let server: FileServer;
  test.beforeEach(async () => {
    server = await serveFolder(folder);
    sh(`ln -sf ${BIG_ISO} big.iso`);
  });
  test.afterEach(() => server.close());

  test('a 4 GB one is mounted at once, with few bytes fetched', async ({ page }) => {
    const rumpus = new RumpusPage(page);
    await rumpus.open(`/?disk=${server.url}/big.iso`);
    await rumpus.showPanel('Images');
    const device = await rumpus.attached('big.iso');
    await rumpus.runOk(`mkdir -p /mnt/big && mount -t cd9660 -o ro ${device} /mnt/big && cat /mnt/big/hello.txt`);
    expect(server.sent).toBeLessThan(8 << 20);
  });

  test('a qcow2 one is written to; changes stay, and are refused when the file has changed', async ({ page }) => {
    const rumpus = new RumpusPage(page);
    await rumpus.open();
    await rumpus.showPanel('Images');
    await page.getByRole('textbox', { name: 'Address of an image' }).fill(`${server.url}/d.qcow2`);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    const device = await rumpus.attached('d.qcow2');
    await rumpus.runOk(`${mount(device)} && cat /mnt/f/hello.txt && echo mine >/mnt/f/new && umount /mnt/f`);
    await page.reload();
    await rumpus.prompt();
    await rumpus.showPanel('Images');
    await rumpus.attached('d.qcow2');
    expect(await rumpus.runOk(`${mount(device)} && cat /mnt/f/new && umount /mnt/f`)).toContain('mine');
    server.version = 2;
    await page.reload();
    await rumpus.prompt();
    await rumpus.showPanel('Images');
    await expect(rumpus.image('d.qcow2').getByText(/is not what it was when the changes here were made/)).toBeVisible();
  });

  test('servers that will not do are named', async ({ page }) => {
    const rumpus = new RumpusPage(page);
    server.ranges = false;
    await rumpus.open(`/?disk=${server.url}/disk.img`);
    await expect(page.getByText(/sends only whole files/)).toBeVisible();
    server.cors = false;
    await rumpus.open(`/?disk=${server.url}/disk.img`);
    await expect(page.getByText(/does not let pages of other sites read it/)).toBeVisible();
  });
});
