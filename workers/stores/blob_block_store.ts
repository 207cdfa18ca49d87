// SPDX-License-Identifier: BSD-2-Clause
/** A File or Blob read in place: nothing is copied beforehand, so an image of any size attaches at once. Read-only. */
import { EIO } from '../../hypercall-js/errno.gen.ts';
import { StoreError } from './store_error.ts';
import { WindowedStore } from './windowed_store.ts';

const REQUEST = 1 << 20;

export class BlobBlockStore extends WindowedStore {
  constructor(blob: Blob) {
    super({ size: blob.size, fetch: (at, length) => readBlob(blob, at, length), requestMost: REQUEST, aheadMost: 0 });
  }
}

async function readBlob(blob: Blob, at: number, length: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(EIO, `the file cannot be read any more: ${why}`);
  }
}
