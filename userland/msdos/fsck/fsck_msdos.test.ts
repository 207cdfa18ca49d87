// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { DiskCache } from '../../disk/disk_cache.ts';
import { FsckDialog, type FsckMode } from '../../disk/fsck_dialog.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { ProgramEnd } from '../../librump/program_end.ts';
import { haveTools } from '../../testing/host_tools.ts';
import { FatImage, NOW, seededRandom } from '../testing/fat_image.ts';
import { checkVolume } from './check_volume.ts';

const MB = 1 << 20;

function check(image: FatImage, mode: FsckMode, skipClean = false): { status: number; text: string } {
  let text = '';
  const print = (more: string): void => {
    text += more;
  };
  const ctx = { name: 'fsck_msdos', print, out: { flush: () => undefined } };
  const dialog = new FsckDialog(ctx as unknown as ProgramContext, { special: 'x', mode, spaced: false });
  try {
    const disk = new DiskCache(image.disk, 8);
    checkVolume(disk, dialog, { skipClean, now: NOW });
    if (dialog.changed) disk.flush();
    return { status: dialog.status, text };
  } catch (error) {
    if (error instanceof ProgramEnd) return { status: error.status, text };
    throw error;
  }
}

/** Files of many sizes in a tree, some with long names. */
function content(): Map<string, Uint8Array> {
  const random = seededRandom(7);
  const data = (length: number): Uint8Array => new Uint8Array(length).map(() => random());
  const files = new Map<string, Uint8Array>([
    ['a.txt', data(20_000)],
    ['b.txt', data(30_001)],
    ['c.txt', data(513)],
    ['d.txt', data(9_000)],
    ['A long name with spaces.text', data(4_000)],
    ['dir/e.txt', data(12_000)],
    ['dir/f.txt', data(1)],
    ['dir/sub/g.txt', data(10_000)],
    ['dir/sub/deep/h.txt', data(5_000)],
    ['other/i.txt', data(7_000)],
  ]);
  for (let i = 0; i < 60; i++) files.set(`many/file ${i} of many.dat`, data(100 + i * 37));
  return files;
}

const FILES = haveTools('mcopy', 'fsck.fat') ? content() : new Map<string, Uint8Array>();

function filled(bits: 12 | 16 | 32): FatImage {
  const image = FatImage.make({ bits, sectorsPerCluster: bits === 12 ? 4 : 1 }, bits === 32 ? 36 * MB : 4 * MB);
  image.fill(FILES);
  return image;
}

interface Damage {
  readonly name: string;
  readonly says: RegExp;
  /** Files that may be different afterwards. */
  readonly hurt: readonly string[];
  /** What -p does with it. */
  readonly preen: 'repairs' | 'gives up';
  readonly only?: readonly number[];
  do(image: FatImage): void;
}

const END = 0x0fffffff;
const startOf = (image: FatImage, file: string): number => image.start(image.entry(file));
const third = (image: FatImage, file: string): number => image.chain(startOf(image, file))[2] as number;

