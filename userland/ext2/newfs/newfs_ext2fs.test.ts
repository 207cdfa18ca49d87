// SPDX-License-Identifier: BSD-2-Clause
/** What newfs_ext2fs makes, judged by e2fsck and dumpe2fs. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runOnHost } from '../../testing/host_files.ts';
import { newfsExt2fs } from './newfs_ext2fs.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'newfs_ext2fs-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));
const image = path.join(dir, 'image');

const tool = (name: string, ...args: string[]) => {
  const run = spawnSync(name, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  });
  return { status: run.status, text: `${run.stdout}${run.stderr}`, missing: run.error !== undefined };
};
const haveE2fsprogs = !tool('e2fsck', '-V').missing;

function newfs(...args: string[]) {
  fs.rmSync(image, { force: true });
  return runOnHost(newfsExt2fs, ['newfs_ext2fs', '-F', ...args, image]);
}

/** dumpe2fs's lines about the superblock by their names. */
function dump(): Map<string, string> {
  const lines = tool('dumpe2fs', image).text.split('\n');
  return new Map(lines.map((l) => l.split(/:\s+/, 2) as [string, string]));
}

describe.skipIf(!haveE2fsprogs)('e2fsck finds nothing in', { timeout: 60_000 }, () => {
  const sizes = ['160k', '2m', '8m', '9m', '100m', '600m'];
  const options = [
    '',
    '-O 0',
    '-D 256',
    '-b 4096',
    '-b 2048 -m 0',
    '-i 1024',
    '-n 5000',
    '-i 100000 -v data',
    '-V 0 -D 256 -b 4096 -Z',
  ];
  for (const size of sizes)
    for (const option of options)
      it(`-s ${size} ${option}`, () => {
        const run = newfs('-s', size, ...option.split(' ').filter((o) => o !== ''));
        const tiny = size === '160k' && / 5000|-i 1024|-b 4096/.test(option);
        if (tiny && run.status !== 0) return expect(run.err).toMatch(/too (small|many inodes)/);
        expect(run).toMatchObject({ status: 0, err: '' });
        expect(tool('e2fsck', '-fn', image)).toMatchObject({ status: 0 });
      });
});

describe.skipIf(!haveE2fsprogs)('newfs_ext2fs', { timeout: 60_000 }, () => {
  it('has the features and defaults of the manual page', () => {
    newfs('-s', '20m', '-v', 'rumpus');
    expect(Object.fromEntries(dump())).toMatchObject({
      'Filesystem volume name': 'rumpus',
      'Filesystem revision #': '1 (dynamic)',
      'Filesystem features': 'resize_inode filetype sparse_super large_file',
      'Filesystem state': 'clean',
      'Block size': '1024',
      'Inode size': '128',
      'Inode count': '5136',
      'Reserved block count': '1024',
      'Reserved GDT blocks': '79',
      'First inode': '11',
    });
    newfs('-s', '600m');
    expect(dump().get('Block size')).toBe('4096');
    newfs('-s', '20m', '-O', '0');
    expect(dump().get('Filesystem features')).toBe('(none)');
  });

  it('prints what it makes', () => {
    const run = newfs('-s', '40m');
    expect(run.out).toBe(
      `${image}: 40.0MB (81920 sectors) block size 1024, fragment size 1024\n` +
        '\tusing 5 block groups of 8.0MB, 8192 blks, 2048 inodes.\n' +
        'super-block backups (for fsck_ext2fs -b #) at:\n 8193, 24577,\n' +
        `${'.'.repeat(78)}\n`,
    );
    expect(newfs('-s', '40m', '-V', '0').out).toBe('');
    expect(newfs('-s', '40m', '-V', '1').out).not.toContain('super-block');
  });

  it('leaves the image alone with -N', () => {
    fs.writeFileSync(image, new Uint8Array(1 << 20));
    const run = runOnHost(newfsExt2fs, ['newfs_ext2fs', '-N', '-F', image]);
    expect(run).toMatchObject({ status: 0 });
    expect(fs.readFileSync(image).every((b) => b === 0)).toBe(true);
  });

  it('can be grown by resize2fs, which uses the reserved blocks', () => {
    newfs('-s', '20m');
    fs.truncateSync(image, 100 << 20);
    expect(tool('resize2fs', image)).toMatchObject({ status: 0 });
    expect(tool('e2fsck', '-fn', image)).toMatchObject({ status: 0 });
    expect(dump().get('Block count')).toBe('102400');
  });

  it('keeps backups that e2fsck can start from', () => {
    newfs('-s', '20m');
    const fd = fs.openSync(image, 'r+');
    fs.writeSync(fd, new Uint8Array(2048), 0, 2048, 1024);
    fs.closeSync(fd);
    expect(tool('e2fsck', '-fy', '-b', '8193', image).status).toBeLessThanOrEqual(1);
    expect(tool('e2fsck', '-fn', image)).toMatchObject({ status: 0 });
  });

  it('says what is wrong', () => {
    const cases: [string, RegExp][] = [
      ['-s 20m -b 1000', /block size 1000 is not 1024, 2048 or 4096/],
      ['-s 20m -f 512', /fragment size must be the same as block size/],
      ['-s 20m -D 64', /inode size 64 is not 128 or 256/],
      ['-s 20m -O 0 -D 256', /revision 0 has inodes of 128 bytes only/],
      ['-s 20m -O 2', /-O 2: not from 0 to 1/],
      ['-s 16k', /file system is too small/],
      ['-s 20m -n 99999999', /too many inodes/],
      ['-s 20m -v aVeryLongVolumeName', /volume name is longer than 16 bytes/],
      ['', /no size; specify -s size/],
      ['-s 1x', /-s 1x: not a size/],
    ];
    for (const [options, message] of cases) {
      const run = newfs(...options.split(' ').filter((o) => o !== ''));
      expect(run.err).toMatch(message);
      expect(run.status).toBe(1);
    }
    expect(runOnHost(newfsExt2fs, ['newfs_ext2fs', '/nonexistent/disk']).err).toContain('No such file or directory');
  });
});
