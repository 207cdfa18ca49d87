// SPDX-License-Identifier: BSD-2-Clause
/** Journals written by debugfs, replayed by fsck_ext2fs and by e2fsck: the same files come out. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { haveE2fsprogs, ImageFolder, tool } from '../../testing/ext2_images.ts';
import { runOnHost } from '../../testing/host_files.ts';
import { fsckExt2fs } from './fsck_ext2fs.ts';

const folder = haveE2fsprogs ? new ImageFolder() : undefined;
afterAll(() => folder?.remove());
const images = folder as ImageFolder;
const fsck = (...args: string[]) => runOnHost(fsckExt2fs, ['fsck_ext2fs', ...args, images.image]);
const BSIZE = 1024;

/** A file of blocks that debugfs writes into the journal; the second begins like a block of the journal. */
function blocksFile(name: string, fill: string): string {
  const file = path.join(images.dir, name);
  const bytes = Buffer.alloc(4 * BSIZE, fill);
  bytes.writeUInt32BE(0xc03b3998, BSIZE);
  fs.writeFileSync(file, bytes);
  return file;
}

/** An image whose journal has three transactions, one of them without its end. */
function makeCrashed(kind: string): void {
  images.make(kind);
  const blocks = tool('debugfs', '-R', 'blocks /a/text', images.image)
    .text.match(/^[0-9 ]+$/m)?.[0]
    .trim()
    .split(' ') as string[];
  const [b0, b1, b2, b3, b4] = blocks.slice(0, 5);
  images.debugfs(
    'journal_open',
    `journal_write -b ${b0},${b1},${b2},${b3} ${blocksFile('one', 'A')}`,
    `journal_write -r ${b2} -b ${b0},${b4},${b3} ${blocksFile('two', 'B')}`,
    'journal_close',
    'journal_open',
    `journal_write -c -b ${b1} ${blocksFile('three', 'C')}`,
    'journal_close',
  );
}

describe.skipIf(!haveE2fsprogs)('a journal that needs recovery', { timeout: 60_000 }, () => {
  for (const kind of ['ext3', 'ext4'])
    it(`is replayed (${kind})`, () => {
      makeCrashed(kind);
      const crashed = fs.readFileSync(images.image);
      const before = images.cat('/a/text');
      expect(tool('e2fsck', '-fy', images.image).text).toContain('recovering journal');
      const theirs = images.cat('/a/text');
      expect(theirs).not.toBe(before);

      fs.writeFileSync(images.image, crashed);
      const look = fsck('-n');
      expect(look).toMatchObject({ status: 2, out: expect.stringContaining('WITHOUT WHAT IS IN THE JOURNAL') });
      expect(fs.readFileSync(images.image).equals(crashed)).toBe(true);
      const run = fsck('-p');
      expect(run).toMatchObject({ status: 0, err: '' });
      expect(run.out).toMatch(/JOURNAL NEEDS RECOVERY \(REPLAYED\)\n.*2 transactions, 6 blocks/);
      expect(images.cat('/a/text')).toBe(theirs);
      expect(images.judge()).toBe('');
    });

  it('is dropped when it cannot be read', () => {
    makeCrashed('ext3');
    const start = Number(/\(0(?:-[0-9]+)?\):([0-9]+)/.exec(tool('debugfs', '-R', 'stat <8>', images.image).text)?.[1]);
    images.change((bytes) => bytes.fill(0, start * BSIZE, start * BSIZE + 40));
    const run = fsck('-y');
    expect(run.out).toContain('BAD MAGIC IN JOURNAL');
    expect(run.status).toBe(0);
    expect(images.judge()).toBe('');
  });

  it('ends though every block of it claims to be part', () => {
    makeCrashed('ext3');
    const start = Number(/\(0(?:-[0-9]+)?\):([0-9]+)/.exec(tool('debugfs', '-R', 'stat <8>', images.image).text)?.[1]);
    images.change((_, view) => {
      const sequence = view.getUint32(start * BSIZE + 24);
      for (let i = 1; i < 1024; i++) {
        for (const [k, word] of [0xc03b3998, 1, sequence].entries()) view.setUint32((start + i) * BSIZE + 4 * k, word);
        for (let at = 12; at + 8 <= BSIZE; at += 8) view.setUint32((start + i) * BSIZE + at + 4, 2);
      }
    });
    expect(fsck('-y').status).toBe(0);
    expect(images.judge()).toBe('');
  });
});
