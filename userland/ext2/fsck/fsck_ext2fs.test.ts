// SPDX-License-Identifier: BSD-2-Clause
/** fsck_ext2fs on images of e2fsprogs, whole and damaged; e2fsck judges what it leaves. */
import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { corruptExt2 } from '../../testing/ext2_corruptor.ts';
import { haveE2fsprogs, IMAGE_KINDS, ImageFolder, tool } from '../../testing/ext2_images.ts';
import { runOnHost } from '../../testing/host_files.ts';
import { newfsExt2fs } from '../newfs/newfs_ext2fs.ts';
import { fsckExt2fs } from './fsck_ext2fs.ts';

const folder = haveE2fsprogs ? new ImageFolder() : undefined;
afterAll(() => folder?.remove());
const images = folder as ImageFolder;
const fsck = (...args: string[]) => runOnHost(fsckExt2fs, ['fsck_ext2fs', ...args, images.image]);

/** Files that damage to others must leave alone. */
const small = () => images.cat('/a/b/small');

describe.skipIf(!haveE2fsprogs)('nothing is wrong with', { timeout: 60_000 }, () => {
  for (const kind of IMAGE_KINDS.keys())
    it(kind, () => {
      images.make(kind);
      const before = fs.readFileSync(images.image);
      const run = fsck('-fn');
      expect(run.out.split('\n').filter((line) => !line.startsWith('** '))).toEqual([
        expect.stringMatching(/^16[0-9] files, [0-9]+ used, [0-9]+ free$/),
        '',
      ]);
      expect(run).toMatchObject({ status: 0, err: '' });
      expect(fs.readFileSync(images.image).equals(before)).toBe(true);
    });

  it('what newfs_ext2fs makes', () => {
    for (const options of [[], ['-O', '0'], ['-D', '256', '-b', '4096']]) {
      fs.rmSync(images.image, { force: true });
      runOnHost(newfsExt2fs, ['newfs_ext2fs', '-F', '-s', '20m', ...options, images.image]);
      expect(fsck('-fn').status).toBe(0);
    }
  });
});

/** Kinds of damage: what debugfs is told, or what is done to the bytes; and what fsck_ext2fs says of it. */
const DAMAGES: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an inode without links', ['set_inode_field /a/text links_count 0'], /LINK COUNT INCREASING/],
  ['too many links', ['set_inode_field /a/text links_count 9'], /LINK COUNT FILE.*\n.*COUNT 9 SHOULD BE 1/],
  ['no entry for a file', ['unlink /a/text'], /UNREF FILE .*\n.*\nRECONNECT\? yes/],
  ['no entry for a directory', ['unlink /a/b'], /UNREF DIR .*\n.*\nRECONNECT\? yes/],
  ['a cleared inode', ['clri /a/text'], /UNALLOCATED {2}I=[0-9]+\nNAME=\/a\/text\nREMOVE\? yes/],
  ['a cleared directory', ['clri /big'], /UNALLOCATED/],
  ['a cleared root', ['clri /'], /ROOT INODE UNALLOCATED/],
  ['a root that is a file', ['set_inode_field / mode 0100644'], /ROOT INODE NOT DIRECTORY|RESERVED|MISSING/],
  ['no lost+found for an orphan', ['unlink /a/text', 'rmdir /lost+found'], /NO lost\+found DIRECTORY\nCREATE\? yes/],
  ['a bad mode', ['set_inode_field /a/text mode 0170644'], /UNKNOWN FILE TYPE/],
  ['a deletion time', ['set_inode_field /a/text dtime 20260101000000'], /DELETION TIME IS SET/],
  ['a wrong size', ['set_inode_field /a/text size 1'], /FILE SIZE SHOULD BE/],
  ['a wrong size of a directory', ['set_inode_field /big size 100'], /DIRECTORY SIZE SHOULD BE/],
  ['a wrong block count', ['set_inode_field /a/text blocks 3'], /INCORRECT BLOCK COUNT .*3 should be/],
  ['a block in use marked free', ['freeb 500 20'], /BLK\(S\) WRONG IN BIT MAPS/],
  ['a free block marked in use', ['setb 2500 5'], /BLK\(S\) WRONG IN BIT MAPS/],
  ['an inode marked free', ['freei /a/text'], /INODE\(S\) WRONG IN BIT MAPS/],
  ['wrong free counts', ['ssv free_blocks_count 1', 'ssv free_inodes_count 1'], /COUNT\(S\) WRONG IN SUPERBLK/],
  ['wrong counts of a group', ['set_bg 0 free_blocks_count 1'], /SUMMARY INFORMATION BAD|BAD FLAGS OR CHECKSUMS/],
  ['a bad block number', ['sif /a/b/small block[0] 99999999'], /BAD BLOCKS|IN EXTENT TREE|BAD BLOCK MAP/],
  ['a hard link to a directory', ['link /a/b /big/again'], /EXTRANEOUS HARD LINK TO DIRECTORY/],
  ['an entry for a reserved inode', ['link <3> /a/three'], /I OUT OF RANGE/],
  ['a mended index', ['sif /big flags 0'], /.*/],
  ['orphans', ['ssv last_orphan 20'], /LIST OF ORPHANED INODES/],
  ['an inode count', ['ssv inodes_count 123'], /INODE COUNT IS 123|BAD/],
  ['reserved inode 5', ['sif <5> mode 0100644', 'sif <5> links_count 1'], /RESERVED INODE IN USE/],
];

