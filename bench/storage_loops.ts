// SPDX-License-Identifier: BSD-2-Clause
/**
 * The block stores beside what they are made of, in a browser's worker: the same accesses on a store and on bare IndexedDB or a bare
 * OPFS handle, turn by turn in one run. Bundled by storage.bench.mjs.
 */
import type { BlockStore } from '../workers/stores/block_store.ts';
import { openIdbImage } from '../workers/stores/idb_block_store.ts';
import { ImageCatalogue } from '../workers/stores/image_catalogue.ts';
import { OpfsBlockStore } from '../workers/stores/opfs_block_store.ts';

const SIZE = 16 << 20;
const MEGABYTES = SIZE / 1e6;
const RECORD = 16384;
const PIECE = 65536;
const RECORDS = PIECE / RECORD;
const SMALL = 4096;
const RANDOM = 400;
const RUNS = 21;

interface Figures {
  readonly name: string;
  readonly unit: string;
  readonly runs: number[];
  readonly bare: number[];
}

const piece = new Uint8Array(PIECE);
crypto.getRandomValues(piece.subarray(0, 65536));

/** Each in another record. */
const offsets = Array.from({ length: RANDOM }, (_, i) => ((i * 389) % (SIZE / RECORD)) * RECORD);

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

  close(): void {
    this.db.close();
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
  const write = figures('storage/idb-sequential-write', 'MB/s');
  const read = figures('storage/idb-sequential-read', 'MB/s');
  const random = figures('storage/idb-random-4k-read', '1/s');
  const warm = figures('storage/idb-warm-read', 'MB/s');
  const dst = new Uint8Array(PIECE);
  const memory = new Uint8Array(SIZE).fill(1);
  /** A store with nothing in its cache. */
  const cold = async (amount: number, body: (store: BlockStore) => Promise<void>): Promise<number> => {
    const store = await idbStore(id);
    const speed = await perSecond(amount, () => body(store));
    await store.close();
    return speed;
  };
  /** As little is known of a database that was just opened. */
  const coldBare = async (amount: number, body: (bare: BareIdb) => Promise<void>): Promise<number> => {
    const bare = await BareIdb.open();
    const speed = await perSecond(amount, () => body(bare));
    bare.close();
    return speed;
  };
  for (let run = 0; run < RUNS; run++) {
    await both(
      run,
      write,
      () => cold(MEGABYTES, writeAll),
      () => coldBare(MEGABYTES, writeBare),
    );
    await both(
      run,
      read,
      () => cold(MEGABYTES, readAll),
      () => coldBare(MEGABYTES, readAll),
    );
    await both(
      run,
      random,
      () => cold(RANDOM, readRandom),
      () => coldBare(RANDOM, readRandom),
    );
    const store = await idbStore(id);
    await readAll(store);
    const again = (): Promise<void> => repeat(4, () => readAll(store));
    await both(
      run,
      warm,
      () => perSecond(MEGABYTES * 4, again),
      () => perSecond(MEGABYTES * 4, async () => copyAll(memory, dst)),
    );
    await store.close();
  }
  await catalogue.remove(id);
  catalogue.close();
  return [write, read, random, warm];
}

function figures(name: string, unit: string): Figures {
  return { name, unit, runs: [], bare: [] };
}

/** The store and what it is compared with, the first of them by turns: what else the machine does hits both. */
async function both(
  run: number,
  { runs, bare }: Figures,
  store: () => Promise<number>,
  plain: () => Promise<number>,
): Promise<void> {
  if (run % 2 === 0) runs.push(await store());
  bare.push(await plain());
  if (run % 2 !== 0) runs.push(await store());
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
function copyAll(memory: Uint8Array, dst: Uint8Array): void {
  for (let i = 0; i < 4; i++) for (let at = 0; at < SIZE; at += PIECE) dst.set(memory.subarray(at, at + PIECE));
}

async function opfsFigures(): Promise<Figures[]> {
  const id = crypto.randomUUID();
  await OpfsBlockStore.create('bench', SIZE, id);
  const store = await OpfsBlockStore.open(id, SIZE, false);
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getFileHandle('bare', { create: true })).createSyncAccessHandle();
  const write = figures('storage/opfs-sequential-write', 'MB/s');
  const read = figures('storage/opfs-sequential-read', 'MB/s');
  const random = figures('storage/opfs-random-4k-read', '1/s');
  const dst = new Uint8Array(PIECE);
  const small = new Uint8Array(SMALL);
  const plainWrite = async (): Promise<void> => {
    for (let at = 0; at < SIZE; at += PIECE) handle.write(piece, { at });
    handle.flush();
  };
  const plainRead = async (): Promise<void> => {
    for (let at = 0; at < SIZE; at += PIECE) handle.read(dst, { at });
  };
  const plainRandom = async (): Promise<void> => {
    for (const at of offsets) handle.read(small, { at });
  };
  for (let run = 0; run < RUNS; run++) {
    await both(
      run,
      write,
      () => perSecond(MEGABYTES, () => writeAll(store)),
      () => perSecond(MEGABYTES, plainWrite),
    );
    await both(
      run,
      read,
      () => perSecond(MEGABYTES, () => readAll(store)),
      () => perSecond(MEGABYTES, plainRead),
    );
    await both(
      run,
      random,
      () => perSecond(RANDOM, () => readRandom(store)),
      () => perSecond(RANDOM, plainRandom),
    );
  }
  handle.close();
  await root.removeEntry('bare');
  await store.close();
  await OpfsBlockStore.remove(id);
  return [write, read, random];
}

async function allFigures(): Promise<Figures[]> {
  return [...(await idbFigures()), ...(await opfsFigures())];
}

void allFigures().then(
  (all) => self.postMessage(all),
  (error: unknown) => self.postMessage(String(error)),
);
