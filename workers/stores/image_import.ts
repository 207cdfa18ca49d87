// SPDX-License-Identifier: BSD-2-Clause
/** Long tasks on stored images: unpacking into the storage, copying a base in, moving between the kinds of storage. */
import { EINVAL } from '../../hypercall-js/errno.gen.ts';
import type { BaseSource, ImportTask } from '../protocol.ts';
import { evenPieces } from './blob_pieces.ts';
import type { BlockStore } from './block_store.ts';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { holdImage } from './image_lock.ts';
import { openBase, openFile } from './open_store.ts';
import { OpfsBlockStore } from './opfs_block_store.ts';
import { StoreError } from './store_error.ts';
import { storePieces } from './store_pieces.ts';

export type Progress = (done: number, total: number) => void;

interface Result {
  readonly id: string;
  readonly size: number;
}

/** Do a task; answers the image. Rejects with AbortError when cancelled, and then nothing of it is left. */
export async function performImport(task: ImportTask, progress: Progress, signal: AbortSignal): Promise<Result> {
  const catalogue = await ImageCatalogue.open();
  try {
    switch (task.task) {
      case 'unpack':
        return await unpackImage(catalogue, task, progress, signal);
      case 'fill':
        return await fillImage(catalogue, task.id, task.base, progress, signal);
      case 'move':
        return await moveImage(catalogue, task.id, task.storage, progress, signal);
    }
  } finally {
    catalogue.close();
  }
}

async function fillImage(
  catalogue: ImageCatalogue,
  id: string,
  base: BaseSource,
  progress: Progress,
  signal: AbortSignal,
): Promise<Result> {
  const { store } = await openBase(base);
  try {
    await catalogue.fill(id, storePieces(store, signal), (done) => progress(done, store.size));
    return { id, size: store.size };
  } finally {
    await store.close();
  }
}

async function unpackImage(
  catalogue: ImageCatalogue,
  task: Extract<ImportTask, { task: 'unpack' }>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Result> {
  const file = await openFile(task.source);
  try {
    const counted = counting(file, (done) => progress(done, file.size));
    const entry = await catalogue.import(evenPieces(await unpacked(counted, task), signal), task.name);
    return { id: entry.id, size: entry.size };
  } finally {
    await file.close();
  }
}

async function unpacked(
  file: BlockStore,
  task: Extract<ImportTask, { task: 'unpack' }>,
): Promise<AsyncGenerator<Uint8Array>> {
  if (task.format !== 'zip') return (await import('./formats/unpack.ts')).unpack(task.format, storePieces(file));
  const { zipBytes, zipEntries } = await import('./formats/zip.ts');
  const entry = (await zipEntries(file)).find(({ name }) => name === task.entry);
  if (entry === undefined) throw new StoreError(EINVAL, `there is no ${task.entry} in the archive`);
  return zipBytes(file, entry);
}

/** A store that tells how far it was read. */
function counting(file: BlockStore, tell: (done: number) => void): BlockStore {
  return Object.assign(Object.create(file) as BlockStore, {
    read: async (offset: number, dst: Uint8Array) => {
      await file.read(offset, dst);
      tell(offset + dst.length);
    },
  });
}

async function moveImage(
  catalogue: ImageCatalogue,
  id: string,
  storage: 'indexeddb' | 'opfs',
  progress: Progress,
  signal: AbortSignal,
): Promise<Result> {
  const { size, storage: now } = await catalogue.get(id);
  if (now === storage) return { id, size };
  const told = (done: number): void => progress(done, size);
  if (storage === 'opfs') {
    const unlock = await holdImage(id, false, globalThis.navigator?.locks);
    try {
      const store = await openIdbImage(id, { readOnly: true, locks: undefined });
      await OpfsBlockStore.fill(id, storePieces(store, signal), told).finally(() => store.close());
      await catalogue.movedToOpfs(id);
    } finally {
      unlock();
    }
  } else {
    const store = await OpfsBlockStore.open(id, size, false);
    await catalogue.takeFromOpfs(id, storePieces(store, signal), told).finally(() => store.close());
    await OpfsBlockStore.remove(id);
  }
  return { id, size };
}
