// SPDX-License-Identifier: BSD-2-Clause
/** Archives exchanged with GNU tar, into an image and out of it. */
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT, Scratch } from '../testing/run_rumpus.ts';

const scratch = new Scratch();
const rumpus = (...args: string[]) => scratch.rumpus(args);
afterAll(() => scratch.remove());

const LONG = `tree/${'long name '.repeat(20)}/${'and more '.repeat(20)}`;

/** A tree with everything GNU tar knows how to store. */
function makeTree(): void {
  scratch.write('tree/plain', 'plain\n');
  scratch.write(
    'tree/größe',
    new Uint8Array(100_000).map((_, i) => i * 31),
  );
  scratch.write(`${LONG}/deep`, 'deep\n');
  fs.linkSync(scratch.path('tree/plain'), scratch.path('tree/hard'));
  fs.symlinkSync('plain', scratch.path('tree/soft'));
  fs.symlinkSync(`${'far/'.repeat(60)}away`, scratch.path('tree/longlink'));
  scratch.tool('mkfifo', 'tree/fifo');
  fs.chmodSync(scratch.path('tree/plain'), 0o4751);
  const fd = fs.openSync(scratch.path('tree/sparse'), 'w');
  for (let i = 0; i < 6; i++) fs.writeSync(fd, `run ${i}\n`, i * 300_000);
  fs.ftruncateSync(fd, 2_000_000);
  fs.closeSync(fd);
  for (const name of ['tree/plain', 'tree/größe', 'tree/sparse', `${LONG}/deep`, 'tree/fifo', 'tree'])
    fs.utimesSync(scratch.path(name), 1_000_000_000, 1_234_567_890);
}

const freshImage = (): void => {
  fs.copyFileSync(scratch.path('empty'), scratch.path('image'));
};

