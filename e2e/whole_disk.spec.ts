// SPDX-License-Identifier: BSD-2-Clause
/** A whole disk: dropped on the page, both its partitions mounted, files copied from one to the other, exported, checked outside. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { RumpusPage } from './harness';
import { TREE } from './make_images';

const folder = mkdtempSync(join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), 'rumpus-disk-'));
const sh = (script: string): string => execFileSync('sh', ['-ec', script], { cwd: folder, encoding: 'utf8' });

/** Partitions of 256 MB (FFSv2) and 1 GB (FAT32), in sectors. */
const FFS_AT = 2048;
const FAT_AT = 526336;

test.beforeAll(() => {
  sh(`truncate -s 2G disk.img
    sgdisk -n 1:${FFS_AT}:+256M -t 1:a902 -c 1:root -n 2:${FAT_AT}:+1G -t 2:0700 -c 2:'my data' disk.img >sgdisk.out
    makefs -t ffs -o version=2 -s 256m ffs.img ${TREE}
    dd if=ffs.img of=disk.img bs=1M seek=${FFS_AT / 2048} conv=notrunc,sparse status=none
    rm ffs.img
    mkfs.fat -F 32 -n FATDATA --offset ${FAT_AT} disk.img 1048576 >mkfs.out`);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a 2 GB disk with a GPT: from one partition to the other, and out again', async ({ page }) => {
  const rumpus = new RumpusPage(page);
  await rumpus.open();
  await rumpus.dropFile(join(folder, 'disk.img'));
  await rumpus.attached('disk.img');
  const card = rumpus.image('disk.img');
  await expect(card.getByText('disk with GPT')).toBeVisible();
  await card.getByRole('button', { name: 'Mount root' }).click();
  await expect.poll(() => rumpus.text()).toContain('link-to-hello');
  await card.getByRole('button', { name: 'Mount my data' }).click();
  await rumpus.runOk('df /mnt/disk-my_data | grep my_data');
  await rumpus.accessible();
  await page.screenshot({ path: 'out/shots/partitions.png' });
  await rumpus.runOk('cp -R /mnt/disk-root/sizes /mnt/disk-root/deep /mnt/disk-root/big.bin /mnt/disk-my_data', 60_000);
  await rumpus.runOk('umount /mnt/disk-root && umount /mnt/disk-my_data');
  const start = Date.now();
  const raw = await rumpus.exported('disk.img', 'Export raw image');
  const packed = Date.now();
  const qcow2 = await rumpus.exported('disk.img', 'Export without holes (qcow2)');
  console.log(`2 GB disk exported raw in ${packed - start} ms, as qcow2 in ${Date.now() - packed} ms`);
  sh(`qemu-img check -q -f qcow2 ${qcow2}
    qemu-img compare -q -f raw -F qcow2 ${raw} ${qcow2}
    ln -s ${raw} out.img
    sgdisk -v out.img | grep 'No problems found'
    dd if=out.img of=fat.img bs=1M skip=${FAT_AT / 2048} count=1024 conv=sparse status=none
    fsck.fat -n fat.img`);
  sh(`mkdir got && mcopy -s -i fat.img ::sizes ::deep ::big.bin got
    diff -r got/sizes ${TREE}/sizes && diff -r got/deep ${TREE}/deep && cmp got/big.bin ${TREE}/big.bin`);
});
