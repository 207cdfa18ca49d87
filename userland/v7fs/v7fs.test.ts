// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { HEAD_BYTES, imageKind, truncation } from '../disk/image_kind.ts';
import { MemoryDisk } from '../testing/memory_disk.ts';
import { makeV7fs, planV7fs, type V7Plan } from './make_v7fs.ts';
import * as V7 from './v7fs_format.ts';
import { probeV7fs } from './v7fs_probe.ts';

function made(order: V7.ByteOrder, blocks: number, inodes?: number): MemoryDisk {
  const disk = new MemoryDisk(new Uint8Array(blocks * V7.BLOCK).fill(0xa5));
  makeV7fs(disk, planV7fs(order, blocks, inodes) as V7Plan, { uid: 0, gid: 0, now: 1e9 });
  return disk;
}

describe('numbers of a v7fs', () => {
  it.each([
    ['le', [0x0d, 0x0c, 0x0b, 0x0a], [0x0d, 0x0c, 0x0b]],
    ['be', [0x0a, 0x0b, 0x0c, 0x0d], [0x0b, 0x0c, 0x0d]],
    ['pdp', [0x0b, 0x0a, 0x0d, 0x0c], [0x0b, 0x0d, 0x0c]],
  ] as const)('are in the order %s', (order, four, three) => {
    const b = new Uint8Array(4);
    V7.put32(order, b, 0, 0x0a0b0c0d);
    expect([...b]).toEqual(four);
    expect(V7.get32(order, b, 0)).toBe(0x0a0b0c0d);
    V7.put24(order, b, 0, 0x0b0c0d);
    expect([...b.subarray(0, 3)]).toEqual(three);
    expect(V7.get24(order, b, 0)).toBe(0x0b0c0d);
    V7.put32(order, b, 0, 0xfffefdfc);
    expect(V7.get32(order, b, 0)).toBe(0xfffefdfc);
  });
});

describe('a new v7fs', () => {
  it.each(['le', 'be', 'pdp'] as const)('has every block behind the i-list once: %s', (order) => {
    const disk = made(order, 1000);
    const sb = V7.decodeSuperblock(order, disk.bytes.subarray(V7.BLOCK)) as V7.Superblock;
    const seen = new Set([sb.isize]);
    for (let list = sb.free; ; ) {
      for (const n of list) if (n !== 0) expect(seen.has(n) || !seen.add(n)).toBe(false);
      const [below = 0] = list;
      if (below === 0) break;
      list = V7.getList(order, disk.bytes, below * V7.BLOCK);
    }
    expect(seen.size).toBe(sb.fsize - sb.isize);
    expect(sb.totalFree).toBe(seen.size - 1);
    expect(sb.free.at(-1)).toBe(sb.isize + 1);
    expect(V7.inodeCount(sb)).toBe(320);
    expect(V7.decodeInode(order, disk.bytes, V7.inodeOffset(2))).toMatchObject({ mode: 0o40755, nlink: 2, size: 32 });
  });
  it('needs room', () => {
    expect(planV7fs('le', 4, undefined)).toMatch(/too few/);
    expect(planV7fs('le', 5, undefined)).toMatchObject({ isize: 3, fsize: 5 });
    expect(planV7fs('le', 1000, 70000)).toMatch(/not from/);
    expect(planV7fs('le', 2 ** 25, undefined)).toMatchObject({ fsize: 2 ** 24, isize: 8194 });
  });
});

describe('probeV7fs', () => {
  it.each(['le', 'be', 'pdp'] as const)('knows one by its contents: %s', (order) => {
    const { bytes } = made(order, 1000);
    expect(probeV7fs(bytes.subarray(0, HEAD_BYTES), bytes.length)).toEqual({ order, size: bytes.length });
    const kind = imageKind(bytes, bytes.length);
    expect(kind).toMatchObject({ fs: 'v7fs', mountable: true, accepted: true });
    expect(truncation(kind, bytes.length)).toBeUndefined();
  });
  it('takes nothing else for one', () => {
    const { bytes } = made('pdp', 1000);
    expect(probeV7fs(bytes, bytes.length - V7.BLOCK)).toBeUndefined();
    expect(probeV7fs(new Uint8Array(4096), 4096)).toBeUndefined();
    for (const at of [V7.BLOCK, V7.BLOCK + 6, V7.inodeOffset(2), 42 * V7.BLOCK, 42 * V7.BLOCK + 18]) {
      const bad = bytes.slice();
      bad.fill(0xff, at, at + 2);
      expect(probeV7fs(bad, bad.length)).toBeUndefined();
    }
    let seed = 1;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed >> 16;
    };
    for (let round = 0; round < 300; round++) {
      const noise = Uint8Array.from({ length: 2048 }, random);
      expect(probeV7fs(noise, 1 << 30)).toBeUndefined();
    }
  });
});
