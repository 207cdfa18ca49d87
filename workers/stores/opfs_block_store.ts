// SPDX-License-Identifier: BSD-2-Clause
/**
 * A disk in the origin private file system: a file per image, by a synchronous handle that only a worker may have.
 *
 * Reads and writes go straight between the file and shared memory; flush() makes them durable. A write of several sectors may
 * tear when the machine dies, as on a disk: put a file system with a journal on it, or check it afterwards.
 */
import { EBUSY, EINVAL, EIO, ENOTSUP, EROFS } from '../../hypercall-js/errno.gen.ts';
import type { BlockStore } from './block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { storeError } from './image_database.ts';
import { holdImage } from './image_lock.ts';
import { opfsFolder, removeOpfsFile } from './opfs_folder.ts';
import { isZero } from './record_store.ts';
import { StoreError } from './store_error.ts';

const ZEROS = 1 << 20;

async function openHandle(id: string, create: boolean): Promise<FileSystemSyncAccessHandle> {
  const file = await (await opfsFolder()).getFileHandle(id, { create });
  if (file.createSyncAccessHandle === undefined)
    throw new StoreError(ENOTSUP, 'this browser has no synchronous file handles (OPFS); keep the image in IndexedDB');
  return await file.createSyncAccessHandle();
}

export class OpfsBlockStore implements BlockStore {
  private constructor(
    private readonly handle: FileSystemSyncAccessHandle,
    readonly size: number,
    readonly readOnly: boolean,
    private readonly unlock: () => void,
  ) {}

  static async open(id: string, size: number, readOnly: boolean): Promise<OpfsBlockStore> {
    const unlock = await holdImage(id, readOnly, globalThis.navigator?.locks);
    try {
      const handle = await openHandle(id, false);
      if (handle.getSize() < size) handle.truncate(size);
      return new OpfsBlockStore(handle, size, readOnly, unlock);
    } catch (error) {
      unlock();
      throw opfsError(error);
    }
  }

  /** Copy bytes in; the image is in the catalogue when all of it is on the disk. */
  static async import(
    pieces: AsyncIterable<Uint8Array>,
    name: string,
    onProgress?: (bytes: number) => void,
    id: string = crypto.randomUUID(),
  ): Promise<string> {
    const size = await OpfsBlockStore.fill(id, pieces, onProgress);
    const catalogue = await ImageCatalogue.open();
    await catalogue.create(name, size, { id, storage: 'opfs' }).finally(() => catalogue.close());
    return id;
  }

  /** Write an image's file, durably; answers its bytes. What is there of a failed one is removed. */
  static async fill(
    id: string,
    pieces: AsyncIterable<Uint8Array>,
    onProgress?: (bytes: number) => void,
  ): Promise<number> {
    const handle = await openHandle(id, true);
    let size = 0;
    try {
      for await (const piece of pieces) {
        if (!isZero(piece)) writeAll(handle, size, piece);
        size += piece.length;
        onProgress?.(size);
      }
      handle.truncate(size);
      handle.flush();
      handle.close();
      return size;
    } catch (error) {
      handle.close();
      await OpfsBlockStore.remove(id);
      throw opfsError(error);
    }
  }

  static async create(name: string, size: number, id: string): Promise<void> {
    const handle = await openHandle(id, true);
    handle.truncate(size);
    handle.flush();
    handle.close();
    const catalogue = await ImageCatalogue.open();
    await catalogue.create(name, size, { id, storage: 'opfs' });
    catalogue.close();
  }

  static async remove(id: string): Promise<void> {
    await removeOpfsFile(id);
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    this.check(offset, dst.length);
    for (let done = 0; done < dst.length; ) {
      const count = this.attempt(() => this.handle.read(dst.subarray(done), { at: offset + done }));
      if (count === 0) throw new StoreError(EIO, 'the file in the private file system became shorter');
      done += count;
    }
  }

  async write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    if (this.readOnly) throw new StoreError(EROFS, 'attached read-only');
    this.check(offset, src.length);
    this.attempt(() => writeAll(this.handle, offset, src));
    if (options.sync) await this.flush();
  }

  async barrier(): Promise<void> {
    await this.flush();
  }
  async flush(): Promise<void> {
    if (!this.readOnly) this.attempt(() => this.handle.flush());
  }

  async discard(offset: number, length: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, ZEROS));
    for (let at = 0; at < length; at += zeros.length)
      await this.write(offset + at, zeros.subarray(0, Math.min(zeros.length, length - at)), { sync: false });
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.handle.close();
      this.unlock();
    }
  }

  private attempt<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw opfsError(error);
    }
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size)
      throw new StoreError(EINVAL, `range ${offset}+${length} is outside an image of ${this.size} bytes`);
  }
}

function writeAll(handle: FileSystemSyncAccessHandle, offset: number, src: Uint8Array): void {
  for (let done = 0; done < src.length; ) {
    const count = handle.write(src.subarray(done), { at: offset + done });
    if (count === 0) throw new DOMException('no room', 'QuotaExceededError');
    done += count;
  }
}

function opfsError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === 'NoModificationAllowedError')
    return new StoreError(EBUSY, 'this image is open in another tab; detach it there, or make a copy of it');
  return storeError(error);
}
