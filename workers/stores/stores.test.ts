// SPDX-License-Identifier: BSD-2-Clause
/** One suite for all stores, then what is IndexedDB's own: durability, order, quota, locks, import, schema. */
import fs from 'node:fs';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { BlobBlockStore } from './blob_block_store.ts';
import { blobPieces } from './blob_pieces.ts';
import type { BlockStore } from './block_store.ts';
import { FaultyBlockStore } from './faulty_block_store.ts';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { SCHEMA_VERSION } from './image_database.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { MemoryRecords } from './memory_records.ts';
import { NodeBlockStore } from './node_block_store.ts';
import { RecordCache } from './record_cache.ts';
import { RECORD_BYTES, type RecordChange } from './record_store.ts';
import { StoreError } from './store_error.ts';

const SIZE = RECORD_BYTES * 40 + 512;
Object.assign(globalThis, { IDBKeyRange });

let factory: IDBFactory;
beforeEach(() => {
  factory = new IDBFactory();
});

async function idbStore(size = SIZE): Promise<{ store: BlockStore; id: string }> {
  const catalogue = await ImageCatalogue.open(factory);
  const { id } = await catalogue.create('test', size);
  catalogue.close();
  return { store: await openIdbImage(id, { readOnly: false, factory, locks: undefined }), id };
}

const reopen = (id: string): Promise<BlockStore> => openIdbImage(id, { readOnly: true, factory, locks: undefined });

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
    await expect(openIdbImage(id, { readOnly: false, factory, locks: refuse })).rejects.toMatchObject({
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
    const entry = await catalogue.import(blobPieces(new Blob([data])), 'a.iso', (bytes) => progress.push(bytes), {
      type: 'cd9660',
    });
    expect(progress.at(-1)).toBe(data.length);
    expect(await catalogue.list()).toMatchObject([{ id: entry.id, name: 'a.iso', size: data.length, type: 'cd9660' }]);
    const store = await reopen(entry.id);
    expect(Buffer.compare(await readAll(store), data)).toBe(0);
    await catalogue.remove(entry.id);
    expect(await catalogue.list()).toEqual([]);
    const aborted = AbortSignal.abort();
    await expect(catalogue.import(blobPieces(new Blob([data]), aborted), 'b')).rejects.toThrow();
    expect(await catalogue.list()).toEqual([]);
    expect(catalogue.db.version).toBe(SCHEMA_VERSION);
  });

  test('imports at the same time do not mix', async () => {
    const catalogue = await ImageCatalogue.open(factory);
    const before = new Set((await catalogue.list()).map(({ id }) => id));
    const images = [1, 2, 3].map((value) => new Uint8Array(RECORD_BYTES * 3).fill(value));
    const entries = await Promise.all(
      images.map((data, i) => catalogue.import(blobPieces(new Blob([data])), `same-${i}`)),
    );
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

/** A database as version 1 of the schema left it: an image of two records with a hole between them. */
async function goldenVersion1(): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = factory.open('rumpus', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('images', { keyPath: 'id' });
      request.result.createObjectStore('records');
    };
    request.onsuccess = () => resolve(request.result);
  });
  const transaction = db.transaction(['images', 'records'], 'readwrite');
  transaction.objectStore('images').put({
    id: 'old',
    number: 3,
    name: 'old.img',
    size: RECORD_BYTES * 3,
    created: 1700000000000,
    type: 'ffs',
  });
  transaction.objectStore('records').put(new Uint8Array(RECORD_BYTES).fill(1), 3 * 2 ** 32);
  transaction.objectStore('records').put(new Uint8Array(RECORD_BYTES).fill(2), 3 * 2 ** 32 + 2);
  await new Promise((resolve) => {
    transaction.oncomplete = resolve;
  });
  db.close();
}

