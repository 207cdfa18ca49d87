// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../disk/raw_device.ts';
import { EINVAL } from '../librump/errno.gen.ts';
import { SyscallError } from '../librump/syscall_error.ts';

/** Bytes in memory as a disk. */
export class MemoryDisk implements Disk {
  readonly size: number;
  readonly sectorSize = 512;

  constructor(readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length);
    return this.bytes.slice(offset, offset + length);
  }

  write(offset: number, data: Uint8Array): void {
    this.check(offset, data.length);
    this.bytes.set(data, offset);
  }

  flush(): void {}

  close(): void {}

  private check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size)
      throw new SyscallError(EINVAL, 'pread');
  }
}