// biome-ignore format: a table
const DAMAGES: readonly Damage[] = [
  { name: 'an entry out of range', says: /continues with cluster out of range/, hurt: ['a.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'a.txt'), i.geometry.clusters + 5) },
  { name: 'a chain that loops', says: /loops at cluster/, hurt: ['a.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'a.txt'), startOf(i, 'a.txt')) },
  { name: 'a cluster that is its own successor', says: /loops at cluster/, hurt: ['b.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'b.txt'), third(i, 'b.txt')) },
  { name: 'a chain into the middle of another', says: /cross-linked at cluster/, hurt: ['a.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'a.txt'), third(i, 'b.txt')) },
  { name: 'a chain into the start of an earlier file', says: /cross-linked at cluster/, hurt: ['b.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'b.txt'), startOf(i, 'a.txt')) },
  { name: 'a free cluster in a chain', says: /continues with free cluster/, hurt: ['b.txt'], preen: 'repairs', do: (i) => i.setFat(third(i, 'b.txt'), 0) },
  { name: 'a bad cluster in a chain', says: /continues with bad cluster/, hurt: ['b.txt'], preen: 'gives up', do: (i) => i.setFat(third(i, 'b.txt'), END - 8) },
  { name: 'a chain that ends too early', says: /should at most be/, hurt: ['b.txt'], preen: 'repairs', do: (i) => i.setFat(third(i, 'b.txt'), END) },
  { name: 'an entry that starts inside another file', says: /which is in use/, hurt: ['a.txt'], preen: 'gives up', do: (i) => i.setStart(i.entry('a.txt'), third(i, 'b.txt')) },
  { name: 'an entry that starts out of range', says: /starts with cluster out of range/, hurt: ['a.txt'], preen: 'gives up', do: (i) => i.setStart(i.entry('a.txt'), i.geometry.clusters + 9) },
  { name: 'an entry that starts nowhere', says: /should be 0/, hurt: ['a.txt'], preen: 'repairs', do: (i) => i.setStart(i.entry('a.txt'), 0) },
  { name: 'a size too large', says: /should at most be/, hurt: ['dir/e.txt'], preen: 'repairs', do: (i) => i.setSize(i.entry('dir/e.txt'), 40_000) },
  { name: 'a size too small', says: /too many clusters/, hurt: ['dir/e.txt'], preen: 'repairs', do: (i) => i.setSize(i.entry('dir/e.txt'), 600) },
  { name: 'a size of 0 with clusters', says: /too many clusters/, hurt: ['dir/e.txt'], preen: 'repairs', do: (i) => i.setSize(i.entry('dir/e.txt'), 0) },
  { name: 'a deleted entry of a file', says: /Lost cluster chain/, hurt: ['d.txt'], preen: 'repairs', do: (i) => { i.bytes[i.entry('d.txt')] = 0xe5; } },
  { name: 'lost clusters in a ring', says: /Lost cluster chain/, hurt: [], preen: 'repairs', do: (i) => { const top = i.geometry.clusters; i.setFat(top - 2, top - 1); i.setFat(top - 1, top); i.setFat(top, top - 2); } },
  { name: 'a directory that is deleted', says: /Lost directory/, hurt: ['dir/e.txt', 'dir/f.txt', 'dir/sub/g.txt', 'dir/sub/deep/h.txt'], preen: 'repairs', do: (i) => { i.bytes[i.entry('dir')] = 0xe5; } },
  { name: 'a directory that starts out of range', says: /starts with cluster out of range/, hurt: ['dir/sub/g.txt', 'dir/sub/deep/h.txt'], preen: 'gives up', do: (i) => i.setStart(i.entry('dir/sub'), 1) },
  { name: 'a directory that starts in a file', says: /which is in use/, hurt: ['dir/sub/g.txt', 'dir/sub/deep/h.txt'], preen: 'gives up', do: (i) => i.setStart(i.entry('dir/sub'), third(i, 'b.txt')) },
  { name: 'a directory that is its own parent', says: /which is in use|has no entries/, hurt: ['dir/sub/deep/h.txt'], preen: 'gives up', do: (i) => i.setStart(i.entry('dir/sub/deep'), startOf(i, 'dir')) },
  { name: 'a directory with a size', says: /has a size/, hurt: [], preen: 'repairs', do: (i) => i.setSize(i.entry('dir/sub'), 512) },
  { name: "a wrong `.'", says: /`\.' entry in .* incorrect start/, hurt: [], preen: 'repairs', do: (i) => i.setStart(i.clusterOffset(startOf(i, 'dir/sub')), 3) },
  { name: "a wrong `..'", says: /`\.\.' entry in .* incorrect start/, hurt: [], preen: 'repairs', do: (i) => i.setStart(i.clusterOffset(startOf(i, 'dir/sub')) + 32, 3) },
  { name: "no `..'", says: /`\.\.' entry in .* missing/, hurt: [], preen: 'repairs', do: (i) => { i.bytes[i.clusterOffset(startOf(i, 'dir/sub')) + 32] = 0x41; } },
  { name: 'a long name without its short one', says: /Invalid long filename/, hurt: ['A long name with spaces.text'], preen: 'repairs', do: (i) => { const at = i.entry('ALONGN~1.TEX'); i.bytes[at - 32 + 13] = (i.bytes[at - 32 + 13] as number) ^ 0x55; } },
  { name: 'a name twice', says: /name of another entry/, hurt: ['d.txt'], preen: 'gives up', do: (i) => { i.bytes[i.entry('d.txt')] = 0x43; } },
  { name: 'a name with a control character', says: /invalid characters/, hurt: ['d.txt'], preen: 'gives up', do: (i) => { i.bytes[i.entry('d.txt') + 1] = 0x01; } },
  { name: 'the mark of the end in the middle', says: /after end of directory/, hurt: ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'A long name with spaces.text'], preen: 'gives up', do: (i) => { i.bytes.fill(0, i.entry('b.txt'), i.entry('b.txt') + 32); } },
  { name: 'FATs that differ', says: /FATs differ/, hurt: [], preen: 'repairs', do: (i) => { i.setFat(third(i, 'a.txt'), 0, [0]); i.setFat(third(i, 'a.txt') + 20, 0, [0]); } },
  { name: 'a wrong media byte in the FAT', says: /odd byte sequence/, hurt: [], preen: 'repairs', do: (i) => i.setFat(0, 0) },
  { name: 'a wrong count of free clusters', says: /Free space in FSInfo/, hurt: [], preen: 'repairs', only: [32], do: (i) => i.bytes.set([1, 2, 3, 0], 512 + 488) },
  { name: 'a next free cluster out of range', says: /Next free cluster/, hurt: [], preen: 'repairs', only: [32], do: (i) => i.bytes.set([0, 0, 0, 0x0f], 512 + 492) },
  { name: 'no signature in FSInfo', says: /Invalid signature in fsinfo/, hurt: [], preen: 'repairs', only: [32], do: (i) => i.bytes.fill(0, 512, 516) },
  { name: 'a backup that differs', says: /does not compare/, hurt: [], preen: 'repairs', only: [32], do: (i) => i.bytes.fill(0, 6 * 512 + 3, 6 * 512 + 20) },
  { name: 'a boot sector of zeros', says: /the backup is sound/, hurt: [], preen: 'gives up', only: [32], do: (i) => i.bytes.fill(0, 0, 512) },
  { name: 'the mark of a mount', says: /MARK FILE SYSTEM CLEAN|files/, hurt: [], preen: 'repairs', only: [16, 32], do: (i) => i.setFat(1, i.geometry.bits === 16 ? 0x7fff : 0x07ffffff) },
  { name: 'the mark of a mount in the boot sector', says: /MARK FILE SYSTEM CLEAN|files/, hurt: [], preen: 'repairs', only: [16, 32], do: (i) => { i.bytes[i.geometry.bits === 32 ? 65 : 37] = 1; } },
];

/** fsck.fat finds nothing, and what was not hurt is what it was. */
function expectSound(image: FatImage, hurt: readonly string[]): void {
  const { status, text, files } = image.judge();
  expect({ status, text }).toEqual({ status: 0, text: expect.stringMatching(/: \d+ files, \d+\/\d+ clusters\n$/) });
  const different = [...FILES].filter(([name, data]) => !Buffer.from(files.get(name) ?? []).equals(data));
  expect(different.map(([name]) => name).filter((name) => !hurt.includes(name))).toEqual([]);
}

describe.skipIf(FILES.size === 0)('fsck_msdos', () => {
  for (const bits of [12, 16, 32] as const) {
    const sound = FILES.size > 0 ? filled(bits) : undefined;
    it(`finds nothing on a sound FAT${bits}`, () => {
      const image = (sound as FatImage).copy();
      const { status, text } = check(image, 'no');
      expect(text.split('\n').slice(4).join('\n')).toMatch(/^\d+ files, \d+ free \(\d+ clusters\)\n$/);
      expect(status).toBe(0);
      expect(check(image, 'yes').text).not.toMatch(/MODIFIED/);
      expect(Buffer.from(image.bytes).equals((sound as FatImage).bytes)).toBe(true);
    });
    for (const damage of DAMAGES.filter(({ only }, i) => only?.includes(bits) ?? (bits === 16 || (i + bits) % 3 === 0)))
      it(`FAT${bits}: ${damage.name}`, () => {
        const image = (sound as FatImage).copy();
        damage.do(image);
        const before = image.bytes.slice();
        const looked = check(image, 'no');
        expect(Buffer.from(image.bytes).equals(before), 'untouched with -n').toBe(true);
        expect(looked.text).toMatch(damage.says);
        const preened = image.copy();
        const preen = check(preened, 'preen');
        expect(preen.status, preen.text).toBe(damage.preen === 'repairs' ? 0 : 8);
        const repaired = check(image, 'yes');
        expect(repaired.text).toMatch(damage.says);
        expect(repaired.status).toBe(0);
        for (const result of damage.preen === 'repairs' ? [preened, image] : [image]) {
          expect(check(result, 'no')).toMatchObject({ status: 0, text: expect.not.stringMatching(/\?|DIRTY/) });
          expectSound(result, damage.hurt);
        }
      });
  }

  it('repairs what chance damaged, at once and for good', () => {
    const sound = { 12: filled(12), 16: filled(16) };
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const image = sound[seed % 2 === 0 ? 12 : 16].copy();
      damageByChance(image, random);
      const first = check(image, 'yes');
      if (first.status === 8) continue;
      expect(first.status, `seed ${seed}`).toBe(0);
      const second = check(image, 'no');
      expect(second, `seed ${seed}\n${first.text}`).toMatchObject({
        status: 0,
        text: expect.not.stringMatching(/\?|DIRTY/),
      });
      if (seed % 4 > 1) continue;
      const { status, text } = image.judge();
      expect(
        status,
        `seed ${seed}
${first.text}
${text}`,
      ).toBe(0);
    }
  });

  it('comes to an end on any boot sector and any FAT', () => {
    const small = FatImage.make({ bits: 12, sectorsPerCluster: 1 }, MB);
    small.fill(new Map([...FILES].slice(0, 5)));
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed + 7000);
      const image = small.copy();
      for (let i = random() % 4; i >= 0; i--) image.bytes[11 + (random() % 54)] = random() % 5 === 0 ? 0 : random();
      if (seed % 3 === 0) image.bytes.fill(0, 17, 19);
      for (let i = random() % 3000; i > 0; i--) image.bytes[512 + (random() % 12_000)] = random();
      const began = performance.now();
      const { status } = check(image, 'yes');
      expect([0, 2, 8], `seed ${seed}`).toContain(status);
      expect(performance.now() - began, `seed ${seed}`).toBeLessThan(10_000);
    }
  });

  it('skips what is marked clean with -p', () => {
    const image = filled(16);
    expect(check(image, 'preen', true)).toEqual({ status: 0, text: 'x: FILE SYSTEM CLEAN; SKIPPING CHECKS\n' });
    image.setFat(1, 0x7fff);
    expect(check(image, 'preen', true).text).toMatch(/ files, /);
    expect(image.fat(1)).toBe(0xffff);
  });

  it('refuses what is no FAT file system', () => {
    const refuse = (change: (bytes: Uint8Array) => void): string => {
      const image = FatImage.make({ bits: 16 }, 8 * MB);
      change(image.bytes);
      const { status, text } = check(image, 'yes');
      expect(status).toBe(8);
      return text;
    };
    expect(refuse((b) => b.fill(0, 510, 512))).toMatch(/Invalid signature/);
    expect(refuse((b) => b.fill(0xff, 11, 13))).toMatch(/Invalid sector size/);
    expect(refuse((b) => b.fill(3, 13, 14))).toMatch(/Invalid cluster size/);
    expect(refuse((b) => b.fill(0xff, 19, 21))).toMatch(/larger than the disk/);
    expect(refuse((b) => b.fill(0, 22, 24))).toMatch(/size of FAT/);
    expect(refuse((b) => b.fill(0, 17, 19))).toMatch(/root|Root|version|FAT/);
    expect(refuse((b) => b.fill(0xff, 22, 24))).toMatch(/No room/);
  });
});

/** Bytes of the FATs, of directories and of the boot sector's tail change. */
function damageByChance(image: FatImage, random: () => number): void {
  const { fatOffset, rootOffset, rootBytes, dataOffset, clusterBytes } = image.geometry;
  const hit = (from: number, length: number, count: number): void => {
    for (let i = 0; i < count; i++) image.bytes[from + (random() % length)] = random();
  };
  hit(fatOffset, 600, random() % 12);
  hit(rootOffset - 4096 > fatOffset ? rootOffset - image.geometry.fatBytes : fatOffset, 600, random() % 12);
  hit(rootOffset, Math.min(rootBytes, 1024), random() % 12);
  hit(dataOffset, 200 * clusterBytes, random() % 400);
}
