// SPDX-License-Identifier: BSD-2-Clause
/** Opens the store of a disk source. */
import { ESTALE } from '../../hypercall-js/errno.gen.ts';
import type { BaseSource, DiskSource } from '../protocol.ts';
import { BlobBlockStore } from './blob_block_store.ts';
import type { BlockStore } from './block_store.ts';
import { type DiskFormat, openDisk } from './formats/disk_format.ts';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { MemoryRecords } from './memory_records.ts';
import { NodeBlockStore } from './node_block_store.ts';
import { OpfsBlockStore } from './opfs_block_store.ts';
import { RecordCache } from './record_cache.ts';
import { StoreError } from './store_error.ts';

export async function openStore(source: DiskSource, readOnly: boolean): Promise<BlockStore> {
  switch (source.kind) {
    case 'file':
    case 'url':
    case 'host':
      return (await openBase(source)).store;
    case 'stored':
      return await openStored(source, readOnly);
    case 'scratch': {
      const below = (await openBase(source.base)).store;
      return new RecordCache(new MemoryRecords(), { size: below.size, readOnly, below });
    }
    case 'bytes':
      return MemoryBlockStore.of(source.bytes);
    case 'empty':
      return MemoryBlockStore.empty(source.size);
    case 'node':
      return new NodeBlockStore(source.path, readOnly);
  }
}

/** The file itself, whatever is in it. */
export async function openFile(source: BaseSource): Promise<BlockStore> {
  switch (source.kind) {
    case 'file':
      return new BlobBlockStore(source.file);
    case 'url':
      return await (await import('./http_block_store.ts')).HttpBlockStore.open(source.url);
    case 'host':
      return new NodeBlockStore(source.path, true);
  }
}

/** The disk in a file. */
export async function openBase(source: BaseSource): Promise<{ store: BlockStore; format: DiskFormat }> {
  return await openDisk(await openFile(source));
}

async function openStored(source: Extract<DiskSource, { kind: 'stored' }>, readOnly: boolean): Promise<BlockStore> {
  const { id, base, identity } = source;
  const catalogue = await ImageCatalogue.open();
  const entry = await catalogue.get(id).finally(() => catalogue.close());
  if (entry.storage === 'opfs') return await OpfsBlockStore.open(id, entry.size, readOnly);
  if (base === undefined || entry.base === undefined) return await openIdbImage(id, { readOnly });
  const file = await openFile(base);
  if ('identity' in file && file.identity !== identity) {
    await file.close();
    throw new StoreError(ESTALE, `${entry.name} has changed on the server since the changes here were made`);
  }
  const { store } = await openDisk(file);
  try {
    return await openIdbImage(id, { readOnly, base: { store, identity: identity ?? '' } });
  } catch (error) {
    await store.close();
    throw error;
  }
}
