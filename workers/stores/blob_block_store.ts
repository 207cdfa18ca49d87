// SPDX-License-Identifier: BSD-2-Clause
/**
 * A File or Blob read in place: nothing is copied beforehand, so an image of any size attaches at once. Read-only.
 * Reads fetch windows of 128 KiB and keep the last few, because an image is mostly read forward in small pieces.
 */
import { EINVAL, EIO, EROFS } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { StoreError } from './store_error.ts';

const WINDOW = 131072;
const WINDOWS = 64;

export class BlobBlockStore implements BlockStore {
  readonly readOnly = true;
  readonly size: number;
  /** Most recently used last. */
  private readonly windows = new Map<number, Promise<Uint8Array>>();

  constructor(private readonly blob: Blob) {
    this.size = blob.size;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    if (offset < 0 || offset + dst.length > this.size) throw new StoreError(EINVAL, 'read outside the file');
    for (let done = 0; done < dst.length; ) {
      const at = offset + done;
      const index = Math.floor(at / WINDOW);
      const count = Math.min(WINDOW - (at % WINDOW), dst.length - done);
      const window = await this.window(index);
      dst.set(window.subarray(at % WINDOW, (at % WINDOW) + count), done);
      done += count;
    }
  }

  private window(index: number): Promise<Uint8Array> {
    const have = this.windows.get(index);
    this.windows.delete(index);
    const window = have ?? this.fetch(index);
    this.windows.set(index, window);
    if (this.windows.size > WINDOWS) this.windows.delete(this.windows.keys().next().value as number);
    return window;
  }

  private async fetch(index: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.blob.slice(index * WINDOW, (index + 1) * WINDOW).arrayBuffer());
    } catch (error) {
      this.windows.delete(index);
      throw new StoreError(
        EIO,
        `the file cannot be read any more: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async write(): Promise<void> {
    throw new StoreError(EROFS, 'a dropped file is read-only');
  }
  async discard(): Promise<void> {
    throw new StoreError(EROFS, 'a dropped file is read-only');
  }
  async barrier(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {
    this.windows.clear();
  }
}
