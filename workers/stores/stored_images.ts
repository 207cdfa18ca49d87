// SPDX-License-Identifier: BSD-2-Clause
/** The bytes of images kept in this browser, under ids of the caller's choice. Usable from the page and from workers. */
import { blobPieces } from './blob_pieces.ts';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';

const PIECE = 1 << 20;

export interface StoredImages {
  /** Ids there are. */
  list(): Promise<readonly string[]>;
  /** Copy a file in; it is listed only when all of it is there. */
  store(id: string, file: Blob, onProgress: (done: number, total: number) => void, signal: AbortSignal): Promise<void>;
  remove(id: string): Promise<void>;
  /** All bytes, as the kernel last left them. Errors with EBUSY while a kernel has the image open for writing. */
  read(id: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Make an empty image. */
  create(id: string, name: string, size: number): Promise<void>;
}

async function withCatalogue<T>(body: (catalogue: ImageCatalogue) => Promise<T>): Promise<T> {
  const catalogue = await ImageCatalogue.open();
  try {
    return await body(catalogue);
  } finally {
    catalogue.close();
  }
}

export function storedImages(): StoredImages {
  return {
    list: () => withCatalogue(async (catalogue) => (await catalogue.list()).map((entry) => entry.id)),
    store: (id, file, onProgress, signal) =>
      withCatalogue(async (catalogue) => {
        const name = file instanceof File ? file.name : id;
        await catalogue.import(blobPieces(file, signal), name, (done) => onProgress(done, file.size), { id });
      }),
    remove: (id) => withCatalogue((catalogue) => catalogue.remove(id)),
    read: (id) => readImage(id),
    create: (id, name, size) => withCatalogue(async (catalogue) => void (await catalogue.create(name, size, { id }))),
  };
}

async function readImage(id: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const store = await openIdbImage(id, { readOnly: true });
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const piece = new Uint8Array(Math.min(PIECE, store.size - at));
      await store.read(at, piece);
      at += piece.length;
      if (piece.length > 0) controller.enqueue(piece);
      if (at < store.size) return;
      controller.close();
      await store.close();
    },
    cancel: () => store.close(),
  });
}
