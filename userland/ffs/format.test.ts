// SPDX-License-Identifier: BSD-2-Clause
/** The format on images that makefs made: every count that a map implies is the one that makefs wrote. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { CylinderGroup, countFree, GroupSummary } from './cylinder_group.ts';
import { dinodeAt, isShortlink, S_IFDIR, S_IFLNK, S_IFMT } from './dinode.ts';
import { direntries, direntryAt, direntrySize, emptyDirectory } from './direntry.ts';
import * as geometry from './geometry.ts';
import { FS_UFS1_MAGIC, FS_UFS2_MAGIC, SBLOCKSIZE, Superblock } from './superblock.ts';

const makefs = spawnSync('makefs', [], { stdio: 'ignore' }).error === undefined;
let work = '';

beforeAll(() => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), 'ffs-format-'));
  fs.mkdirSync(`${work}/tree/dir`, { recursive: true });
  fs.writeFileSync(`${work}/tree/dir/file`, 'x'.repeat(70000));
  fs.symlinkSync('dir/file', `${work}/tree/link`);
});
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

function image(version: number, order: string, sizes: string): MemoryDisk {
  const file = `${work}/img`;
  fs.rmSync(file, { force: true });
  execFileSync(
    'makefs',
    ['-t', 'ffs', '-s', '24m', '-B', order, '-o', `version=${version},${sizes}`, file, `${work}/tree`],
    { stdio: 'ignore' },
  );
  return new MemoryDisk(new Uint8Array(fs.readFileSync(file)));
}

const VARIANTS = [1, 2].flatMap((version) =>
  (['le', 'be'] as const).flatMap((order) =>
    ['bsize=4096,fsize=512', 'bsize=8192,fsize=1024', 'bsize=65536,fsize=8192', 'bsize=8192,fsize=8192'].map(
      (sizes) => [version, order, sizes] as const,
    ),
  ),
);

describe.skipIf(!makefs).each(VARIANTS)('makefs -o version=%i -B %s -o %s', (version, order, sizes) => {
  it('reads as makefs meant it', () => {
    const disk = image(version, order, sizes);
    const sb = Superblock.find(disk) as Superblock;
    expect(sb.problem()).toBeUndefined();
    expect(sb.order).toBe(order);
    expect(sb.magic).toBe(version === 1 ? FS_UFS1_MAGIC : FS_UFS2_MAGIC);
    expect(sb.size * sb.fsize).toBe(disk.size);
    expect(sb.cgsize).toBe(Math.ceil(geometry.groupSize(sb) / sb.fsize) * sb.fsize);
    const total = { ndir: 0, nbfree: 0, nifree: 0, nffree: 0 };
    const summary = new GroupSummary(disk.read(sb.csaddr * sb.fsize, sb.cssize), sb.order);
    for (let c = 0; c < sb.ncg; c++) {
      const cg = new CylinderGroup(disk.read(geometry.cgHeader(sb, c) * sb.fsize, sb.bsize), sb.order);
      expect(cg.problem(sb, c)).toBeUndefined();
      const was = Uint8Array.from(cg.bytes);
      cg.recount(sb, cg.ndir);
      expect(cg.bytes).toEqual(was);
      expect(summary.get(c)).toEqual(cg.csum);
      for (const key of ['ndir', 'nbfree', 'nifree', 'nffree'] as const) total[key] += cg.csum[key];
    }
    expect(total).toEqual({ ndir: sb.ndir, nbfree: sb.nbfree, nifree: sb.nifree, nffree: sb.nffree });
    const onDisk = disk.read(sb.sblockloc, SBLOCKSIZE);
    onDisk.fill(0, 728, 856); // pointers of makefs
    expect(sb.diskBytes().subarray(0, sb.sbsize)).toEqual(onDisk.subarray(0, sb.sbsize));
  });

  it('finds the root and what is in it', () => {
    const disk = image(version, order, sizes);
    const sb = Superblock.find(disk) as Superblock;
    const inode = (ino: number) => dinodeAt(sb, disk.read(geometry.inodeByte(sb, ino) as number, sb.dinodeSize));
    const root = inode(geometry.UFS_ROOTINO);
    expect(root.mode & S_IFMT).toBe(S_IFDIR);
    const entries = [...direntries(sb, disk.read(root.db(0) * sb.fsize, 512))];
    expect(entries.map((e) => e.name).sort()).toEqual(['.', '..', 'dir', 'link']);
    const link = inode(entries.find((e) => e.name === 'link')?.ino ?? 0);
    expect(link.mode & S_IFMT).toBe(S_IFLNK);
    expect(isShortlink(sb, link)).toBe(true);
    expect(new TextDecoder().decode(link.shortlink.subarray(0, link.size))).toBe('dir/file');
    expect(geometry.dataFragsValid(sb, root.db(0), geometry.blockSize(sb, root.size, 0) / sb.fsize)).toBe(true);
  });
});

describe('without an image', () => {
  it('counts runs of free fragments and clusters', () => {
    const map = Uint8Array.of(0b11111111, 0b11110110, 0b00001111);
    expect(countFree(map, 20, 4, 3)).toEqual({
      nbfree: 4,
      nffree: 2,
      frsum: [0, 0, 1, 0, 0, 0, 0, 0],
      clustersum: [0, 0, 2, 0],
    });
  });

  it('refuses entries that lie', () => {
    const sb = Superblock.create(FS_UFS2_MAGIC, 'be');
    const chunk = emptyDirectory(sb, 2, 2);
    expect([...direntries(sb, chunk)].map((e) => [e.ino, e.name, e.reclen])).toEqual([
      [2, '.', 12],
      [2, '..', 500],
    ]);
    chunk[4 + 12] = 0xff;
    expect(direntryAt(sb, chunk, 12)).toMatch(/^length/);
    expect([direntrySize(1), direntrySize(3), direntrySize(4)]).toEqual([12, 12, 16]);
  });

  it('says what is wrong with a superblock', () => {
    expect(Superblock.create(FS_UFS2_MAGIC, 'le').problem()).toBe('superblock size 0');
    expect(Superblock.at(new Uint8Array(SBLOCKSIZE), 65536)).toBeUndefined();
  });

  it('knows the reach of the pointers exactly', () => {
    expect(geometry.maxFileSize(65536, true)).toBe(36033195603132415n);
  });
});