describe.skipIf(!BUILT)('rumpus tar', { timeout: 60_000 }, () => {
  beforeAll(() => {
    makeTree();
    scratch.tool('mke2fs', '-q', '-t', 'ext2', scratch.blank('empty', 16));
  });

  const FORMATS: readonly (readonly string[])[] = [
    ['--format=gnu'],
    ['--format=pax'],
    ['--format=gnu', '-S'],
    ['--format=pax', '-S'],
    ['--format=pax', '-S', '--sparse-version=0.1'],
    ['-z', '--format=gnu'],
  ];
  for (const format of FORMATS)
    it(`extracts what GNU tar makes with ${format.join(' ')}`, () => {
      freshImage();
      scratch.tool('tar', '-c', ...format, '-f', 'in.tar', 'tree');
      expect(rumpus('tar', '-xf', 'in.tar', 'image')).toEqual({ status: 0, out: '', err: '' });
      expect(scratch.run('e2fsck', ['-fn', 'image']).status).toBe(0);
      // And out again: GNU tar compares with the tree.
      expect(rumpus('tar', '-cf', 'out.tar', 'image', 'tree')).toEqual({ status: 0, out: '', err: '' });
      expect(scratch.run('tar', ['--diff', '-f', 'out.tar'])).toEqual({ status: 0, out: '', err: '' });
      expect(rumpus('stat', '-f', '%l', 'image', 'tree/hard').out).toBe('2\n');
      const blocks = Number(rumpus('stat', '-f', '%b', 'image', 'tree/sparse').out);
      if (format.includes('-S')) expect(blocks).toBeLessThan(200);
    });

  it('extracts an ustar archive and one of the seventh edition', () => {
    fs.rmSync(scratch.path('short'), { recursive: true, force: true });
    scratch.write('short/a', 'a\n');
    scratch.write(`short/${'p'.repeat(80)}/${'n'.repeat(80)}`, 'split\n');
    for (const format of ['ustar', 'v7']) {
      freshImage();
      const names = format === 'v7' ? ['short/a'] : ['short'];
      scratch.tool('tar', '-c', `--format=${format}`, '-f', 'in.tar', ...names);
      expect(rumpus('tar', 'xf', 'in.tar', 'image')).toEqual({ status: 0, out: '', err: '' });
      expect(rumpus('cat', 'image', 'short/a').out).toBe('a\n');
    }
    expect(rumpus('tar', '-cf', 'out.tar', 'image', 'short').status).toBe(0);
  });

  it('keeps devices, owners, times before 1970 and ids that no ustar header holds', () => {
    freshImage();
    const commands = [
      'mknod c c 4 65',
      'mknod b b 3 1',
      'write short/a f',
      'sif f uid 3000000',
      'sif f mtime @-100',
      'sif c gid 7',
    ];
    scratch.write('cmd', `${commands.join('\n')}\n`);
    scratch.tool('debugfs', '-w', '-f', 'cmd', 'image');
    expect(rumpus('tar', '-cf', 'out.tar', 'image', 'c', 'b', 'f')).toMatchObject({ status: 0, err: '' });
    const list = scratch.tool('tar', '--numeric-owner', '-tvf', 'out.tar');
    expect(list).toMatch(/^c.* 0\/7 +4,65 /m);
    expect(list).toMatch(/^b.* 3,1 /m);
    expect(list).toMatch(/3000000\/0 .*1969-12-31 23:58/);
    freshImage();
    expect(rumpus('tar', '-xf', 'out.tar', 'image')).toMatchObject({ status: 0, err: '' });
    expect(rumpus('stat', '-f', '%u %m', 'image', 'f').out).toBe('3000000 -100\n');
    expect(scratch.tool('debugfs', '-R', 'stat c', 'image')).toContain('Device major/minor number: 04:65');
  });

  it('works on standard input and output, and on the whole image', () => {
    freshImage();
    const packed = scratch.run('tar', ['-czf', 'in.tgz', '-C', 'tree', 'plain', 'größe']);
    expect(packed.status).toBe(0);
    expect(scratch.rumpus(['tar', '-xf', '-', 'image'], scratch.read('in.tgz')).status).toBe(0);
    const { status, out } = rumpus('tar', '-c', 'image', '--exclude', 'lost+found', '--exclude=größe');
    scratch.write('piped.tar', out);
    expect([status, scratch.tool('tar', '-tf', 'piped.tar')]).toEqual([0, './\n./plain\n']);
    expect(rumpus('tar', '-rf', 'piped.tar', 'image', 'größe').status).toBe(0);
    expect(scratch.tool('tar', '-tf', 'piped.tar', '--quoting-style=literal')).toBe('./\n./plain\ngröße\n');
    expect(rumpus('tar', 'tf', 'piped.tar', 'image', 'größe').out).toBe('größe\n');
  });

  it('names what is wrong', () => {
    expect(rumpus('tar', '-xf', 'none.tar', 'image').err).toBe('tar: none.tar: No such file or directory\n');
    expect(rumpus('tar', '-xf', 'tree/plain', 'image').err).toBe('tar: tree/plain: not a tar archive\n');
    scratch.write('cut.tar', scratch.read('out.tar').subarray(0, 700));
    expect(rumpus('tar', '-tf', 'cut.tar', 'image').status).toBe(1);
    scratch.tool('mke2fs', '-q', '-F', scratch.blank('tiny', 1));
    scratch.write('big', new Uint8Array(2 << 20));
    scratch.tool('tar', '-cf', 'big.tar', 'big');
    expect(rumpus('tar', '-xf', 'big.tar', 'tiny')).toMatchObject({
      status: 1,
      err: 'tar: big: No space left on device\n',
    });
  });

  it('survives damaged archives', () => {
    scratch.tool('tar', '-c', '-S', '--format=pax', '-f', 'good.tar', 'tree/sparse', 'tree/plain');
    const good = scratch.read('good.tar');
    for (let seed = 1; seed < 5; seed++) {
      const bad = Buffer.from(good);
      for (let i = 0; i < 20; i++) bad[(seed * 7919 + i * 104729) % 4096] = (seed * 31 + i * 17) & 0xff;
      scratch.write('bad.tar', bad);
      const { err, status } = rumpus('tar', '-xf', 'bad.tar', 'image');
      expect([0, 1]).toContain(status);
      expect(err).not.toContain('internal error');
    }
  });
});
