// SPDX-License-Identifier: BSD-2-Clause
/** Bytes in memory, in chunks made on first write so that an empty large disk costs nothing; may grow. */
import { EINVAL } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { StoreError } from './store_error.ts';

const CHUNK = 65536;

export class MemoryBlockStore implements BlockStore {
  private readonly chunks = new Map<number, Uint8Array>();
  readonly readOnly = false;

  private constructor(
    public size: number,
    private readonly grows: boolean,
  ) {}

  static empty(size: number): MemoryBlockStore {
    return new MemoryBlockStore(size, false);
  }

  static growing(): MemoryBlockStore {
    return new MemoryBlockStore(0, true);
  }

  static of(bytes: Uint8Array): MemoryBlockStore {
    const store = new MemoryBlockStore(bytes.length, false);
    store.put(0, bytes);
    return store;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    this.check(offset, dst.length);
    for (let done = 0; done < dst.length; ) {
      const at = offset + done;
      const count = Math.min(CHUNK - (at % CHUNK), dst.length - done);
      const chunk = this.chunks.get(Math.floor(at / CHUNK));
      if (chunk === undefined) dst.fill(0, done, done + count);
      else dst.set(chunk.subarray(at % CHUNK, (at % CHUNK) + count), done);
      done += count;
    }
  }

  async write(offset: number, src: Uint8Array): Promise<void> {
    if (this.grows) this.size = Math.max(this.size, offset + src.length);
    this.check(offset, src.length);
    this.put(offset, src);
  }

  async barrier(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  async discard(offset: number, length: number): Promise<void> {
    this.check(offset, length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const count = Math.min(CHUNK - (at % CHUNK), length - done);
      if (count === CHUNK) this.chunks.delete(at / CHUNK);
      else this.chunks.get(Math.floor(at / CHUNK))?.fill(0, at % CHUNK, (at % CHUNK) + count);
      done += count;
    }
  }

  private put(offset: number, src: Uint8Array): void {
    for (let done = 0; done < src.length; ) {
      const at = offset + done;
      const count = Math.min(CHUNK - (at % CHUNK), src.length - done);
      const index = Math.floor(at / CHUNK);
      let chunk = this.chunks.get(index);
      if (chunk === undefined) {
        chunk = new Uint8Array(CHUNK);
        this.chunks.set(index, chunk);
      }
      chunk.set(src.subarray(done, done + count), at % CHUNK);
      done += count;
    }
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size)
      throw new StoreError(EINVAL, `range ${offset}+${length} is outside a disk of ${this.size} bytes`);
  }
}
