// SPDX-License-Identifier: BSD-2-Clause
/**
 * Whatever is damaged, -y repairs it: afterwards -n finds nothing. FSCK_SEEDS=from-to runs more; a failure names its seed.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { check, haveMakefs, Images } from './testing/check_image.ts';
import { kernelIsThere, work } from './testing/kernel_work.ts';
import { damage } from './testing/random_damage.ts';

const images = new Images();
afterAll(() => images.remove());

const [from, to] = (process.env.FSCK_SEEDS ?? '1-60').split('-').map(Number) as [number, number];
const VARIANTS = [
  ['version=1,bsize=4096,fsize=512', 'le'],
  ['version=2,bsize=8192,fsize=1024', 'be'],
  ['version=2,bsize=4096,fsize=4096', 'le'],
  ['version=1,bsize=16384,fsize=2048', 'be'],
] as const;
const RUNS = 3;

describe.skipIf(!haveMakefs)('random damage', () => {
  it('is repaired', { timeout: 3_600_000 }, () => {
    const wrong: string[] = [];
    for (let seed = from; seed <= to; seed++) {
      const [options, order] = VARIANTS[seed % VARIANTS.length] as (typeof VARIANTS)[number];
      const disk = images.make(options, order, '6m');
      const done = damage(disk, seed);
      const problem = repair(disk) ?? (seed % 10 === 0 ? walk(disk) : undefined);
      if (problem !== undefined) wrong.push(`seed ${seed} (${options} ${order}; ${done.join(', ')}): ${problem}`);
      if (wrong.length >= 5) break;
    }
    expect(wrong).toEqual([]);
  });
});

/** The kernel reads all of it, writes, and leaves it clean. */
function walk(disk: MemoryDisk): string | undefined {
  if (!kernelIsThere) return undefined;
  const script = `mount /dev/rd0 /mnt || exit; cd /mnt; find . -type f -exec cat {} + >/dev/null
    ls -lR >/dev/null; mkdir new; cp -R many new 2>/dev/null; rm -rf many; cd /; umount /mnt`;
  const { err, after } = work(disk.bytes, script);
  const { text, status } = check(new MemoryDisk(after), 'no');
  return err === '' && status === 0 ? undefined : `in the kernel: ${err}\n${text}`;
}

function repair(disk: ReturnType<Images['make']>): string | undefined {
  let last = '';
  try {
    for (let run = 0; run < RUNS; run++) {
      const before = Uint8Array.from(disk.bytes);
      const looked = check(disk, 'no');
      if (Buffer.compare(before, disk.bytes) !== 0) return '-n wrote';
      if (looked.status === 0) return undefined;
      last = check(disk, 'yes').text;
    }
    const { text, status } = check(disk, 'no');
    return status === 0 ? undefined : `after ${RUNS} runs:\n${text}\nlast -y:\n${last}`;
  } catch (error) {
    return `${last}\n${(error as Error).stack}`;
  }
}
