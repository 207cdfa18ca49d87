// SPDX-License-Identifier: BSD-2-Clause
/** Any wish is refused with a sentence, or becomes a file system in which a check finds nothing. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { check } from './fsck/testing/check_image.ts';
import { cgSuper } from './geometry.ts';
import { NewfsError, type NewfsWish, planNewfs } from './newfs_plan.ts';
import { writeNewfs } from './newfs_write.ts';
import { SBLOCKSIZE, Superblock } from './superblock.ts';

const power = (low: number, high: number) => fc.integer({ min: low, max: high }).map((n) => 2 ** n);
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const wishes: fc.Arbitrary<NewfsWish> = fc.record({
  format: fc.constantFrom('0', '1', '2', '2ea'),
  order: fc.constantFrom('be', 'le'),
  size: fc.oneof(fc.integer({ min: 0, max: 1 << 20 }), fc.integer({ min: 1 << 20, max: 24 << 20 })),
  sectorSize: fc.constantFrom(512, 512, 2048, 4096),
  bsize: sometimes(power(12, 16)),
  fsize: sometimes(power(9, 16)),
  density: sometimes(fc.integer({ min: 1, max: 1 << 20 })),
  inodes: sometimes(fc.integer({ min: 1, max: 100000 })),
  minfree: sometimes(fc.integer({ min: 0, max: 99 })),
  maxcontig: sometimes(fc.integer({ min: 1, max: 40 })),
  time: fc.constant(1_600_000_000),
  random: fc.integer(),
});

it('makes whole file systems', { timeout: 120_000 }, () => {
  let made = 0;
  fc.assert(
    fc.property(wishes, (wish) => {
      const disk = new MemoryDisk(new Uint8Array(wish.size).fill(0xa5));
      let sb: Superblock;
      try {
        sb = planNewfs(wish);
      } catch (error) {
        expect(error).toBeInstanceOf(NewfsError);
        return;
      }
      writeNewfs(disk, sb, { uid: 1, gid: 2 }, () => {});
      made++;
      const { text, status } = check(disk, 'no');
      expect(text).toMatch(
        /Phase 5 - Check Cyl groups\n1 files, 1 used, \d+ free \(\d+ frags, \d+ blocks, \d+\.\d% frag/,
      );
      expect(status).toBe(0);
      for (let c = 0; c < sb.ncg; c++) {
        const at = cgSuper(sb, c) * sb.fsize;
        expect(Superblock.at(disk.read(at, SBLOCKSIZE), at, true)?.problem()).toBeUndefined();
      }
      if (wish.inodes !== undefined) expect(sb.ipg * sb.ncg).toBeGreaterThanOrEqual(wish.inodes);
    }),
    { numRuns: 250 },
  );
  expect(made).toBeGreaterThan(20);
});
