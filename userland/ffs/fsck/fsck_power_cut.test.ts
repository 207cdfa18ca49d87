// SPDX-License-Identifier: BSD-2-Clause
/**
 * What the kernel leaves when the power goes after its n-th write: without a journal -p makes it whole, with one the replay
 * alone does. What was synced is there.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import { Superblock } from '../superblock.ts';
import { check, haveMakefs, Images } from './testing/check_image.ts';
import { ImageEdit } from './testing/image_edit.ts';
import { cutAfter, kernelIsThere, type Write, work } from './testing/kernel_work.ts';
import { Random } from './testing/random_damage.ts';

const images = new Images();
afterAll(() => images.remove());

const FILES = `cd /mnt; cp dir/block kept; sync; mkdir n
  for i in 1 2 3 4 5 6; do cp dir/block n/f$i; mkdir n/d$i; done
  rm -r n/d1 n/f2; mv n/f3 n/d4; sync; rm -r many; cp dir/indirect n/big; cd /; umount /mnt`;
const CLEAN = /Phase 4 - Check Reference Counts\n\*\* Phase 5 - Check Cyl groups\n\d+ files, .*\n$/;
const CUTS = 16;

function* cuts(image: Uint8Array, writes: readonly Write[]): Generator<[number, MemoryDisk]> {
  const step = Math.max(1, Math.floor(writes.length / CUTS));
  for (let n = 0; n <= writes.length; n += step) yield [n, new MemoryDisk(cutAfter(image, writes, n))];
}

/** From the first write after which the file is whole, it is whole always. */
class Kept {
  private there = false;

  constructor(private readonly contents: string) {}

  look(disk: MemoryDisk, n: number): void {
    const whole = new ImageEdit(disk).tree().get('/kept') === this.contents;
    if (this.there && !whole) throw new Error(`/kept is lost after write ${n}`);
    this.there = whole;
  }
}

function walk(disk: MemoryDisk): void {
  const { err } = work(disk.bytes, 'mount /dev/rd0 /mnt && find /mnt -type f -exec cat {} + >/dev/null; umount /mnt');
  expect(err).toBe('');
}

const VARIANTS = [
  ['version=1,bsize=8192,fsize=1024', 'be'],
  ['version=2,bsize=8192,fsize=1024', 'le'],
] as const;

describe.skipIf(!haveMakefs || !kernelIsThere).each(VARIANTS)('%s %s', (options, order) => {
  const image = () => images.make(options, order, '10m').bytes;

  it('without a journal: -p repairs it', { timeout: 120_000 }, () => {
    const before = image();
    const { writes, err } = work(before, `mount /dev/rd0 /mnt; ${FILES}`);
    expect(err).toBe('');
    const kept = new Kept(new ImageEdit(new MemoryDisk(before)).tree().get('/dir/block') as string);
    for (const [n, disk] of cuts(before, writes)) {
      const { text, status } = check(disk, 'preen');
      expect([n, status, text.includes('UNEXPECTED')]).toEqual([n, 0, false]);
      expect(check(disk, 'no').text).toMatch(CLEAN);
      kept.look(disk, n);
      if (n === Math.floor(writes.length / 2)) walk(disk);
    }
  });

  it('writes that were lost from the middle: -y repairs it', { timeout: 120_000 }, () => {
    const before = image();
    const { writes } = work(before, `mount /dev/rd0 /mnt; ${FILES}`);
    const random = new Random(7);
    for (let n = 30; n < writes.length; n += Math.ceil(writes.length / 20)) {
      const some = writes.filter((_, i) => i < n - 30 || (i < n && random.below(3) > 0));
      const disk = new MemoryDisk(cutAfter(before, some, some.length));
      expect([n, check(disk, 'yes').status]).toEqual([n, 0]);
      expect(check(disk, 'no').text).toMatch(CLEAN);
    }
  });

  it.each([
    ['in the file system', 0],
    ['behind it', 2 << 20],
  ])('with a journal %s: nothing is left to be repaired', { timeout: 120_000 }, (_, room) => {
    const before = new Uint8Array(image().length + room);
    before.set(image());
    const { writes, err } = work(before, `mount -o log /dev/rd0 /mnt; sync; ${FILES}`);
    expect(err).toBe('');
    let replayed = 0;
    for (const [n, disk] of cuts(before, writes)) {
      if ((Superblock.find(disk) as Superblock).flags === 0) continue;
      const mounted = Uint8Array.from(disk.bytes);
      expect(check(disk, 'preen', { force: false }).text).toMatch(
        /^\/dev\/rd0: file system is (journaled|clean); not checking\n$/,
      );
      const looked = check(disk, 'no');
      expect(Buffer.compare(mounted, disk.bytes)).toBe(0);
      if (looked.text.includes('replaying journal in memory')) {
        replayed++;
        expect(looked.text).toMatch(CLEAN);
      }
      const { text, status } = check(disk, 'yes');
      expect([n, status, text]).toEqual([n, 0, expect.not.stringMatching(/DUP|BAD |REMOVE|RECONNECT/)]);
      expect(check(disk, 'no').text).toMatch(CLEAN);
      expect(check(disk, 'no').text).not.toMatch(/replaying/);
    }
    expect(replayed).toBeGreaterThan(3);
  });
});
