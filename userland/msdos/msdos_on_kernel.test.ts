// SPDX-License-Identifier: BSD-2-Clause
/** newfs_msdos, the kernel's msdosfs and fsck_msdos on one disk, and what fsck.fat says to the result. */
import { spawnSync } from 'node:child_process';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { haveTools, runTool, withFolder } from '../testing/host_tools.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = existsSync(`${root}/out/kernel/rumpus.wasm`) && existsSync(`${root}/out/host/rumpus.mjs`);
const ready = built && haveTools('fsck.fat', 'mkfs.fat', 'mcopy');

function rumpus(file: string, script: string): { status: number | null; text: string } {
  const args = [`${root}/cli/rumpus.mjs`, '--threads', '0', '--disk', `rd0=${file}`, '-c', script];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  return { status: run.status, text: run.stdout + run.stderr };
}

/** `body` with a file of `size` zeros. */
const withDisk = (size: number, body: (file: string) => void): void =>
  withFolder((folder) => {
    writeFileSync(`${folder}/disk`, '');
    truncateSync(`${folder}/disk`, size);
    body(`${folder}/disk`);
  });

const MB = 1 << 20;
const WORK =
  'mkdir /m; mount -t msdos /dev/rd0 /m || exit 9; mkdir -p "/m/a long directory/sub"; seq 5000 > "/m/a long directory/sub/numbers.text"; ' +
  'for i in 1 2 3 4 5 6 7 8; do echo $i > /m/file$i; done; rm /m/file3; mv /m/file4 "/m/a long directory"; umount /m; ';

describe.skipIf(!ready)('FAT on the real kernel', () => {
  for (const [options, size] of [
    ['-f 1440 -L floppy', 1440 * 1024],
    ['-F 12 -c 8', 8 * MB],
    ['-F 16', 20 * MB],
    ['-F 16 -S 1024 -c 1', 20 * MB],
    ['-F 32 -c 1', 40 * MB],
    ['-F 32 -b 32768', 2200 * MB],
  ] as const)
    it(`newfs_msdos ${options} is written and stays sound`, { timeout: 60_000 }, () => {
      withDisk(size, (file) => {
        const run = rumpus(file, `newfs_msdos ${options} /dev/rd0 && ${WORK} fsck_msdos -n /dev/rd0`);
        expect(run.text).toMatch(/\d+ files, \d+ free/);
        expect(run.text).not.toMatch(/\?|DIRTY/);
        expect(run.status).toBe(0);
        expect(runTool('fsck.fat', '-n', file)).toMatchObject({ status: 0, text: expect.not.stringMatching(/Dirty/) });
      });
    });

  for (const bits of [12, 16, 32] as const)
    it(`fsck_msdos finds nothing on what mkfs.fat -F ${bits} and mcopy made`, { timeout: 60_000 }, () => {
      withDisk({ 12: 6, 16: 20, 32: 40 }[bits] * MB, (file) => {
        runTool('mkfs.fat', '-F', String(bits), '-n', 'LABEL', file);
        runTool('mcopy', '-s', '-i', file, `${root}/userland/bin`, '::');
        const run = rumpus(file, 'fsck_msdos -y /dev/rd0');
        expect(run.text).not.toMatch(/\?|MODIFIED/);
        expect(run.status).toBe(0);
      });
    });

  it('makes an image in a file of the kernel, and checks it there', { timeout: 60_000 }, () => {
    withDisk(MB, (file) => {
      const script =
        'mount -t tmpfs -o size=8m tmpfs /tmp; newfs_msdos -C 2m -@ 63s -L inner /tmp/i && ls -l /tmp/i; fsck_msdos /tmp/i';
      const run = rumpus(file, script);
      expect(run.text).toMatch(/2097152/);
      expect(run.text).toMatch(/Invalid signature in boot block/);
      expect(run.status).toBe(8);
    });
  });
});
