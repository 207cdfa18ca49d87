// SPDX-License-Identifier: BSD-2-Clause
/** Superblocks that nothing contradicts and that make no sense: a message and a status, no exception, and soon. */
import { afterAll, describe, expect, it } from 'vitest';
import { cgSuper } from '../geometry.ts';
import { SUPERBLOCK_FIELDS, Superblock } from '../superblock.ts';
import { check, haveMakefs, Images } from './testing/check_image.ts';
import { Random } from './testing/random_damage.ts';

const images = new Images();
afterAll(() => images.remove());

const [from, to] = (process.env.FSCK_SEEDS ?? '1-25').split('-').map(Number) as [number, number];
const FIELDS = Object.values(SUPERBLOCK_FIELDS).map(([at]) => at);

describe.skipIf(!haveMakefs)('hostile superblocks', () => {
  it.each([
    ['version=1,bsize=4096,fsize=512', 'be'],
    ['version=2,bsize=8192,fsize=1024', 'le'],
  ])('%s %s', { timeout: 3_600_000 }, (options, order) => {
    for (let seed = from; seed <= to; seed++) {
      const disk = images.make(options, order, '6m');
      const sb = Superblock.find(disk) as Superblock;
      const random = new Random(seed);
      for (let i = random.below(3); i >= 0; i--) {
        const at = sb.sblockloc + random.pick(FIELDS) + random.below(4);
        disk.bytes[at] =
          random.below(2) === 0 ? random.below(256) : (disk.bytes[at] as number) ^ (1 << random.below(8));
      }
      const main = disk.read(sb.sblockloc, 8192);
      for (let cg = 0; cg < sb.ncg; cg++) disk.write(cgSuper(sb, cg) * sb.fsize, main);
      const start = performance.now();
      const { status } = check(disk, 'yes');
      expect([seed, status]).toEqual([seed, expect.toBeOneOf([0, 8])]);
      if (status === 0) expect([seed, check(disk, 'no')]).toEqual([seed, expect.objectContaining({ status: 0 })]);
      expect(performance.now() - start).toBeLessThan(20_000);
    }
  });
});
