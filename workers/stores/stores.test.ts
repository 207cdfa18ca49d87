// SPDX-License-Identifier: BSD-2-Clause
/** One suite for all stores, then what is IndexedDB's own: durability, order, quota, locks, import, schema. */
import fs from 'node:fs';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { BlobBlockStore } from './blob_block_store.ts';
import type { BlockStore } from './block_store.ts';
import { FaultyBlockStore } from './faulty_block_store.ts';
import { IdbBlockStore } from './idb_block_store.ts';
import { ImageCatalogue, RECORD_BYTES, SCHEMA_VERSION } from './image_catalogue.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { NodeBlockStore } from './node_block_store.ts';

const SIZE = RECORD_BYTES * 40 + 512;
Object.assign(globalThis, { IDBKeyRange });

let factory: IDBFactory;
beforeEach(() => {
  factory = new IDBFactory();
});

async function idbStore(size = SIZE): Promise<{ store: IdbBlockStore; id: string }> {
  const catalogue = await ImageCatalogue.open(factory);
  const { id } = await catalogue.create('test', size);
  catalogue.close();
  return { store: await IdbBlockStore.open(id, { readOnly: false, factory, locks: undefined }), id };
}

const reopen = (id: string): Promise<IdbBlockStore> =>
  IdbBlockStore.open(id, { readOnly: true, factory, locks: undefined });

/** Deterministic numbers 0..1. */
function randomOf(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

async function readAll(store: BlockStore): Promise<Uint8Array> {
  const out = new Uint8Array(store.size);
  await store.read(0, out);
  return out;
}

const nodePath = `/tmp/rumpus-store-${process.pid}`;
const makers: [string, () => Promise<BlockStore>][] = [
  ['memory', async () => MemoryBlockStore.empty(SIZE)],
  ['IndexedDB', async () => (await idbStore()).store],
  [
    'Node file',
    async () => {
      fs.writeFileSync(nodePath, new Uint8Array(SIZE));
      return new NodeBlockStore(nodePath, false);
    },
  ],
];

describe.each(makers)('%s store', (_name, make) => {
  test('random writes, reads and discards agree with a plain array', async () => {
    const store = await make();
    const model = new Uint8Array(SIZE);
    const random = randomOf(42);
    for (let i = 0; i < 300; i++) {
      const offset = Math.floor(random() * SIZE);
      const length = Math.min(SIZE - offset, Math.floor(random() ** 3 * 70000));
      const what = random();
      if (what < 0.5) {
        const data = new Uint8Array(length).fill(i);
        await store.write(offset, data, { sync: what < 0.05 });
        model.set(data, offset);
      } else if (what < 0.55) {
        await store.discard(offset, length);
        model.fill(0, offset, offset + length);
      } else {
        const got = new Uint8Array(length);
        await store.read(offset, got);
        expect(Buffer.compare(got, model.subarray(offset, offset + length))).toBe(0);
      }
    }
    expect(Buffer.compare(await readAll(store), model)).toBe(0);
    await expect(store.read(SIZE - 1, new Uint8Array(2))).rejects.toMatchObject({ errno: 22 });
    await expect(store.write(SIZE, new Uint8Array(1), { sync: false })).rejects.toMatchObject({ errno: 22 });
    await store.close();
  });

  test('requests in flight at the same time', async () => {
    const store = await make();
    await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        store.write(i * 8192, new Uint8Array(8192).fill(i + 1), { sync: i % 16 === 0 }),
      ),
    );
    const blocks = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const block = new Uint8Array(8192);
        await store.read(i * 8192, block);
        return block;
      }),
    );
    expect(blocks.every((block, i) => block.every((b) => b === i + 1))).toBe(true);
    await store.close();
  });
});

