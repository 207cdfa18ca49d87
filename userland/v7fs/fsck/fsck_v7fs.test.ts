// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FsckDialog, type FsckMode } from '../../disk/fsck_dialog.ts';
import { decode } from '../../lib/bytes.ts';
import { ProgramContext } from '../../lib/program_context.ts';
import type { Librump } from '../../librump/librump.ts';
import { ProgramEnd } from '../../librump/program_end.ts';
import { MemoryDisk } from '../../testing/memory_disk.ts';
import * as V7 from '../v7fs_format.ts';
import { checkVolume } from './fsck_v7fs.ts';

const ORDERS = ['le', 'be', 'pdp'] as const;
const SEEDS = new URL('../../../kernel-wasm/tests/image/fuzz/regress/v7fs/', import.meta.url);

/** An image that the kernel wrote: directories, links, a fifo, a device, a file with holes. */
function written(order: V7.ByteOrder): Uint8Array {
  const records = readFileSync(new URL(`seed-${order}`, SEEDS));
  const image = new Uint8Array(256 * 1024);
  for (let at = 0; at < records.length; at += 2 + V7.BLOCK)
    image.set(records.subarray(at + 2, at + 2 + V7.BLOCK), records.readUInt16LE(at) * V7.BLOCK);
  return image;
}

function fsck(image: Uint8Array, mode: FsckMode): { status: number; said: string } {
  const written: string[] = [];
  const sys = {
    isatty: () => false,
    writeAll: (_fd: number, data: Uint8Array) => void written.push(decode(data)),
  } as unknown as Librump;
  const ctx = new ProgramContext(sys, {} as never, 1, ['/sbin/fsck_v7fs'], new Map());
  const end = (status: number) => {
    ctx.out.flush();
    return { status, said: written.join('') };
  };
  try {
    return end(checkVolume(new MemoryDisk(image), new FsckDialog(ctx, { special: 'img', mode })));
  } catch (error) {
    if (error instanceof ProgramEnd) return end(error.status);
    throw error;
  }
}

const CLEAN =
  '** Phase 1 - Check Blocks and Sizes\n** Phase 2 - Check Pathnames\n** Phase 3 - Check Connectivity\n' +
  '** Phase 4 - Check Reference Counts\n** Phase 5 - Check Free List\n';

describe('fsck_v7fs', () => {
  it.each(ORDERS)('finds nothing wrong with what the kernel wrote: %s', (order) => {
    const image = written(order);
    const before = image.slice();
    const { status, said } = fsck(image, 'yes');
    expect(said).toMatch(/^(?:[^\n]*\n){5}\d+ files, \d+ used, \d+ free\n$/);
    expect(said.startsWith(CLEAN)).toBe(true);
    expect([status, image]).toEqual([0, before]);
  });

  /** Each: what is damaged, what is said, and what -p does about it. */
  const free = (image: Uint8Array) => V7.get32('pdp', image, V7.BLOCK + 8 + 4);
  const inode = (ino: number) => V7.inodeOffset(ino);
  const rootBlock = (image: Uint8Array) => V7.get24('pdp', image, inode(2) + 12) * V7.BLOCK;
  const DAMAGE: readonly (readonly [string, (image: Uint8Array) => void, RegExp, 0 | 8])[] = [
    ['a link count', (b) => V7.put16('pdp', b, inode(3) + 2, 9), /LINK COUNT DIR I=3 .* COUNT 9 SHOULD BE 3/, 0],
    ['a block twice free', (b) => V7.put32('pdp', b, V7.BLOCK + 12, free(b) + 1), /DUP BLKS IN FREE LIST/, 0],
    ['a short free list', (b) => V7.put16('pdp', b, V7.BLOCK + 6, 3), /\d+ BLK\(S\) MISSING IN FREE LIST/, 0],
    ['counts', (b) => V7.put32('pdp', b, V7.BLOCK + 418, 1), /FREE COUNT\(S\) WRONG IN SUPERBLK/, 0],
    ['a name', (b) => V7.put16('pdp', b, rootBlock(b) + 2 * V7.ENTRY_BYTES, 0), /UNREF DIR I=3 .*RECONNECT/s, 0],
    ['a file', (b) => V7.put16('pdp', b, rootBlock(b) + 7 * V7.ENTRY_BYTES, 0), /UNREF FILE I=10 .*RECONNECT/s, 0],
    ['a parent', (b) => V7.put16('pdp', b, rootBlock(b) + V7.ENTRY_BYTES, 3), /BAD INODE NUMBER FOR '\.\.' I=2/, 0],
    ['an address', (b) => V7.put24('pdp', b, inode(3) + 12 + 3 * 9, 511), /511 BEHIND END OF FILE I=3/, 0],
    ['an address outside', (b) => V7.put24('pdp', b, inode(3) + 12, 5000), /5000 BAD I=3/, 8],
    ['an inode', (b) => b.fill(0, inode(3), inode(4)), /UNALLOCATED I=3 NAME=\/d/, 8],
    ['a type', (b) => V7.put16('pdp', b, inode(3), 0o110644), /UNKNOWN FILE TYPE I=3/, 8],
    ['the root', (b) => V7.put16('pdp', b, inode(2), 0o100644), /ROOT INODE NOT DIRECTORY/, 8],
  ];

  it.each(DAMAGE)('repairs %s', (_what, damage, message, preened) => {
    const image = written('pdp');
    damage(image);
    const damaged = image.slice();
    expect(fsck(image, 'no')).toMatchObject({ said: expect.stringMatching(message) });
    expect(image).toEqual(damaged);
    expect(fsck(damaged.slice(), 'preen').status).toBe(preened);
    const repaired = fsck(image, 'yes');
    if (/TERMINATING/.test(repaired.said)) return;
    expect(repaired).toMatchObject({ status: 0, said: expect.stringContaining('FILE SYSTEM WAS MODIFIED') });
    expect(fsck(image, 'no')).toMatchObject({ status: 0, said: expect.stringMatching(/free\n$/) });
    expect(fsck(image, 'no').said.startsWith(CLEAN)).toBe(true);
  });

  it('clears the mark of a crash', () => {
    const image = written('be');
    image[V7.BLOCK + 412] = 1;
    expect(fsck(image, 'no').status).toBe(0);
    expect(image[V7.BLOCK + 412]).toBe(1);
    expect(fsck(image, 'preen').status).toBe(0);
    expect(image[V7.BLOCK + 412]).toBe(0);
  });

  it('makes something whole of any damage, or says why not', () => {
    let seed = 42;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >> 8) % n;
    };
    for (let round = 0; round < 80; round++) {
      const image = written(ORDERS[round % 3] as V7.ByteOrder);
      const blocks = Array.from({ length: 512 }, (_, i) => i).filter((i) =>
        image.subarray(i * V7.BLOCK, (i + 1) * V7.BLOCK).some((x) => x !== 0),
      );
      for (let n = random(12) + 1; n > 0; n--)
        image[(blocks[random(blocks.length)] as number) * V7.BLOCK + random(V7.BLOCK)] = random(256);
      const { said, status } = fsck(image, 'yes');
      if (status === 8 || said.includes('SORRY') || said.includes('NO FREE BLOCK')) continue;
      const again = fsck(image, 'no');
      expect({ round, status: again.status, clean: again.said.startsWith(CLEAN) }).toEqual({
        round,
        status: 0,
        clean: true,
      });
    }
  });
});
