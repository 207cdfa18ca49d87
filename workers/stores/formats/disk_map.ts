// SPDX-License-Identifier: BSD-2-Clause
/**
 * A disk image in a format of a virtual machine, as a read-only store: the format says where each stretch of the disk is, this
 * reads it. Nothing is read before it is asked for.
 */
import { EFTYPE, EINVAL, EROFS } from '../../../hypercall-js/errno.gen.ts';
import type { BlockStore, DataRange } from '../block_store.ts';
import { StoreError } from '../store_error.ts';

/** What the disk holds from an offset on, for `length` bytes (at least 1). */
export type Extent =
  | { readonly kind: 'zeros'; readonly length: number }
  /** In the image file, at byte `at`. */
  | { readonly kind: 'file'; readonly length: number; readonly at: number }
  /** Unpacked already. */
  | { readonly kind: 'bytes'; readonly length: number; readonly bytes: Uint8Array };

/** One image's format. */
export interface DiskMap {
  /** Bytes of the disk. */
  readonly size: number;
  extent(offset: number): Promise<Extent>;
  /** The same for a scan for data: no need to unpack anything. The default is extent(). */
  scan?(offset: number): Promise<{ readonly data: boolean; readonly length: number }>;
}

/** Largest disk taken: what a JavaScript number holds of bytes. */
const SIZE_MAX = 2 ** 53 - 1;

export class MappedStore implements BlockStore {
  readonly readOnly = true;
  readonly size: number;

  constructor(
    private readonly file: BlockStore,
    private readonly map: DiskMap,
  ) {
    this.size = map.size;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    if (offset < 0 || offset + dst.length > this.size) throw new StoreError(EINVAL, 'read outside the disk');
    for (let done = 0; done < dst.length; ) {
      const extent = await this.map.extent(offset + done);
      const part = dst.subarray(done, done + Math.min(extent.length, dst.length - done));
      if (extent.kind === 'zeros') part.fill(0);
      else if (extent.kind === 'bytes') part.set(extent.bytes.subarray(0, part.length));
      else await readFile(this.file, extent.at, part);
      done += part.length;
    }
  }

  async nextData(from: number): Promise<DataRange | undefined> {
    for (let at = from; at < this.size; ) {
      const { data, length } = await this.scan(at);
      if (data) return { start: at, end: Math.min(this.size, at + length) };
      at += length;
    }
    return undefined;
  }

  private async scan(at: number): Promise<{ data: boolean; length: number }> {
    if (this.map.scan !== undefined) return await this.map.scan(at);
    const { kind, length } = await this.map.extent(at);
    return { data: kind !== 'zeros', length };
  }

  async write(): Promise<void> {
    throw new StoreError(EROFS, 'an image in this format is not written to');
  }
  async discard(): Promise<void> {
    throw new StoreError(EROFS, 'an image in this format is not written to');
  }
  async barrier(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {
    await this.file.close();
  }
}

/** A stretch of an image file; what lies behind its end makes the image damaged. */
export async function readFile(file: BlockStore, at: number, dst: Uint8Array): Promise<void> {
  if (!Number.isSafeInteger(at) || at < 0 || at + dst.length > file.size)
    throw damaged(`it points to byte ${at}, behind its end`);
  await file.read(at, dst);
}

export async function readView(file: BlockStore, at: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  await readFile(file, at, bytes);
  return new DataView(bytes.buffer);
}

/** A 64-bit field as a number; too large for one: damaged. */
export function u64(view: DataView, at: number, little = false): number {
  const value = view.getBigUint64(at, little);
  if (value > BigInt(SIZE_MAX)) throw damaged(`the number ${value} in it is too large`);
  return Number(value);
}

export const damaged = (why: string): StoreError => new StoreError(EFTYPE, `this image is damaged: ${why}`);
export const refused = (why: string): StoreError => new StoreError(EFTYPE, why);
