// SPDX-License-Identifier: BSD-2-Clause
/** Opens the store of a disk source. */
import type { DiskSource } from '../protocol.ts';
import { BlobBlockStore } from './blob_block_store.ts';
import type { BlockStore } from './block_store.ts';
import { IdbBlockStore } from './idb_block_store.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import { NodeBlockStore } from './node_block_store.ts';

export async function openStore(source: DiskSource, readOnly: boolean): Promise<BlockStore> {
  switch (source.kind) {
    case 'file':
      return new BlobBlockStore(source.file);
    case 'stored':
      // A reader takes no lock: a second tab may look at an image while the first writes to it.
      return await IdbBlockStore.open(source.id, readOnly ? { readOnly, locks: undefined } : { readOnly });
    case 'bytes':
      return MemoryBlockStore.of(source.bytes);
    case 'empty':
      return MemoryBlockStore.empty(source.size);
    case 'node':
      return new NodeBlockStore(source.path, readOnly);
  }
}