describe('IndexedDB store', () => {
  test('what was synced is there for another opener, what was not is whole records or nothing', async () => {
    const { store, id } = await idbStore();
    await store.write(1000, new Uint8Array(50000).fill(1), { sync: false });
    await store.write(200000, new Uint8Array(100).fill(2), { sync: true });
    // The second opener stands for the browser after a kill: the first never flushes again.
    await store.write(300000, new Uint8Array(40000).fill(3), { sync: false });
    const after = await readAll(await reopen(id));
    expect(after.subarray(1000, 51000).every((b) => b === 1)).toBe(true);
    expect(after.subarray(200000, 200100).every((b) => b === 2)).toBe(true);
    expect(after.subarray(300000, 340000).every((b) => b === 0)).toBe(true);
  });

  test('order is kept across a barrier', async () => {
    const { store, id } = await idbStore();
    await store.write(0, new Uint8Array(512).fill(1), { sync: false });
    await store.barrier();
    await store.write(0, new Uint8Array(512).fill(2), { sync: false });
    const after = await readAll(await reopen(id));
    expect(after[0]).toBe(1);
    await store.close();
    expect((await readAll(await reopen(id)))[0]).toBe(2);
  });

  test('write-back happens by itself', async () => {
    const { store, id } = await idbStore();
    await store.write(0, new Uint8Array(512).fill(7), { sync: false });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await readAll(await reopen(id)))[0]).toBe(7);
    await store.close();
  });

  test('a lock held by another opener', async () => {
    const { store, id } = await idbStore();
    const refuse = {
      request: async (_n: string, _o: unknown, f: (lock: null) => unknown) => f(null),
    } as unknown as LockManager;
    await expect(IdbBlockStore.open(id, { readOnly: false, factory, locks: refuse })).rejects.toMatchObject({
      errno: 16,
    });
    await store.close();
    await expect(reopen('nosuch')).rejects.toMatchObject({ errno: 2 });
  });

  test('import, list, remove', async () => {
    const catalogue = await ImageCatalogue.open(factory);
    const data = new Uint8Array(RECORD_BYTES * 100 + 77);
    for (let i = 0; i < data.length; i++) data[i] = i >> 10;
    data.fill(0, RECORD_BYTES * 10, RECORD_BYTES * 30);
    const progress: number[] = [];
    const entry = await catalogue.import(new Blob([data]), 'a.iso', 'cd9660', (bytes) => progress.push(bytes));
    expect(progress.at(-1)).toBe(data.length);
    expect(await catalogue.list()).toMatchObject([{ id: entry.id, name: 'a.iso', size: data.length, type: 'cd9660' }]);
    const store = await reopen(entry.id);
    expect(Buffer.compare(await readAll(store), data)).toBe(0);
    await catalogue.remove(entry.id);
    expect(await catalogue.list()).toEqual([]);
    const aborted = AbortSignal.abort();
    await expect(catalogue.import(new Blob([data]), 'b', '', undefined, aborted)).rejects.toThrow();
    expect(await catalogue.list()).toEqual([]);
    expect(catalogue.db.version).toBe(SCHEMA_VERSION);
  });

  test('imports at the same time do not mix', async () => {
    const catalogue = await ImageCatalogue.open(factory);
    const before = new Set((await catalogue.list()).map(({ id }) => id));
    const images = [1, 2, 3].map((value) => new Uint8Array(RECORD_BYTES * 3).fill(value));
    const entries = await Promise.all(images.map((data, i) => catalogue.import(new Blob([data]), `same-${i}`)));
    expect(new Set(entries.map(({ number }) => number)).size).toBe(3);
    for (const [i, entry] of entries.entries()) {
      const store = await reopen(entry.id);
      expect(Buffer.compare(await readAll(store), images[i] as Uint8Array)).toBe(0);
      await store.close();
      await catalogue.remove(entry.id);
    }
    expect(new Set((await catalogue.list()).map(({ id }) => id))).toEqual(before);
  });
});

describe('other stores', () => {
  test('a Blob is read in place and refuses writes', async () => {
    const data = Uint8Array.from({ length: 300000 }, (_, i) => i & 0xff);
    const store = new BlobBlockStore(new Blob([data]));
    const got = new Uint8Array(200000);
    await store.read(50001, got);
    expect(Buffer.compare(got, data.subarray(50001, 250001))).toBe(0);
    await expect(store.write()).rejects.toMatchObject({ errno: 30 });
  });

  test('faults', async () => {
    const memory = MemoryBlockStore.empty(65536);
    const store = new FaultyBlockStore(memory, { cutAfter: 2, tornSectors: 1 });
    await store.write(0, new Uint8Array(1024).fill(1), { sync: false });
    await store.write(1024, new Uint8Array(1024).fill(2), { sync: false });
    await expect(store.write(2048, new Uint8Array(1024).fill(3), { sync: false })).rejects.toMatchObject({ errno: 5 });
    await expect(store.flush()).rejects.toMatchObject({ errno: 5 });
    const all = await readAll(memory);
    expect([all[0], all[1024], all[2048], all[2560]]).toEqual([1, 2, 3, 0]);
    const full = new FaultyBlockStore(memory, { quotaBytes: 1000 });
    await expect(full.write(0, new Uint8Array(2000), { sync: false })).rejects.toMatchObject({ errno: 28 });
  });
});
