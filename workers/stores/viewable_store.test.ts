// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { FaultyBlockStore } from './faulty_block_store.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { ViewableStore } from './viewable_store.ts';

const SIZE = 1_000_000;
const PIECE = 65536;

function randomOf(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

/** Every read and write of the store below takes a while, so that calls overlap. */
const slow = (): ViewableStore => new ViewableStore(new FaultyBlockStore(MemoryBlockStore.empty(SIZE), { delayMs: 1 }));

async function fill(store: ViewableStore, random: () => number, count: number): Promise<void> {
  const writes: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const offset = Math.floor(random() * SIZE);
    const length = Math.min(SIZE - offset, Math.floor(random() ** 2 * 200_000));
    if (random() < 0.2) writes.push(store.discard(offset, length));
    else writes.push(store.write(offset, new Uint8Array(length).fill(random() * 255), { sync: false }));
  }
  await Promise.all(writes);
}

describe('a view of a store', () => {
  test.each([1, 2, 3])('holds the bytes of its moment while others are written (seed %i)', async (seed) => {
    const random = randomOf(seed);
    const store = slow();
    await fill(store, random, 30);
    const before = new Uint8Array(SIZE);
    await store.read(0, before);
    const view = await store.view();
    let writing = true;
    const writer = (async () => {
      while (writing) await fill(store, random, 5);
    })();
    const seen = new Uint8Array(SIZE);
    for (const { start, end } of view.ranges)
      for (let at = start; at < end; at += PIECE) await view.read(at, seen.subarray(at, Math.min(at + PIECE, end)));
    writing = false;
    await writer;
    view.close();
    expect(Buffer.compare(seen, before)).toBe(0);
    const after = new Uint8Array(SIZE);
    await store.read(0, after);
    expect(Buffer.compare(after, before)).not.toBe(0);
  });

  test('ends with an error when the disk is detached, and the store is closed', async () => {
    const store = slow();
    const view = await store.view();
    await store.close();
    await expect(view.read(0, new Uint8Array(512))).rejects.toThrow(/detached/);
  });

  test('is read forward', async () => {
    const view = await slow().view();
    await view.read(0, new Uint8Array(1024));
    await expect(view.read(512, new Uint8Array(512))).rejects.toThrow(/forward/);
  });
});
