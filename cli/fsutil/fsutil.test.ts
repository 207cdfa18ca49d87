// SPDX-License-Identifier: BSD-2-Clause
/** Programs on images that other systems made, looked at afterwards by the tools of those systems. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockImage } from '../image_lock.ts';
import { BUILT, Scratch } from '../testing/run_rumpus.ts';

const scratch = new Scratch();
const rumpus = (...args: string[]) => scratch.rumpus(args);
afterAll(() => scratch.remove());

describe.skipIf(!BUILT)('programs on an image', { timeout: 60_000 }, () => {
  beforeAll(() => {
    scratch.write('tree/readme', 'read me\n');
    scratch.write('tree/sub/deep', 'deep\n');
    scratch.tool('mke2fs', '-q', '-t', 'ext2', '-d', 'tree', 'ext2.img', '8m');
    scratch.tool('makefs', '-t', 'ffs', '-s', '8m', '-o', 'version=2', '-B', 'be', 'ffs2.img', 'tree');
    scratch.tool('makefs', '-t', 'ffs', '-s', '8m', '-o', 'version=1', '-B', 'le', 'ffs1.img', 'tree');
    scratch.tool('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-o', 'cd.iso', 'tree');
    scratch.tool('mkfs.fat', scratch.blank('fat.img', 8));
    scratch.tool('mcopy', '-s', '-i', 'fat.img', 'tree/readme', 'tree/sub', '::');
  });

  for (const image of ['ext2.img', 'ffs1.img', 'ffs2.img', 'cd.iso', 'fat.img'])
    it(`finds out the type of ${image}`, () => {
      expect(rumpus('cat', image, 'sub/deep')).toEqual({ status: 0, out: 'deep\n', err: '' });
      expect(rumpus('find', image, '-type', 'f').out.split('\n').sort().join(' ')).toBe(' /readme /sub/deep');
    });

  it('takes options on both sides of the image', () => {
    expect(rumpus('ls', '-1', 'ffs2.img', '-F', '/').out).toBe('readme\nsub/\n');
    expect(rumpus('ls', '-t', 'ffs', 'ffs2.img', 'sub').out).toBe('deep\n');
    expect(rumpus('ls', '-t', 'ffs2.img').status).toBe(0);
    expect(rumpus('stat', '-f', '%z %N', 'ext2.img', '/readme').out).toBe('8 /readme\n');
  });

  it('writes what e2fsck and debugfs accept', () => {
    expect(rumpus('mkdir', '-p', 'ext2.img', 'a/b')).toMatchObject({ status: 0, err: '' });
    expect(rumpus('cp', '-p', 'ext2.img', 'readme', 'a/b/copy').status).toBe(0);
    expect(rumpus('ln', 'ext2.img', 'readme', 'hard').status).toBe(0);
    expect(rumpus('ln', '-s', 'ext2.img', '/readme', 'soft').status).toBe(0);
    expect(rumpus('chmod', 'ext2.img', '-w', 'hard').status).toBe(0);
    expect(rumpus('chown', 'ext2.img', '12:34', 'a').status).toBe(0);
    expect(rumpus('mv', 'ext2.img', 'sub', 'a/moved').status).toBe(0);
    expect(rumpus('rm', '-r', 'ext2.img', 'lost+found').status).toBe(0);
    expect(rumpus('readlink', 'ext2.img', 'soft').out).toBe('/readme\n');
    expect(rumpus('cat', 'ext2.img', 'soft').out).toBe('read me\n');
    expect(scratch.run('e2fsck', ['-fn', 'ext2.img']).out).toContain('Pass 5');
    expect(scratch.tool('debugfs', '-R', 'cat /a/moved/deep', 'ext2.img')).toBe('deep\n');
    expect(scratch.tool('debugfs', '-R', 'stat /a', 'ext2.img')).toMatch(/User:\s+12\s+Group:\s+34/);
    expect(scratch.tool('debugfs', '-R', 'stat /hard', 'ext2.img')).toMatch(/Mode:\s+0444/);
  });

  it('writes what mtools and fsck.fat accept', () => {
    expect(rumpus('mkdir', 'fat.img', 'A long name').status).toBe(0);
    expect(rumpus('mv', 'fat.img', 'readme', 'A long name/Read Me').status).toBe(0);
    expect(rumpus('touch', '-t', '202001020304', 'fat.img', 'sub/deep').status).toBe(0);
    expect(scratch.tool('mtype', '-i', 'fat.img', '::/A long name/Read Me')).toBe('read me\n');
    expect(scratch.tool('mdir', '-i', 'fat.img', '::/sub')).toMatch(/2020-01-02 +3:04/);
    expect(scratch.run('fsck.fat', ['-n', 'fat.img']).status).toBe(0);
  });

  it('writes FFS of the other byte order and reads it again', () => {
    expect(rumpus('chflags', 'ffs2.img', 'nodump', 'readme').status).toBe(0);
    expect(rumpus('stat', '-f', '%Sf', 'ffs2.img', 'readme').out).toBe('nodump\n');
    expect(rumpus('rmdir', 'ffs2.img', 'sub')).toMatchObject({ status: 1, err: 'rmdir: sub: Directory not empty\n' });
    expect(rumpus('find', 'ffs2.img', '/sub', '-type', 'f', '-delete').status).toBe(0);
    expect(rumpus('rmdir', 'ffs2.img', 'sub').status).toBe(0);
    expect(rumpus('ls', 'ffs2.img').out).toBe('readme\n');
  });

  it('runs the programs that show things', () => {
    expect(rumpus('df', 'ext2.img').out).toMatch(/^ext2\.img +\d+/m);
    expect(rumpus('grep', '-r', '-c', 'ffs1.img', 'read', '/readme').out).toBe('/readme:1\n');
    expect(rumpus('md5', '-q', 'cd.iso', 'readme').out).toBe('2eb6f3d85c8037648139f3ae51ee5274\n');
    expect(rumpus('head', '-c', '4', 'fat.img', 'sub/deep').out).toBe('deep');
    expect(rumpus('help', 'tar').out).toContain('usage: rumpus tar');
  });

  it('reads images that are packed or of a virtual machine', () => {
    scratch.write('packed.gz', zlib.gzipSync(scratch.read('ffs1.img')));
    expect(rumpus('cat', 'packed.gz', 'sub/deep')).toEqual({ status: 0, out: 'deep\n', err: '' });
    expect(rumpus('touch', 'packed.gz', 'x').err).toContain('a gzip file is only read');
    if (scratch.run('qemu-img', ['--version']).status !== 0) return;
    scratch.tool('qemu-img', 'convert', '-O', 'qcow2', 'ffs2.img', 'disk.qcow2');
    expect(rumpus('cat', 'disk.qcow2', 'readme').out).toBe('read me\n');
  });

  it('reaches a partition by number and by the label of its wedge', () => {
    scratch.tool('sgdisk', '-n', '1:2048:+8M', '-n', '2:20480:+8M', '-c', '2:data', scratch.blank('gpt.img', 24));
    const whole = fs.openSync(scratch.path('gpt.img'), 'r+');
    fs.writeSync(whole, scratch.read('ext2.img'), 0, 8 << 20, 20480 * 512);
    fs.closeSync(whole);
    expect(rumpus('cat', 'gpt.img:2', 'readme').out).toBe('read me\n');
    expect(rumpus('touch', 'gpt.img:data', 'new').status).toBe(0);
    expect(rumpus('ls', 'gpt.img:dk1', 'new').out).toBe('new\n');
    const wrong = rumpus('ls', 'gpt.img:7');
    expect(wrong.status).toBe(1);
    expect(wrong.err).toContain(
      'no partition 7; there are:\n  gpt.img:1       8 MiB  -        (Linux data)\n  gpt.img:2       8 MiB  ext2     (Linux data "data")\n',
    );
    expect(rumpus('ls', 'gpt.img').err).toContain('a disk with partitions; name one of them:');
    expect(rumpus('ls', 'gpt.img:1').err).toContain('no file system that this kernel knows');
    scratch.write('part', scratch.read('gpt.img').subarray(20480 * 512, 20480 * 512 + (8 << 20)));
    expect(scratch.run('e2fsck', ['-fn', 'part']).status).toBe(0);
  });
});

describe.skipIf(!BUILT)('an image that cannot be used', { timeout: 60_000 }, () => {
  it('is named, with the reason', () => {
    expect(rumpus('ls', 'none.img')).toEqual({ status: 1, out: '', err: 'rumpus: none.img: no such image\n' });
    scratch.write('text', 'only words\n');
    expect(rumpus('ls', 'text').err).toContain('no file system that this kernel knows is there (text)');
    expect(rumpus('ls', '-t', 'ffs', 'fat.img').err).toContain('damaged, or no file system of type ffs');
    expect(rumpus('touch', 'cd.iso', 'x').err).toContain('can only be read');
    expect(rumpus('ls', '-t', 'xfs', 'ext2.img').err).toContain('xfs: no such type of file system');
    expect(rumpus('ls').err).toContain('usage: rumpus ls [-t type]');
  });

  it('is not written by two', () => {
    const release = lockImage(scratch.path('ext2.img'));
    expect(rumpus('touch', 'ext2.img', 'x')).toMatchObject({ status: 1 });
    expect(rumpus('touch', 'ext2.img', 'x').err).toContain(`process ${process.pid} is writing to it`);
    expect(rumpus('ls', 'ext2.img').status).toBe(0);
    release();
    expect(rumpus('touch', 'ext2.img', 'x')).toMatchObject({ status: 0, err: '' });
  });

  it('gives up a lock whose process is gone', () => {
    const { dev, ino } = fs.statSync(scratch.path('ext2.img'));
    const lock = path.join(os.tmpdir(), `rumpus-${dev}-${ino}.lock`);
    // A number that another process has now.
    fs.writeFileSync(lock, `${process.pid} 1\n`);
    expect(rumpus('touch', 'ext2.img', 'x')).toMatchObject({ status: 0, err: '' });
    expect(fs.existsSync(lock)).toBe(false);
  });

  it('says when it is full', () => {
    scratch.write('large/big', new Uint8Array(500 << 10).fill(1));
    scratch.tool('mke2fs', '-q', '-d', 'large', '-t', 'ext2', 'small.img', '1m');
    const err = 'cp: copy: No space left on device\n';
    expect(rumpus('cp', 'small.img', 'big', 'copy')).toMatchObject({ status: 1, err });
    expect(scratch.run('e2fsck', ['-fn', 'small.img']).status).toBe(0);
  });

  it('says that a journal waits for its replay', () => {
    scratch.tool('mke2fs', '-q', '-t', 'ext3', 'journal.img', '8m');
    scratch.tool('debugfs', '-w', '-R', 'feature needs_recovery', 'journal.img');
    const outcome = rumpus('ls', 'journal.img');
    expect(outcome.status).toBe(1);
    expect(outcome.err).toContain('journal');
  });

  it('says that it is cut short', () => {
    scratch.write('cut.img', scratch.read('ext2.img').subarray(0, 6 << 20));
    expect(rumpus('ls', 'cut.img').err).toContain('Cut short');
  });
});
