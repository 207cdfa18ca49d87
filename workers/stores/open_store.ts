// SPDX-License-Identifier: BSD-2-Clause
/** Opens the store of a disk source. */
import type { DiskSource } from '../protocol.ts';
import { BlobBlockStore } from './blob_block_store.ts';
import type { BlockStore } from './block_store.ts';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { NodeBlockStore } from './node_block_store.ts';
import { OpfsBlockStore } from './opfs_block_store.ts';

export async function openStore(source: DiskSource, readOnly: boolean): Promise<BlockStore> {
  switch (source.kind) {
    case 'file':
      return new BlobBlockStore(source.file);
    case 'stored':
      return await openStored(source.id, readOnly);
    case 'bytes':
      return MemoryBlockStore.of(source.bytes);
    case 'empty':
      return MemoryBlockStore.empty(source.size);
    case 'node':
      return new NodeBlockStore(source.path, readOnly);
  }
}

async function openStored(id: string, readOnly: boolean): Promise<BlockStore> {
  const catalogue = await ImageCatalogue.open();
  const entry = await catalogue.get(id).finally(() => catalogue.close());
  return entry.storage === 'opfs'
    ? await OpfsBlockStore.open(id, entry.size, readOnly)
    : await openIdbImage(id, { readOnly });
}