describe('images in IndexedDB', () => {
  test('a database of schema 1 is read and written', async () => {
    await goldenVersion1();
    const catalogue = await ImageCatalogue.open(factory);
    expect(await catalogue.list()).toMatchObject([
      { id: 'old', name: 'old.img', number: 3, storage: 'indexeddb', layers: [{ number: 3 }] },
    ]);
    expect((await catalogue.create('new', 512)).number).toBe(4);
    const store = await openIdbImage('old', { readOnly: false, factory, locks: undefined });
    const all = await readAll(store);
    expect([all[0], all[RECORD_BYTES], all[RECORD_BYTES * 2]]).toEqual([1, 0, 2]);
    await store.write(RECORD_BYTES, Uint8Array.of(9), { sync: true });
    await store.close();
    expect((await readAll(await reopen('old')))[RECORD_BYTES]).toBe(9);
  });

  test('snapshot, restore and back to what was imported', async () => {
    const catalogue = await ImageCatalogue.open(factory);
    const { id } = await catalogue.import(blobPieces(new Blob([new Uint8Array(SIZE).fill(1)])), 'a');
    const write = async (value: number, offset: number): Promise<void> => {
      const store = await openIdbImage(id, { readOnly: false, factory, locks: undefined });
      await store.write(offset, new Uint8Array(RECORD_BYTES).fill(value), { sync: false });
      await store.close();
    };
    const bytes = async (): Promise<number[]> => {
      const all = await readAll(await reopen(id));
      return [0, 1, 2].map((n) => all[n * RECORD_BYTES] as number);
    };
    await write(2, 0);
    await catalogue.snapshot(id, 'first');
    await write(0, 0);
    await write(3, RECORD_BYTES);
    expect(await bytes()).toEqual([0, 3, 1]);
    await catalogue.restore(id, 2);
    expect(await bytes()).toEqual([2, 1, 1]);
    await write(4, RECORD_BYTES * 2);
    await catalogue.restore(id, 1);
    expect(await bytes()).toEqual([1, 1, 1]);
    await expect(catalogue.restore(id, 0)).rejects.toMatchObject({ errno: 22 });
    await catalogue.remove(id);
    const left = catalogue.db.transaction('records').objectStore('records').getAllKeys();
    await new Promise((resolve) => {
      left.onsuccess = resolve;
    });
    // Only markers of numbers that are never given again.
    expect(left.result.filter((key) => Number(key) % 2 ** 32 < 1000)).toEqual([]);
  });

  test('an overlay keeps its changes and refuses another base', async () => {
    const catalogue = await ImageCatalogue.open(factory);
    const { id } = await catalogue.create('over', SIZE, { base: 'that file' });
    const store = MemoryBlockStore.of(new Uint8Array(SIZE).fill(7));
    const open = (identity: string): Promise<BlockStore> =>
      openIdbImage(id, { readOnly: false, factory, locks: undefined, base: { store, identity } });
    let overlay = await open('that file');
    await overlay.write(100, new Uint8Array(50), { sync: true });
    await overlay.discard(RECORD_BYTES * 3, RECORD_BYTES * 2);
    await overlay.close();
    overlay = await open('that file');
    const all = await readAll(overlay);
    expect([all[99], all[100], all[150], all[RECORD_BYTES * 3], all[RECORD_BYTES * 5]]).toEqual([7, 0, 7, 0, 7]);
    await overlay.close();
    await expect(open('another file')).rejects.toMatchObject({ errno: 70 });
    await catalogue.restore(id, 0);
    overlay = await open('that file');
    expect((await readAll(overlay)).every((b) => b === 7)).toBe(true);
    expect((await readAll(store)).every((b) => b === 7)).toBe(true);
  });
});

/** Records that refuse puts on order, all later ones with the failed one, as a full IndexedDB does. */
class FullRecords extends MemoryRecords {
  full = false;
  override async put(changes: readonly RecordChange[]): Promise<void> {
    const copies = changes.map(([n, bytes]) => [n, bytes?.slice()] as const);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.full) throw new StoreError(28, 'no room');
    await super.put(copies);
  }
}

describe('record cache', () => {
  test('no room is ENOSPC, loses nothing and is over when there is room', async () => {
    const records = new FullRecords();
    const store = new RecordCache(records, { size: SIZE, readOnly: false });
    await store.write(0, new Uint8Array(SIZE).fill(1), { sync: true });
    records.full = true;
    await store.write(5, Uint8Array.of(2), { sync: false });
    await expect(store.barrier()).rejects.toMatchObject({ errno: 28 });
    await store.write(5, Uint8Array.of(3), { sync: false });
    await expect(store.flush()).rejects.toMatchObject({ errno: 28 });
    await expect(store.flush()).rejects.toMatchObject({ errno: 28 });
    expect((await readAll(store))[5]).toBe(3);
    expect((await records.get([[0, 0]])).get(0)?.[5]).toBe(1);
    records.full = false;
    await store.flush();
    expect((await records.get([[0, 0]])).get(0)?.[5]).toBe(3);
  });

  test('an image of zeros takes no room, allocated ranges are found', async () => {
    const store = new RecordCache(new MemoryRecords(), { size: 5 * 2 ** 30, readOnly: false });
    const far = 5 * 2 ** 30 - 512;
    await store.write(far, new Uint8Array(512).fill(8), { sync: true });
    await store.write(2 ** 32, new Uint8Array(70000).fill(9), { sync: true });
    expect(await store.nextData(0)).toEqual({ start: 2 ** 32, end: 2 ** 32 + RECORD_BYTES * 5 });
    expect((await store.nextData(2 ** 32 + RECORD_BYTES * 5))?.end).toBe(5 * 2 ** 30);
    const got = new Uint8Array(512);
    await store.read(far, got);
    expect(got.every((b) => b === 8)).toBe(true);
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
