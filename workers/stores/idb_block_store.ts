// SPDX-License-Identifier: BSD-2-Clause
/** A disk in IndexedDB: a RecordCache over its layers, and for an overlay over its base. */
import { ESTALE } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { IdbRecords } from './idb_records.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { holdImage } from './image_lock.ts';
import { RecordCache } from './record_cache.ts';
import { StoreError } from './store_error.ts';

export interface IdbOptions {
  readonly readOnly: boolean;
  readonly factory?: IDBFactory;
  readonly locks?: LockManager | undefined;
  /** What an overlay lies over. */
  readonly base?: { readonly store: BlockStore; readonly identity: string };
}

/** Open an image; EBUSY when another tab or kernel has it, ESTALE when an overlay's base is not what it was. */
export async function openIdbImage(id: string, options: IdbOptions): Promise<RecordCache> {
  const { readOnly, base } = options;
  const unlock = await holdImage(id, readOnly, 'locks' in options ? options.locks : globalThis.navigator?.locks);
  let catalogue: ImageCatalogue | undefined;
  try {
    catalogue = await ImageCatalogue.open(options.factory ?? indexedDB);
    const entry = await catalogue.get(id);
    if (entry.base !== undefined && entry.base !== base?.identity)
      throw new StoreError(
        ESTALE,
        `${entry.name} is not what it was when its changes were made; they fit only the file they were made on`,
      );
    const numbers = entry.layers.map(({ number }) => number);
    const opened = catalogue;
    const records = await IdbRecords.open(opened.db, numbers, entry.base !== undefined, {
      addLayer: async (name) => (await opened.snapshot(id, name)).number,
      close: () => opened.close(),
    });
    return new RecordCache(records, {
      size: entry.size,
      readOnly,
      onClose: unlock,
      ...(base === undefined ? {} : { below: base.store }),
    });
  } catch (error) {
    unlock();
    catalogue?.close();
    throw error;
  }
}
