// SPDX-License-Identifier: BSD-2-Clause
/** Images made and checked by the programs of section 8, and looked at by those of other systems. */
import { afterAll, describe, expect, it } from 'vitest';
import { BUILT, Scratch } from '../testing/run_rumpus.ts';

const scratch = new Scratch();
const rumpus = (...args: string[]) => scratch.rumpus(args);
afterAll(() => scratch.remove());

describe.skipIf(!BUILT)('rumpus newfs and fsck', { timeout: 60_000 }, () => {
  it('make an ext2 that e2fsck accepts, before and after it was written', () => {
    scratch.blank('ext2', 8);
    expect(rumpus('newfs_ext2fs', 'ext2')).toMatchObject({ status: 0, err: '' });
    expect(scratch.run('e2fsck', ['-fn', 'ext2']).status).toBe(0);
    expect(scratch.rumpus(['put', 'ext2', '-', '/file'], 'text').status).toBe(0);
    expect(scratch.run('e2fsck', ['-fn', 'ext2']).status).toBe(0);
    expect(rumpus('fsck', '-fn', 'ext2').status).toBe(0);
  });

  it('make and mend an FFS', () => {
    scratch.blank('ffs', 8);
    expect(rumpus('newfs', '-O', '2', 'ffs')).toMatchObject({ status: 0, err: '' });
    expect(scratch.rumpus(['put', 'ffs', '-', '/file'], 'text').status).toBe(0);
    expect(rumpus('fsck', '-f', '-n', 'ffs').status).toBe(0);
    expect(rumpus('dumpfs', 'ffs').out).toContain('FFSv2');
    const image = scratch.read('ffs');
    image.fill(0, 65536 + 8192, 65536 + 16384);
    scratch.write('ffs', image);
    rumpus('fsck_ffs', '-y', 'ffs');
    expect(rumpus('fsck', '-f', '-n', 'ffs').status).toBe(0);
  });

  it('work in one partition', () => {
    scratch.tool('sgdisk', '-n', '1:2048:+4M', '-n', '2:10240:+4M', scratch.blank('disk', 12));
    expect(rumpus('newfs_msdos', 'disk:2')).toMatchObject({ status: 0, err: '' });
    expect(rumpus('mkdir', 'disk:2', 'folder').status).toBe(0);
    expect(rumpus('fsck', '-n', 'disk:2').status).toBe(0);
    scratch.write('part', scratch.read('disk').subarray(10240 * 512, 10240 * 512 + (4 << 20)));
    expect(scratch.run('fsck.fat', ['-n', 'part']).status).toBe(0);
    expect(scratch.tool('mdir', '-b', '-i', 'part')).toContain('folder/');
    expect(rumpus('fsck', 'disk:1').err).toContain('no file system');
  });

  it('make a v7fs', () => {
    scratch.blank('v7', 2);
    expect(rumpus('newfs_v7fs', 'v7').status).toBe(0);
    expect(scratch.rumpus(['put', 'v7', '-', '/file'], 'text').status).toBe(0);
    expect(rumpus('cat', 'v7', 'file').out).toBe('text');
    expect(rumpus('fsck', '-n', 'v7').status).toBe(0);
  });

  it('make partition tables that sgdisk and sfdisk read', () => {
    scratch.blank('gpt', 8);
    expect(rumpus('gpt', 'create', 'gpt')).toMatchObject({ status: 0, err: '' });
    expect(rumpus('gpt', 'add', '-a', '1m', '-l', 'root', 'gpt').status).toBe(0);
    expect(rumpus('newfs', 'gpt:root').status).toBe(0);
    expect(rumpus('gpt', 'show', '-l', 'gpt').out).toContain('1  GPT part - "root"');
    expect(scratch.tool('sgdisk', '-v', 'gpt')).toContain('No problems found');
    scratch.blank('mbr', 8);
    expect(rumpus('mbr', 'create', 'mbr').status).toBe(0);
    expect(rumpus('mbr', 'add', '-b', '2048', '-s', '2m', 'mbr').status).toBe(0);
    expect(rumpus('disklabel', '-w', 'mbr', 'auto').status).toBe(0);
    expect(rumpus('fdisk', 'mbr').out).toContain('0: NetBSD (sysid 169)');
    expect(scratch.tool('sfdisk', '-d', 'mbr')).toMatch(/start= +2048, size= +4096, type=a9/);
  });

  it('want an image', () => {
    expect(rumpus('fsck', 'none')).toMatchObject({
      status: 1,
      err: 'usage: rumpus fsck [options] IMAGE[:PART] [operands]\n',
    });
  });
});