describe.skipIf(!haveE2fsprogs)('repairs', { timeout: 120_000 }, () => {
  for (const kind of ['ext2', 'ext4'])
    for (const [name, commands, says] of DAMAGES)
      it(`${name} (${kind})`, () => {
        images.make(kind);
        const content = small();
        images.debugfs(...commands);
        const found = fsck('-fn');
        const repaired = fsck('-fy');
        expect(repaired.out).toMatch(says);
        if (repaired.out.includes('? yes')) expect(found).toMatchObject({ out: expect.stringContaining('? no') });
        expect(repaired.out.includes('? yes') ? [2, 8] : [0]).toContain(found.status);
        expect(repaired.status).toBe(0);
        expect(images.judge()).toBe('');
        expect(fsck('-fn')).toMatchObject({ status: 0, out: expect.not.stringContaining('? no') });
        if (!commands.some((c) => c.includes('/a/b'))) expect(small() === content || name.includes('root')).toBe(true);
      });
});

describe.skipIf(!haveE2fsprogs)('after any damage e2fsck agrees', { timeout: 300_000 }, () => {
  for (const kind of ['ext2', 'ext2, 4 KB', 'revision 0', 'ext4', 'ext4, small groups'])
    it(kind, () => {
      for (let seed = 0; seed < 6; seed++) {
        images.make(kind);
        let what = '';
        images.change((bytes) => {
          what = corruptExt2(bytes, seed);
        });
        let run = fsck('-fy');
        for (let n = 0; n < 2 && (run.status !== 0 || run.out.includes('MODIFIED')); n++) run = fsck('-fy');
        if (/SEARCH FOR ALTERNATE|FEATURES THAT CANNOT/.test(run.out)) continue;
        expect([kind, seed, what, run.status, images.judge()]).toEqual([kind, seed, what, 0, '']);
      }
    });
});

