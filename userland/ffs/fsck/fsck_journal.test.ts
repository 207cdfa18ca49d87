// SPDX-License-Identifier: BSD-2-Clause
/** Journals that are damaged: said, never believed, never an endless walk. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { journalPlace } from '../journal.ts';
import { Superblock } from '../superblock.ts';
import { check, haveMakefs, Images } from './testing/check_image.ts';
import { cutAfter, kernelIsThere, work } from './testing/kernel_work.ts';
import { Random } from './testing/random_damage.ts';

const images = new Images();
afterAll(() => images.remove());

describe.skipIf(!haveMakefs || !kernelIsThere)('a journal', () => {
  /** With records in it. */
  let image: Uint8Array;
  let at = 0;

  beforeAll(() => {
    const before = images.make('version=2,bsize=8192,fsize=1024', 'le', '10m').bytes;
    const script =
      'mount -o log /dev/rd0 /mnt; cd /mnt; sync; mkdir d1 d2; cp dir/block d1; sync; rm -r many; sync; cd /; umount /mnt';
    const { writes } = work(before, script);
    for (let n = writes.length; n > 0 && image === undefined; n--) {
      const cut = cutAfter(before, writes, n);
      if (check(new MemoryDisk(cut), 'no').text.includes('replaying')) image = cut;
    }
    at = journalPlace(Superblock.find(new MemoryDisk(image)) as Superblock, image.length).at;
  });

  const broken = (change: (disk: MemoryDisk) => void): MemoryDisk => {
    const disk = new MemoryDisk(Uint8Array.from(image));
    change(disk);
    return disk;
  };
  const CASES: readonly [string, (disk: MemoryDisk) => void, RegExp][] = [
    ['without headers', (d) => void d.bytes.fill(0, at, at + 1024), /^BAD JOURNAL: NO HEADER\nCLEAR\? yes\n/],
    [
      'whose records are noise',
      (d) => void d.bytes.fill(0x5a, at + 1024, at + 200_000),
      /^BAD JOURNAL: RECORD OF \d+ ENTRIES\nCLEAR\? yes\n/,
    ],
    [
      'at a place that there is not',
      (d) => {
        const sb = Superblock.find(d) as Superblock;
        sb.journalloc0 = 1n << 40n;
        d.write(sb.sblockloc, sb.diskBytes());
      },
      /^BAD JOURNAL: AT 1099511627776\nCLEAR\? yes\n/,
    ],
    [
      'of another version',
      (d) => {
        const sb = Superblock.find(d) as Superblock;
        sb.journalVersion = 9;
        d.write(sb.sblockloc, sb.diskBytes());
      },
      /^BAD JOURNAL: VERSION 9\nCLEAR\? yes\n/,
    ],
  ];

  it.each(CASES)('%s', (_, change, says) => {
    expect(check(broken(change), 'preen').status).toBe(8);
    const disk = broken(change);
    const { text, status } = check(disk, 'yes');
    expect(text).toMatch(says);
    expect(status).toBe(0);
    expect(check(disk, 'no').status).toBe(0);
    expect(work(disk.bytes, 'mount /dev/rd0 /mnt && ls /mnt >/dev/null; umount /mnt').err).toBe('');
  });

  it('with random damage', { timeout: 120_000 }, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const disk = broken((d) => {
        for (let i = 0; i < 3; i++) d.bytes[at + random.below(40_000)] = random.below(256);
      });
      for (let run = 0; run < 2; run++) expect([0, 2]).toContain(check(disk, 'yes').status);
      expect([seed, check(disk, 'no').status]).toEqual([seed, 0]);
    }
  });
});
