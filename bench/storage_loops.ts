// SPDX-License-Identifier: BSD-2-Clause
/**
 * The block stores beside what they are made of, in a browser's worker: the same accesses on a store and on bare IndexedDB or a bare
 * OPFS handle, turn by turn in one run. Bundled by storage.bench.mjs.
 */
import type { BlockStore } from '../workers/stores/block_store.ts';
import { openIdbImage } from '../workers/stores/idb_block_store.ts';
import { ImageCatalogue } from '../workers/stores/image_catalogue.ts';
import { OpfsBlockStore } from '../workers/stores/opfs_block_store.ts';

const SIZE = 32 << 20;
const RECORD = 16384;
const PIECE = 65536;
const RECORDS = PIECE / RECORD;
const SMALL = 4096;
const RANDOM = 400;
const RUNS = 5;

interface Figures {
  readonly name: string;
  readonly unit: string;
  readonly runs: number[];
  readonly bare: number[];
}

const piece = new Uint8Array(PIECE);
crypto.getRandomValues(piece.subarray(0, 65536));

const offsets = Array.from({ length: RANDOM }, (_, i) => ((i * 7919) % (SIZE / SMALL)) * SMALL);

async function perSecond(amount: number, body: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await body();
  return (amount * 1000) / (performance.now() - start);
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function got<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** What a disk of 16 KiB records is without a cache: a transaction for each access. */
class BareIdb {
  private constructor(private readonly db: IDBDatabase) {}

  static async open(): Promise<BareIdb> {
    const request = indexedDB.open('bare', 1);
    request.onupgradeneeded = () => void request.result.createObjectStore('records');
    return new BareIdb(await got(request));
  }

  async write(offset: number, src: Uint8Array, durability: 'relaxed' | 'strict' = 'relaxed'): Promise<void> {
    const transaction = this.db.transaction('records', 'readwrite', { durability });
    const store = transaction.objectStore('records');
    for (let at = 0; at < src.length; at += RECORD) store.put(src.slice(at, at + RECORD), (offset + at) / RECORD);
    await done(transaction);
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    const store = this.db.transaction('records').objectStore('records');
    const first = Math.floor(offset / RECORD);
    if (dst.length < RECORD) {
      const record = (await got(store.get(first))) as Uint8Array;
      dst.set(record.subarray(offset % RECORD, (offset % RECORD) + dst.length));
      return;
    }
    const records = (await got(store.getAll(IDBKeyRange.bound(first, first + RECORDS - 1)))) as Uint8Array[];
    for (const [i, record] of records.entries()) dst.set(record, i * RECORD);
  }
}

async function idbStore(id: string): Promise<BlockStore> {
  return await openIdbImage(id, { readOnly: false });
}

async function idbFigures(): Promise<Figures[]> {
  const catalogue = await ImageCatalogue.open();
  const { id } = await catalogue.create('bench', SIZE);
  const bare = await BareIdb.open();
  const write: Figures = { name: 'storage/idb-sequential-write', unit: 'MB/s', runs: [], bare: [] };
  const read: Figures = { name: 'storage/idb-sequential-read', unit: 'MB/s', runs: [], bare: [] };
  const random: Figures = { name: 'storage/idb-random-4k-read', unit: '1/s', runs: [], bare: [] };
  const warm: Figures = { name: 'storage/idb-warm-read', unit: 'MB/s', runs: [], bare: [] };
  const megabytes = SIZE / 1e6;
  const dst = new Uint8Array(PIECE);
  for (let run = 0; run < RUNS; run++) {
    let store = await idbStore(id);
    write.runs.push(await perSecond(megabytes, () => writeAll(store)));
    await store.close();
    write.bare.push(await perSecond(megabytes, () => writeBare(bare)));
    store = await idbStore(id);
    read.runs.push(await perSecond(megabytes, () => readAll(store)));
    warm.runs.push(await perSecond(megabytes * 4, () => repeat(4, () => readAll(store))));
    warm.bare.push(await perSecond(megabytes * 4, async () => copyAll(dst)));
    await store.close();
    read.bare.push(await perSecond(megabytes, () => readAll(bare)));
    store = await idbStore(id);
    random.runs.push(await perSecond(RANDOM, () => readRandom(store)));
    await store.close();
    random.bare.push(await perSecond(RANDOM, () => readRandom(bare)));
  }
  await catalogue.remove(id);
  catalogue.close();
  return [write, read, random, warm];
}

type Readable = Pick<BlockStore, 'read'>;

async function writeAll(store: BlockStore): Promise<void> {
  for (let at = 0; at < SIZE; at += PIECE) await store.write(at, piece, { sync: false });
  await store.flush();
}

async function writeBare(bare: BareIdb): Promise<void> {
  for (let at = 0; at < SIZE; at += PIECE) await bare.write(at, piece, at + PIECE < SIZE ? 'relaxed' : 'strict');
}

async function readAll(store: Readable): Promise<void> {
  const dst = new Uint8Array(PIECE);
  for (let at = 0; at < SIZE; at += PIECE) await store.read(at, dst);
}

async function readRandom(store: Readable): Promise<void> {
  const dst = new Uint8Array(SMALL);
  for (const offset of offsets) await store.read(offset, dst);
}

async function repeat(times: number, body: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await body();
}

/** The speed of memory: the same copies without a store. */
function copyAll(dst: Uint8Array): void {
  for (let i = 0; i < (4 * SIZE) / PIECE; i++) dst.set(piece);
}

async function opfsFigures(): Promise<Figures[]> {
  const id = crypto.randomUUID();
  await OpfsBlockStore.create('bench', SIZE, id);
  const store = await OpfsBlockStore.open(id, SIZE, false);
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getFileHandle('bare', { create: true })).createSyncAccessHandle();
  const write: Figures = { name: 'storage/opfs-sequential-write', unit: 'MB/s', runs: [], bare: [] };
  const read: Figures = { name: 'storage/opfs-sequential-read', unit: 'MB/s', runs: [], bare: [] };
  const random: Figures = { name: 'storage/opfs-random-4k-read', unit: '1/s', runs: [], bare: [] };
  const megabytes = SIZE / 1e6;
  const dst = new Uint8Array(PIECE);
  const small = new Uint8Array(SMALL);
  for (let run = 0; run < RUNS; run++) {
    write.runs.push(await perSecond(megabytes, () => writeAll(store)));
    write.bare.push(
      await perSecond(megabytes, async () => {
        for (let at = 0; at < SIZE; at += PIECE) handle.write(piece, { at });
        handle.flush();
      }),
    );
    read.runs.push(await perSecond(megabytes, () => readAll(store)));
    read.bare.push(
      await perSecond(megabytes, async () => {
        for (let at = 0; at < SIZE; at += PIECE) handle.read(dst, { at });
      }),
    );
    random.runs.push(await perSecond(RANDOM, () => readRandom(store)));
    random.bare.push(
      await perSecond(RANDOM, async () => {
        for (const at of offsets) handle.read(small, { at });
      }),
    );
  }
  handle.close();
  await root.removeEntry('bare');
  await store.close();
  await OpfsBlockStore.remove(id);
  return [write, read, random];
}

async function figures(): Promise<Figures[]> {
  return [...(await idbFigures()), ...(await opfsFigures())];
}

void figures().then(
  (all) => self.postMessage(all),
  (error: unknown) => self.postMessage(String(error)),
);