describe.skipIf(!haveE2fsprogs)('fsck_ext2fs', { timeout: 60_000 }, () => {
  it('does not check what is clean, unless -f', () => {
    images.make('ext2');
    expect(fsck().out).toBe(`** ${images.image}\n** File system is clean; not checking\n`);
    expect(fsck('-p').out).toBe(`${images.image}: file system is clean; not checking\n`);
    expect(fsck('-q')).toMatchObject({ status: 0, out: '' });
  });

  it('preens what is harmless, and marks it clean', () => {
    images.make('ext2');
    images.debugfs('ssv free_blocks_count 7', 'ssv state 0', 'unlink /a/text');
    const run = fsck('-p');
    expect(run.out).toContain(`${images.image}: FREE BLK COUNT(S) WRONG IN SUPERBLK (SALVAGED)\n`);
    expect(run.out).toMatch(/UNREF FILE I=[0-9]+ {2}OWNER=0 MODE=100644\nSIZE=[0-9]+ MTIME=.* \(RECONNECTED\)\n/);
    expect(run.status).toBe(0);
    expect(images.judge()).toBe('');
    expect(fsck().out).toContain('File system is clean');
  });

  it('gives up with -p on more', () => {
    images.make('ext2');
    images.debugfs('ssv state 0', 'clri /a/text');
    const run = fsck('-p');
    expect(run.status).toBe(8);
    expect(run.out).toContain('UNEXPECTED INCONSISTENCY; RUN fsck_ext2fs MANUALLY.');
  });

  it('asks, and does as told', () => {
    images.make('ext2');
    images.debugfs('set_inode_field /a/text links_count 9');
    const ask = (answer: string) => runOnHost(fsckExt2fs, ['fsck_ext2fs', '-f', images.image], answer);
    expect(ask('n\n')).toMatchObject({ status: 2, out: expect.stringContaining('ADJUST? [yn]') });
    expect(ask('y\n').status).toBe(0);
    expect(images.judge()).toBe('');
  });

  it('finds another superblock', () => {
    images.make('ext2');
    images.change((bytes) => bytes.fill(0, 1024, 4096));
    expect(fsck('-fn').out).toContain('BAD SUPER BLOCK: MAGIC NUMBER WRONG');
    const run = fsck('-y');
    expect(run.out).toContain('USING ALTERNATE SUPERBLOCK AT 8193');
    expect(run.status).toBe(0);
    expect(images.judge()).toBe('');
    expect(fsck('-fn', '-b', '8193')).toMatchObject({ status: 0, out: expect.stringContaining('AT 8193') });
    expect(fsck('-fn', '-b', '77')).toMatchObject({
      status: 8,
      out: expect.stringContaining('77 IS NOT A FILE SYSTEM'),
    });
  });

  it('copies blocks that two files claim', () => {
    images.make('ext2');
    const content = images.cat('/a/text');
    images.debugfs('copy_inode /a/b/small /empty');
    const run = fsck('-fy');
    expect(run.out).toMatch(/[0-9]+ DUP BLOCKS/);
    expect(run.status).toBe(0);
    expect(images.judge()).toBe('');
    expect(images.cat('/empty')).toBe(small());
    expect(images.cat('/a/text')).toBe(content);
  });

  it('drops a damaged index and keeps the entries', () => {
    images.make('ext4');
    const block = Number(
      /\(0\):([0-9]+)|\(0-[0-9]+\):([0-9]+)/
        .exec(tool('debugfs', '-R', 'stat /big', images.image).text)
        ?.slice(1)
        .find(Boolean),
    );
    images.change((bytes) => bytes.fill(0xff, block * 1024 + 40, block * 1024 + 56));
    expect(fsck('-fy').out).toMatch(/BAD DIRECTORY INDEX .*\nDIR=\/big\nDROP INDEX\? yes/);
    expect(images.judge()).toBe('');
    expect(images.cat('/big/a_file_with_a_long_name_77')).toBe('file 77\n');
  });

  it('refuses what it cannot check, with the reason', () => {
    for (const [options, reason] of [
      ['-t ext4 -O 64bit,^metadata_csum', '64bit'],
      ['-t ext4 -O ^64bit,metadata_csum', 'metadata_csum'],
      ['-t ext2 -O meta_bg,^resize_inode', 'meta_bg'],
    ] as const) {
      images.make(options);
      expect(fsck('-fy')).toMatchObject({
        status: 8,
        out: expect.stringMatching(`CANNOT BE CHECKED HERE: .*${reason}.*; USE e2fsck`),
      });
    }
  });

  it('ends the truncation of an orphan, and frees a deleted one', () => {
    images.make('ext2');
    const number = (name: string) =>
      Number(/Inode: ([0-9]+)/.exec(tool('debugfs', '-R', `stat ${name}`, images.image).text)?.[1]);
    const [text, empty] = [number('/a/text'), number('/empty')];
    const content = images.cat('/a/text');
    images.debugfs(
      `ssv last_orphan ${text}`,
      `sif /a/text dtime ${empty}`,
      'sif /a/text size 20000',
      'sif /empty links_count 0',
      'unlink /empty',
    );
    const run = fsck('-fp');
    expect(run.out).toContain('LIST OF ORPHANED INODES (CLEARED)');
    expect(run.status).toBe(0);
    expect(images.judge()).toBe('');
    expect(images.cat('/a/text')).toBe(content.slice(0, 20000));
    expect(tool('debugfs', '-R', 'stat /a/text', images.image).text).toContain('Blockcount: 42');
  });

  it('knows no file and no file system', () => {
    expect(runOnHost(fsckExt2fs, ['fsck_ext2fs', '/nonexistent'])).toMatchObject({ status: 8 });
    fs.writeFileSync(images.image, new Uint8Array(100000));
    expect(fsck('-n')).toMatchObject({
      status: 8,
      out: expect.stringContaining('SEARCH FOR ALTERNATE SUPER-BLOCK FAILED'),
    });
    fs.writeFileSync(images.image, '');
    expect(fsck('-n')).toMatchObject({ status: 8 });
  });
});
