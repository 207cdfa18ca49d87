// SPDX-License-Identifier: BSD-2-Clause
/** Nothing is found in what newfs made and the kernel filled, of every format; and its damage is repaired too. */
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { check } from './testing/check_image.ts';
import { kernelIsThere } from './testing/kernel_work.ts';
import { newfsImage } from './testing/newfs_image.ts';
import { damage } from './testing/random_damage.ts';

const VARIANTS = (['0', '1', '2', '2ea'] as const).flatMap((format) =>
  (['le', 'be'] as const).map((order) => [format, order] as const),
);
const [from, to] = (process.env.FSCK_SEEDS ?? '1-5').split('-').map(Number) as [number, number];

describe.skipIf(!kernelIsThere).each(VARIANTS)('newfs -O %s -B %s', (format, order) => {
  it('is clean', () => {
    const disk = newfsImage(format, order);
    const before = Uint8Array.from(disk.bytes);
    const { text, status } = check(disk, 'yes');
    expect(text).toMatch(/^\*\* Last Mounted on \/mnt\n(\*\* Phase \d - .*\n){5}30 files, .*\n$/);
    expect(status).toBe(0);
    expect(Buffer.compare(disk.bytes, before)).toBe(0);
  });

  it('is repaired', { timeout: 3_600_000 }, () => {
    const whole = newfsImage(format, order).bytes;
    for (let seed = from; seed <= to; seed++) {
      const disk = new MemoryDisk(Uint8Array.from(whole));
      const done = damage(disk, seed);
      for (let run = 0; run < 3 && check(disk, 'no').status !== 0; run++) check(disk, 'yes');
      const { text, status } = check(disk, 'no');
      expect([seed, done, status, text]).toEqual([seed, done, 0, expect.any(String)]);
    }
  });
});
