// SPDX-License-Identifier: BSD-2-Clause
/** A file of the Node process, read and written synchronously; durable by fdatasync. */
import { EINVAL, EIO, ENOSPC, EROFS } from '../../hypercall-js/errno.gen.ts';
import { nodeFs } from '../node_builtin.ts';
import type { BlockStore } from './block_store.ts';
import { StoreError } from './store_error.ts';

export class NodeBlockStore implements BlockStore {
  private readonly fs = nodeFs();
  private readonly fd: number;
  readonly size: number;

  constructor(
    path: string,
    readonly readOnly: boolean,
  ) {
    this.fd = this.fs.openSync(path, readOnly ? 'r' : 'r+');
    this.size = this.fs.fstatSync(this.fd).size;
  }

  async read(offset: number, dst: Uint8Array): Promise<void> {
    this.check(offset, dst.length);
    for (let done = 0; done < dst.length; ) {
      const count = this.fs.readSync(this.fd, dst, done, dst.length - done, offset + done);
      if (count === 0) throw new StoreError(EIO, 'the file became shorter');
      done += count;
    }
  }

  async write(offset: number, src: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    if (this.readOnly) throw new StoreError(EROFS, 'attached read-only');
    this.check(offset, src.length);
    try {
      for (let done = 0; done < src.length; )
        done += this.fs.writeSync(this.fd, src, done, src.length - done, offset + done);
    } catch (error) {
      throw new StoreError((error as { code?: string }).code === 'ENOSPC' ? ENOSPC : EIO, String(error));
    }
    if (options.sync) this.fs.fdatasyncSync(this.fd);
  }

  async barrier(): Promise<void> {
    await this.flush();
  }
  async flush(): Promise<void> {
    if (!this.readOnly) this.fs.fdatasyncSync(this.fd);
  }
  async discard(offset: number, length: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, 1 << 20));
    for (let done = 0; done < length; done += zeros.length)
      await this.write(offset + done, zeros.subarray(0, Math.min(zeros.length, length - done)), { sync: false });
  }
  async close(): Promise<void> {
    await this.flush();
    this.fs.closeSync(this.fd);
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || offset + length > this.size) throw new StoreError(EINVAL, 'range outside the file');
  }
}
