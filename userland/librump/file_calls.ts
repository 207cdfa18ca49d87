// SPDX-License-Identifier: BSD-2-Clause
import { decode, decodeZ } from '../lib/bytes.ts';
import { AT_FDCWD } from './constants.gen.ts';
import { readDirents, readStat, writeTimespec } from './struct_codec.ts';
import type { Dirent, Stat, Timespec } from './structs.ts';
import { BULK_SIZE, high32, low32, SyscallChannel } from './syscall_channel.ts';
import { SyscallError } from './syscall_error.ts';
import * as N from './syscalls.gen.ts';

/** The system calls on descriptors and names; the rest is in Librump. */
export class FileCalls extends SyscallChannel {
  // Descriptors --------------------------------------------------------------------------------------------------

  /** Read into the bulk buffer; bytes read, 0 at end of file. Look at `bulk` before the next call. */
  readBulk(fd: number, length = BULK_SIZE): number {
    return this.call3(N.SYS_read, fd, this.bulkPtr, Math.min(length, BULK_SIZE));
  }

  /** Write from the bulk buffer. */
  writeBulk(fd: number, length: number, offset = 0): number {
    return this.call3(N.SYS_write, fd, this.bulkPtr + offset, length);
  }

  /** The first bytes of the bulk buffer as an array of their own; slice() of shared memory goes byte by byte, set() does not. */
  private takeBulk(length: number): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(length);
    taken.set(this.u8.subarray(this.bulkPtr, this.bulkPtr + length));
    return taken;
  }

  read(fd: number, length: number): Uint8Array {
    return this.takeBulk(this.readBulk(fd, length));
  }

  readInto(fd: number, into: Uint8Array): number {
    const n = this.readBulk(fd, into.length);
    into.set(this.u8.subarray(this.bulkPtr, this.bulkPtr + n));
    return n;
  }

  /** One write(2) of at most BULK_SIZE bytes; the bytes taken. */
  write(fd: number, data: Uint8Array): number {
    const n = Math.min(data.length, BULK_SIZE);
    const at = this.bulkPtr;
    this.u8.set(n === data.length ? data : data.subarray(0, n), at);
    return this.call3(N.SYS_write, fd, at, n);
  }

  /** Write everything. */
  writeAll(fd: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; ) at += this.write(fd, at === 0 ? data : data.subarray(at));
  }

  /** pread(2) into the bulk buffer; bytes read. Look at `bulk` before the next call. */
  preadBulk(fd: number, length: number, offset: number): number {
    return this.call6(N.SYS_pread, fd, this.bulkPtr, Math.min(length, BULK_SIZE), 0, low32(offset), high32(offset));
  }

  pread(fd: number, length: number, offset: number): Uint8Array {
    return this.takeBulk(this.preadBulk(fd, length, offset));
  }

  pwrite(fd: number, data: Uint8Array, offset: number): number {
    const n = Math.min(data.length, BULK_SIZE);
    this.u8.set(data.subarray(0, n), this.bulkPtr);
    return this.call6(N.SYS_pwrite, fd, this.bulkPtr, n, 0, low32(offset), high32(offset));
  }

  lseek(fd: number, offset: number, whence: number): number {
    return this.result64(this.call5(N.SYS_lseek, fd, 0, low32(offset), high32(offset), whence));
  }

  open(path: string, flags: number, mode = 0o666): number {
    return this.call3(N.SYS_open, this.path(path), flags, mode);
  }

  openat(fd: number, path: string, flags: number, mode = 0o666): number {
    return this.call4(N.SYS_openat, fd, this.path(path), flags, mode);
  }

  close(fd: number): void {
    this.call1(N.SYS_close, fd);
  }

  dup(fd: number): number {
    return this.call1(N.SYS_dup, fd);
  }

  dup2(from: number, to: number): number {
    return this.call2(N.SYS_dup2, from, to);
  }

  dup3(from: number, to: number, flags: number): number {
    return this.call3(N.SYS_dup3, from, to, flags);
  }

  pipe(): [number, number] {
    const a = this.call0(N.SYS_pipe);
    return [a, this.ret1];
  }

  pipe2(flags: number): [number, number] {
    this.call2(N.SYS_pipe2, this.structPtr, flags);
    return [this.view.getInt32(this.structPtr, true), this.view.getInt32(this.structPtr + 4, true)];
  }

  fcntl(fd: number, cmd: number, arg = 0): number {
    return this.call3(N.SYS_fcntl, fd, cmd, arg);
  }

  flock(fd: number, how: number): void {
    this.call2(N.SYS_flock, fd, how);
  }

  /** ioctl with an integer or pointer argument as it is. */
  ioctl(fd: number, command: number, data = 0): number {
    return this.call3(N.SYS_ioctl, fd, command | 0, data);
  }

  fsync(fd: number): void {
    this.call1(N.SYS_fsync, fd);
  }

  fdatasync(fd: number): void {
    this.call1(N.SYS_fdatasync, fd);
  }

  fsyncRange(fd: number, flags: number, start: number, length: number): void {
    this.callWords(N.SYS_fsync_range, [fd, flags, low32(start), high32(start), low32(length), high32(length)]);
  }

  ftruncate(fd: number, length: number): void {
    this.call4(N.SYS_ftruncate, fd, 0, low32(length), high32(length));
  }

  truncate(path: string, length: number): void {
    this.call4(N.SYS_truncate, this.path(path), 0, low32(length), high32(length));
  }

  /** posix_fallocate and its like return the errno as value. */
  posixFallocate(fd: number, offset: number, length: number): void {
    const errno = this.callWords(N.SYS_posix_fallocate, [
      fd,
      0,
      low32(offset),
      high32(offset),
      low32(length),
      high32(length),
    ]);
    if (errno !== 0) throw new SyscallError(errno, 'posix_fallocate');
  }

  fdiscard(fd: number, offset: number, length: number): void {
    this.callWords(N.SYS_fdiscard, [fd, 0, low32(offset), high32(offset), low32(length), high32(length)]);
  }

  // Names ----------------------------------------------------------------------------------------------------------

  stat(path: string): Stat {
    this.call2(N.SYS_stat, this.path(path), this.structPtr);
    return readStat(this.view, this.structPtr);
  }

  lstat(path: string): Stat {
    this.call2(N.SYS_lstat, this.path(path), this.structPtr);
    return readStat(this.view, this.structPtr);
  }

  fstat(fd: number): Stat {
    this.call2(N.SYS_fstat, fd, this.structPtr);
    return readStat(this.view, this.structPtr);
  }

  fstatat(fd: number, path: string, flags: number): Stat {
    this.call4(N.SYS_fstatat, fd, this.path(path), this.structPtr, flags);
    return readStat(this.view, this.structPtr);
  }

  access(path: string, mode: number): void {
    this.call2(N.SYS_access, this.path(path), mode);
  }

  faccessat(fd: number, path: string, mode: number, flags: number): void {
    this.call4(N.SYS_faccessat, fd, this.path(path), mode, flags);
  }

  link(from: string, to: string): void {
    this.call2(N.SYS_link, this.path(from), this.path2(to));
  }

  linkat(fromFd: number, from: string, toFd: number, to: string, flags: number): void {
    this.call5(N.SYS_linkat, fromFd, this.path(from), toFd, this.path2(to), flags);
  }

  symlink(target: string, path: string): void {
    this.call2(N.SYS_symlink, this.path(target), this.path2(path));
  }

  readlink(path: string): string {
    const n = this.call3(N.SYS_readlink, this.path(path), this.structPtr, 1024);
    return decode(this.u8, this.structPtr, this.structPtr + n);
  }

  unlink(path: string): void {
    this.call1(N.SYS_unlink, this.path(path));
  }

  unlinkat(fd: number, path: string, flags: number): void {
    this.call3(N.SYS_unlinkat, fd, this.path(path), flags);
  }

  rmdir(path: string): void {
    this.call1(N.SYS_rmdir, this.path(path));
  }

  mkdir(path: string, mode = 0o777): void {
    this.call2(N.SYS_mkdir, this.path(path), mode);
  }

  mkdirat(fd: number, path: string, mode: number): void {
    this.call3(N.SYS_mkdirat, fd, this.path(path), mode);
  }

  mkfifo(path: string, mode = 0o666): void {
    this.call2(N.SYS_mkfifo, this.path(path), mode);
  }

  mknod(path: string, mode: number, dev: number): void {
    // dev_t is 64-bit and 8-aligned: path@0 mode@4 dev@8.
    this.callWords(N.SYS_mknod, [this.path(path), mode, low32(dev), high32(dev)]);
  }

  rename(from: string, to: string): void {
    this.call2(N.SYS_rename, this.path(from), this.path2(to));
  }

  chmod(path: string, mode: number): void {
    this.call2(N.SYS_chmod, this.path(path), mode);
  }

  lchmod(path: string, mode: number): void {
    this.call2(N.SYS_lchmod, this.path(path), mode);
  }

  fchmod(fd: number, mode: number): void {
    this.call2(N.SYS_fchmod, fd, mode);
  }

  chown(path: string, uid: number, gid: number): void {
    this.call3(N.SYS_chown, this.path(path), uid, gid);
  }

  lchown(path: string, uid: number, gid: number): void {
    this.call3(N.SYS_lchown, this.path(path), uid, gid);
  }

  fchown(fd: number, uid: number, gid: number): void {
    this.call3(N.SYS_fchown, fd, uid, gid);
  }

  chflags(path: string, flags: number): void {
    this.call2(N.SYS_chflags, this.path(path), flags);
  }

  lchflags(path: string, flags: number): void {
    this.call2(N.SYS_lchflags, this.path(path), flags);
  }

  /** Times by utimensat; `undefined` leaves one alone, 'now' takes the kernel's clock. */
  utimens(path: string, atime: Timespec | 'now' | undefined, mtime: Timespec | 'now' | undefined, follow = true): void {
    const at = this.zeroStruct(32);
    writeTimespec(this.view, at, atime);
    writeTimespec(this.view, at + 16, mtime);
    this.call4(N.SYS_utimensat, AT_FDCWD, this.path(path), at, follow ? 0 : 0x200);
  }

  chdir(path: string): void {
    this.call1(N.SYS_chdir, this.path(path));
  }

  fchdir(fd: number): void {
    this.call1(N.SYS_fchdir, fd);
  }

  getcwd(): string {
    this.call2(N.SYS___getcwd, this.structPtr, 1024);
    return decodeZ(this.u8, this.structPtr, 1024);
  }

  chroot(path: string): void {
    this.call1(N.SYS_chroot, this.path(path));
  }

  umask(mask: number): number {
    return this.call1(N.SYS_umask, mask);
  }

  revoke(path: string): void {
    this.call1(N.SYS_revoke, this.path(path));
  }

  pathconf(path: string, name: number): number {
    return this.call2(N.SYS_pathconf, this.path(path), name);
  }

  fpathconf(fd: number, name: number): number {
    return this.call2(N.SYS_fpathconf, fd, name);
  }

  /** One getdents; undefined at the end of the directory. */
  getdents(fd: number): Dirent[] | undefined {
    const n = this.call3(N.SYS_getdents, fd, this.bulkPtr, BULK_SIZE);
    return n === 0 ? undefined : readDirents(this.view, this.u8, this.bulkPtr, n);
  }

  /** Everything in a directory, "." and ".." included, deleted slots left out. */
  readdir(path: string): Dirent[] {
    const fd = this.open(path, 0x200000, 0); // O_RDONLY | O_DIRECTORY
    try {
      const all: Dirent[] = [];
      for (let some = this.getdents(fd); some !== undefined; some = this.getdents(fd))
        for (const e of some) if (e.ino !== 0) all.push(e);
      return all;
    } finally {
      this.close(fd);
    }
  }
}
