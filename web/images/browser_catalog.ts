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
import { type BlockStore, type DataRange, nextData } from '../../workers/stores/block_store';
import { openIdbImage } from '../../workers/stores/idb_block_store';
import { ImageCatalogue, type ImageEntry as StoredEntry } from '../../workers/stores/image_catalogue';
import type { DiskView } from '../kernel_api';
import type { CatalogRecord, ImageCatalog } from './image_catalog';

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
function openBytes(id: string): Promise<BlockStore> {
  return openIdbImage(id, { readOnly: true });
}

async function storedView(id: string): Promise<DiskView> {
  const store = await openBytes(id);
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
  const store = await openBytes(id);
  const head = new Uint8Array(Math.min(HEAD_BYTES, store.size));
  await store.read(0, head);
  await store.close();
  return head;
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
  const put = async (record: CatalogRecord): Promise<void> => {
    await db.put(RECORDS, record);
  };
  const get = async (id: string): Promise<CatalogRecord | undefined> =>
    (await db.get(RECORDS, id)) as CatalogRecord | undefined;
  return {
    durable: true,
    list: async () => {
      const stored = await bytes.list();
      const present = new Set(stored.map(({ id }) => id));
      const all = (await db.getAll(RECORDS)) as CatalogRecord[];
      const records = all.filter((record) => record.bytes === undefined || present.has(record.bytes));
      const named = new Set(records.map((record) => record.bytes));
      for (const entry of stored) {
        if (named.has(entry.id) || Date.now() - entry.created < SETTLED_MS) continue;
        const record = await adopt(entry, records);
        await put(record);
        records.push(record);
      }
      return records;
    },
    record: async (id) => (await get(id)) ?? missing(),
    store: async (record, pieces, onProgress) => {
      const entry = await bytes.import(pieces, record.name, (done) => onProgress(done, record.size));
      await put({ ...record, bytes: entry.id });
      // Asked only now that there is something to lose; the answer changes nothing here.
      void navigator.storage?.persist?.().catch(() => false);
      return entry.id;
    },
    link: put,
    change: async (id, change) => {
      const record = await get(id);
      if (record) await put({ ...record, ...change });
    },
    remove: async (id) => {
      const record = await get(id);
      await db.delete(RECORDS, id);
      if (record?.bytes) await bytes.remove(record.bytes);
    },
    view: async (id) => {
      const record = await get(id);
      return storedView(record?.bytes ?? missing());
    },
    room,
  };
}
