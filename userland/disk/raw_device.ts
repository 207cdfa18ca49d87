// SPDX-License-Identifier: BSD-2-Clause
import { DIOCCACHESYNC, DIOCGMEDIASIZE, DIOCGSECTORSIZE, O_RDONLY, O_RDWR } from '../librump/constants.gen.ts';
import { EINVAL, EIO } from '../librump/errno.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';

const S_IFMT = 0o170000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;
const S_IFREG = 0o100000;
const DEFAULT_SECTOR = 512;

/** What the disk tools work on: so many bytes, read and written at any offset. */
export interface Disk {
  /** Bytes. */
  readonly size: number;
  /** Bytes of the smallest unit the device itself writes, a power of two. */
  readonly sectorSize: number;
  /** Exactly `length` bytes from `offset`. @throws SyscallError: EIO from the device, EINVAL beyond the end */
  read(offset: number, length: number): Uint8Array;
  /** All of `data` at `offset`. @throws SyscallError: EIO, EROFS, ENOSPC, EINVAL beyond the end */
  write(offset: number, data: Uint8Array): void;
  /** Everything written so far is on the medium when this returns. */
  flush(): void;
  close(): void;
}

/**
 * A disk, a partition or a regular file that holds an image, opened as a tool of section 8 opens it. Every access is one or
 * more system calls; wrap it in a DiskCache for small or repeated ones. On a character device offset and length are
 * multiples of the sector size.
 */
export class RawDevice implements Disk {
  readonly size: number;
  readonly sectorSize: number;
  /** True for a device node, false for a regular file. */
  readonly isDevice: boolean;

  /** @throws SyscallError of open(2); EINVAL for what is neither a device nor a regular file */
  constructor(
    private readonly sys: Librump,
    readonly path: string,
    readonly access: 'read' | 'write',
  ) {
    this.fd = sys.open(path, access === 'write' ? O_RDWR : O_RDONLY);
    try {
      const st = sys.fstat(this.fd);
      const kind = st.mode & S_IFMT;
      this.isDevice = kind === S_IFCHR || kind === S_IFBLK;
      if (this.isDevice) {
        this.size = Number(this.ioctl64(DIOCGMEDIASIZE));
        this.sectorSize = this.ioctl32(DIOCGSECTORSIZE) || DEFAULT_SECTOR;
      } else if (kind === S_IFREG) {
        this.size = Number(st.size);
        this.sectorSize = DEFAULT_SECTOR;
      } else throw new SyscallError(EINVAL, 'open');
    } catch (error) {
      sys.close(this.fd);
      throw error;
    }
  }

  /** For ioctls of the caller's own. */
  readonly fd: number;

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length);
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const n = this.sys.preadBulk(this.fd, length - at, offset + at);
      if (n === 0) throw new SyscallError(EIO, 'pread');
      out.set(this.sys.bulk.subarray(0, n), at);
      at += n;
    }
    return out;
  }

  write(offset: number, data: Uint8Array): void {
    this.check(offset, data.length);
    for (let at = 0; at < data.length; ) at += this.sys.pwrite(this.fd, data.subarray(at), offset + at);
  }

  flush(): void {
    if (this.access === 'read') return;
    this.sys.fsync(this.fd);
    if (!this.isDevice) return;
    const force = this.sys.kernel.malloc(8);
    this.sys.view.setInt32(force, 1, true);
    try {
      this.sys.ioctl(this.fd, DIOCCACHESYNC, force);
    } catch (error) {
      if (!isErrno(error, 'ENOTTY', 'EOPNOTSUPP', 'ENODEV')) throw error;
    } finally {
      this.sys.kernel.free(force);
    }
  }

  close(): void {
    this.sys.close(this.fd);
  }

  private check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size)
      throw new SyscallError(EINVAL, 'pread');
  }

  private ioctl32(command: number): number {
    const at = this.sys.kernel.malloc(8);
    try {
      this.sys.ioctl(this.fd, command, at);
      return this.sys.view.getUint32(at, true);
    } finally {
      this.sys.kernel.free(at);
    }
  }

  private ioctl64(command: number): bigint {
    const at = this.sys.kernel.malloc(8);
    try {
      this.sys.ioctl(this.fd, command, at);
      return this.sys.view.getBigInt64(at, true);
    } finally {
      this.sys.kernel.free(at);
    }
  }
}
