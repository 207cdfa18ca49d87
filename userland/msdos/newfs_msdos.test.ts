// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { haveTools, runTool, withImage } from '../testing/host_tools.ts';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { decodeBpb, fatGeometry, MAX_CLUSTERS, MIN_CLUSTERS } from './fat_format.ts';
import { describePlan, type NewfsOptions, planNewfs } from './newfs_plan.ts';
import { STANDARD_FORMATS } from './newfs_tables.ts';
import { writeNewfs } from './newfs_write.ts';

const MB = 1 << 20;
const NOW = 1_000_000_000;

function made(options: NewfsOptions, bytes: number): MemoryDisk {
  const disk = new MemoryDisk(new Uint8Array(bytes));
  writeNewfs(disk, planNewfs(options, bytes, 512), { offset: 0, now: NOW });
  return disk;
}

/** Width and size of cluster by options, every one with a size at which it exists. */
const SHAPES: readonly (readonly [name: string, options: NewfsOptions, bytes: number])[] = [
  ['default of 1 MB', {}, MB],
  ['default of 20 MB', {}, 20 * MB],
  ['smallest', { bits: 12, rootEntries: 16 }, 32 * 512],
  ...[1, 2, 4, 8, 32, 128].map(
    (spc) => [`FAT12 -c ${spc}`, { bits: 12, sectorsPerCluster: spc, label: 'twelve' }, 2 * MB - 512] as const,
  ),
  ...[1, 2, 4].map(
    (spc) => [`FAT16 -c ${spc}`, { bits: 16, sectorsPerCluster: spc, volumeId: 0x1234abcd }, 16 * MB + 1024] as const,
  ),
  ...[1, 2].map(
    (spc) => [`FAT32 -c ${spc}`, { bits: 32, sectorsPerCluster: spc, label: 'Thirty-two' }, 80 * MB] as const,
  ),
  ['FAT32 with one FAT and no backup', { bits: 32, fats: 1, backupSector: 0xffff }, 40 * MB],
  ['FAT16 with sectors of 2048', { bits: 16, bytesPerSector: 2048 }, 40 * MB],
  [
    'FAT16 with reserved and hidden sectors',
    { bits: 16, reservedSectors: 40, hiddenSectors: 63, media: 0xf8 },
    40 * MB,
  ],
];

describe('planNewfs', () => {
  it('prints the parameters', () => {
    expect(describePlan(planNewfs({}, 20 * MB, 512), '/dev/rd0')).toBe(
      '/dev/rd0: 40844 sectors in 10211 FAT16 clusters (2048 bytes/cluster)\nMBR type: 4\n' +
        'bps=512 spc=4 res=1 nft=2 rde=512 sec=40960 mid=0xf0 spf=40 spt=63 hds=255 hid=0\n',
    );
    expect(describePlan(planNewfs({}, 1024 * MB, 512), 'x')).toContain('bspf=2044 rdcl=2 infs=1 bkbs=6\n');
  });
  it('takes the width and the size of cluster from the size of the disk', () => {
    const of = (bytes: number) => {
      const { bits, bpb } = planNewfs({}, bytes, 512);
      return [bits, bpb.sectorsPerCluster * 512];
    };
    expect(of(1.44 * MB)).toEqual([12, 512]);
    expect(of(10 * MB)).toEqual([16, 1024]);
    expect(of(100 * MB)).toEqual([16, 2048]);
    expect(of(511 * MB)).toEqual([16, 8192]);
    expect(of(4096 * MB)).toEqual([32, 4096]);
    expect(of(2 ** 40)).toEqual([32, 32768]);
  });
  it('keeps the number of clusters within the width, and a FAT entry for each', () => {
    for (const bits of [12, 16, 32] as const)
      for (const spc of [1, 4, 64])
        for (const extra of [0, 1, 7, 100, 100_000]) {
          const sectors = MIN_CLUSTERS[bits] * spc + 2000 + extra + (bits === 12 ? spc * 100 : spc * 200);
          const { bpb, clusters } = planNewfs({ bits, sectorsPerCluster: spc, sectors }, sectors * 512, 512);
          expect(clusters).toBeLessThanOrEqual(MAX_CLUSTERS[bits]);
          expect(fatGeometry(bpb)).toMatchObject({ bits, clusters });
        }
  });
  it('says why not', () => {
    const why = (options: NewfsOptions, bytes = 20 * MB) => {
      try {
        planNewfs(options, bytes, 512);
      } catch (error) {
        return (error as Error).message;
      }
      return 'made';
    };
    expect(why({ bits: 32 })).toBe('40298 clusters too few clusters for FAT32, need 65525');
    expect(why({ bits: 16, sectorsPerCluster: 128 })).toMatch(/^\d+ clusters too few clusters for FAT16, need 4085$/);
    expect(why({ infoSector: 1 })).toBe('-i is not a legal FAT16 option');
    expect(why({ sectors: 50_000 })).toMatch(/do not fit/);
    expect(why({}, 1024)).toBe('meta data exceeds file system size');
    expect(why({ blockBytes: 131072 })).toMatch(/too large/);
    expect(why({ bits: 32, infoSector: 40 }, 80 * MB)).toMatch(/exceed reserved sectors/);
  });
  it('warns when FAT or width end before the disk', () => {
    expect(planNewfs({ bits: 12, sectorsPerCluster: 1 }, 20 * MB, 512).warnings).toEqual([
      'FAT type limits file system to 4140 sectors',
    ]);
    expect(planNewfs({ bits: 16, sectorsPerFat: 17 }, 20 * MB, 512).warnings[0]).toMatch(/^sectors\/FAT limits/);
  });
});

describe.skipIf(!haveTools('fsck.fat', 'minfo', 'mdir', 'mcopy'))('what newfs_msdos makes', () => {
  for (const [name, options, bytes] of SHAPES)
    it(`is clean for fsck.fat and mtools: ${name}`, () => {
      const { bytes: image } = made(options, bytes);
      withImage(image, (file) => {
        expect(runTool('fsck.fat', '-n', file)).toEqual({
          status: 0,
          text: expect.stringMatching(/: \d files, [01]\/\d+ clusters\n$/),
        });
        expect(runTool('minfo', '-i', file)).toMatchObject({ status: 0 });
        expect(runTool('mcopy', '-i', file, '/etc/hostname', '::h').status).toBe(0);
        const listing = runTool('mdir', '-i', file);
        expect(listing.text).toContain(options.label === undefined ? 'has no label' : options.label.toUpperCase());
        expect(runTool('fsck.fat', '-n', file).status).toBe(0);
      });
    });
  for (const [kb, format] of STANDARD_FORMATS)
    it(`is the floppy that mformat knows: ${kb}`, () => {
      const { bytes: image } = made({ ...format, bits: 12 }, format.sectors * format.bytesPerSector);
      withImage(image, (file) => expect(runTool('fsck.fat', '-n', file).status).toBe(0));
      expect(fatGeometry(decodeBpb(image)).bits).toBe(12);
    });
  it('lies at an offset, and is the same with the same time', () => {
    const plan = planNewfs({ label: 'X' }, 2 * MB, 512);
    const disk = new MemoryDisk(new Uint8Array(3 * MB));
    writeNewfs(disk, plan, { offset: MB, now: NOW });
    expect(disk.bytes.subarray(0, MB).every((b) => b === 0)).toBe(true);
    expect(disk.bytes.subarray(MB)).toEqual(made({ label: 'X' }, 2 * MB).bytes);
  });
});
