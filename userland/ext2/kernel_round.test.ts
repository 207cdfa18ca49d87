// SPDX-License-Identifier: BSD-2-Clause
/** A file system made by newfs_ext2fs on a disk, filled by our kernel, judged by fsck_ext2fs and e2fsck. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = fs.existsSync(`${root}/out/kernel/rumpus.wasm`) && fs.existsSync(`${root}/out/host/rumpus.mjs`);
const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };
const haveE2fsprogs = spawnSync('e2fsck', ['-V'], { env }).error === undefined;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ext2-kernel-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

const FILL = [
  'cd /mnt; mkdir -p a/b/c; echo hello > a/f; ln a/f a/b/hard; ln -s ../f a/b/soft; mkfifo a/p',
  'ln -s /a/rather/long/name/that/does/not/fit/into/the/sixty/bytes/of/an/inode/and/needs/a/block long',
  'dd if=/dev/zero of=sparse bs=1k count=1 seek=5000 2>/dev/null; dd if=/dev/zero of=full bs=64k count=20 2>/dev/null',
  'i=0; while [ $i -lt 300 ]; do echo $i > a/b/c/a_file_with_a_number_$i; i=$(($i+1)); done; rm a/b/c/*7; mkdir d e; rmdir d',
].join('; ');

describe.skipIf(!built || !haveE2fsprogs)('a disk through newfs_ext2fs, mount and umount', { timeout: 60_000 }, () => {
  for (const options of ['', '-O 0', '-D 256 -b 4096'])
    it(`newfs_ext2fs ${options}`, () => {
      const image = path.join(dir, 'image');
      fs.writeFileSync(image, '');
      fs.truncateSync(image, 20 << 20);
      const script = `newfs_ext2fs -V 0 ${options} /dev/rrd0 && mount -t ext2fs /dev/rd0 /mnt && { ${FILL}; cat a/b/soft; cd /; umount /mnt; fsck_ext2fs -f /dev/rrd0; }`;
      const run = spawnSync(process.execPath, [`${root}/cli/rumpus.mjs`, '--disk', `rd0=${image}`, '-c', script], {
        encoding: 'utf8',
        timeout: 40_000,
      });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(run.stdout).toMatch(
        /^hello\n\*\* \/dev\/rrd0\n(\*\* Phase .*\n){5}282 files, [0-9]+ used, [0-9]+ free\n$/,
      );
      const check = spawnSync('e2fsck', ['-fn', image], { env, encoding: 'utf8' });
      expect(check.stdout).toContain('291/');
      expect(check.status).toBe(0);
    });
});
