// SPDX-License-Identifier: BSD-2-Clause
import { EROFS } from '../../librump/errno.gen.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import type { Disk } from '../raw_device.ts';
import type { ReadBytes } from './partition.ts';

/** Bytes from a function as a disk of the partition programs. What is not there reads as zeros. */
export class ReadOnlyDisk implements Disk {
  constructor(
    private readonly bytes: ReadBytes,
    readonly size: number,
    readonly sectorSize: number,
  ) {}

  read(offset: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    out.set(this.bytes(offset, length));
    return out;
  }

  write(): never {
    throw new SyscallError(EROFS, 'write');
  }

  flush(): void {}

  close(): void {}
}
