// SPDX-License-Identifier: BSD-2-Clause
/**
 * The drawer's list in IndexedDB: one small record an image (name, device, first bytes, file handle). The bytes of
 * stored images are in the database of workers/stores, under a key of its own that the record names.
 *
 * Order on adding: bytes first, record last; on removing: record first, bytes last. A crash in between leaves bytes
 * that no record names; list() makes a record for them, so that nothing stored is ever out of sight.
 */
import { type IDBPDatabase, openDB } from 'idb';
import { HEAD_BYTES } from '../../userland/disk/image_kind';
import { runImport } from '../../workers/import_client';
import { type DataRange, nextData } from '../../workers/stores/block_store';
import { openIdbImage } from '../../workers/stores/idb_block_store';
import { ImageCatalogue, type ImageEntry as StoredEntry } from '../../workers/stores/image_catalogue';
import { holdImage } from '../../workers/stores/image_lock';
import { settleLog } from '../../workers/stores/log_settling';
import { opfsFile, removeOpfsFile } from '../../workers/stores/opfs_folder';
import type { DiskView } from '../kernel_api';
import type { CatalogRecord, ImageCatalog } from './image_catalog';
import { fileView } from './image_view';

const DATABASE = 'rumpus-drawer';
const VERSION = 1;
const RECORDS = 'images';
/** Bytes younger than this may belong to a copy another tab is just finishing. */
const SETTLED_MS = 60_000;

function openDatabase(): Promise<IDBPDatabase> {
  return openDB(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore(RECORDS, { keyPath: 'id' });
    },
    blocking(_current, _blocked, event) {
      // A newer version of the page wants the database; this tab works on with what it has read.
      (event.target as IDBDatabase | null)?.close();
    },
  });
}

async function room(): Promise<number | undefined> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  if (estimate?.quota === undefined || estimate.usage === undefined) return undefined;
  return estimate.quota - estimate.usage;
}

/** Refused with EBUSY while a kernel writes: what is on the disk then is between two states. */
async function storedView(id: string): Promise<DiskView> {
  const store = await openIdbImage(id, { readOnly: true });
  const ranges: DataRange[] = [];
  for (let range = await nextData(store, 0); range !== undefined; range = await nextData(store, range.end))
    ranges.push(range);
  return {
    size: store.size,
    ranges,
    read: async (offset, length) => {
      const piece = new Uint8Array(length);
      await store.read(offset, piece);
      return piece;
    },
    close: () => store.close(),
  };
}

async function headOf(id: string): Promise<Uint8Array> {
  const store = await openIdbImage(id, { readOnly: true });
  const head = new Uint8Array(Math.min(HEAD_BYTES, store.size));
  await store.read(0, head);
  await store.close();
  return head;
}

/** While nobody has the image open, here or in another tab. */
async function alone<T>(id: string, body: () => Promise<T>): Promise<T> {
  const unlock = await holdImage(id, false, navigator.locks);
  try {
    return await body();
  } finally {
    unlock();
  }
}

function freeDevice(records: readonly CatalogRecord[]): string {
  let unit = 0;
  while (records.some(({ device }) => device === `rd${unit}`)) unit += 1;
  return `rd${unit}`;
}

async function adopt(entry: StoredEntry, records: readonly CatalogRecord[]): Promise<CatalogRecord> {
  const { id, name, size } = entry;
  const head = await headOf(id);
  return {
    id: `img-${id}`,
    name,
    size,
    device: freeDevice(records),
    keeping: 'stored',
    bytes: id,
    head,
    attach: false,
  };
}

function missing(): never {
  throw new DOMException('The image is not stored here.', 'NotFoundError');
}

/** Rejects where IndexedDB is missing or refused. */
export async function browserCatalog(): Promise<ImageCatalog> {
  const db = await openDatabase();
  const bytes = await ImageCatalogue.open();
  void settleLog();
  const put = async (record: CatalogRecord): Promise<void> => {
    await db.put(RECORDS, record);
  };
  const get = async (id: string): Promise<CatalogRecord> =>
    ((await db.get(RECORDS, id)) as CatalogRecord | undefined) ?? missing();
  const keyOf = async (id: string): Promise<string> => (await get(id)).bytes ?? missing();
  /** Asked only when there is something to lose; the answer changes nothing here. */
  const persist = (): void => void navigator.storage?.persist?.().catch(() => false);
  return {
    durable: true,
    list: async () => {
      const stored = await bytes.list();
      const present = new Set(stored.map(({ id }) => id));
      const all = (await db.getAll(RECORDS)) as CatalogRecord[];
      const records = all.filter((record) => record.bytes === undefined || present.has(record.bytes));
      const named = new Set(records.map((record) => record.bytes));
      for (const entry of stored) {
        if (named.has(entry.id) || entry.base !== undefined || Date.now() - entry.created < SETTLED_MS) continue;
        const record = await adopt(entry, records);
        await put(record);
        records.push(record);
      }
      return records;
    },
    record: get,
    overlay: async (record) => {
      const entry = await bytes.createOverlay(record.name, record.size, record.identity ?? '');
      await put({ ...record, bytes: entry.id });
      persist();
      return entry.id;
    },
    fill: async (id, base, onProgress, signal) => {
      await runImport({ task: 'fill', id: await keyOf(id), base }, onProgress, signal);
      const { identity: _identity, handle: _handle, url: _url, ...record } = await get(id);
      await put({ ...record, keeping: 'stored' });
    },
    unpack: async (record, packed, onProgress, signal) => {
      const task = { task: 'unpack', ...packed, name: record.name } as const;
      const { id, size } = await runImport(task, onProgress, signal);
      const whole = { ...record, bytes: id, size, head: await headOf(id) };
      await put(whole);
      persist();
      return whole;
    },
    store: async (record, pieces, onProgress) => {
      const entry = await bytes.import(pieces, record.name, (done) => onProgress(done, record.size));
      await put({ ...record, bytes: entry.id });
      persist();
      return entry.id;
    },
    link: put,
    change: async (id, change) => {
      const record = (await db.get(RECORDS, id)) as CatalogRecord | undefined;
      if (record) await put({ ...record, ...change });
    },
    remove: async (id) => {
      const record = (await db.get(RECORDS, id)) as CatalogRecord | undefined;
      const key = record?.bytes;
      const forget = async (): Promise<void> => {
        await db.delete(RECORDS, id);
        if (key === undefined) return;
        await bytes.remove(key);
        if (record?.storage === 'opfs') await removeOpfsFile(key);
      };
      await (key === undefined ? forget() : alone(key, forget));
    },
    view: async (id) => {
      const { storage } = await get(id);
      const key = await keyOf(id);
      return storage === 'opfs' ? fileView(await alone(key, () => opfsFile(key))) : await storedView(key);
    },
    room,
    snapshots: async (id) => {
      const { layers } = await bytes.get(await keyOf(id));
      return layers.slice(1).map(({ name, created }, i) => ({ layer: i + 1, name, created }));
    },
    snapshot: async (id, name) => {
      const key = await keyOf(id);
      await alone(key, () => bytes.snapshot(key, name));
    },
    restore: async (id, layer) => {
      const key = await keyOf(id);
      await alone(key, () => bytes.restore(key, layer));
    },
    move: async (id, storage, onProgress, signal) => {
      await runImport({ task: 'move', id: await keyOf(id), storage }, onProgress, signal);
      await put({ ...(await get(id)), storage });
    },
  };
}
