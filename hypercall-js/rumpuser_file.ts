// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): files. See host_object.ts for the name space. */
import { EBADF, EEXIST, EINVAL, ENFILE, ENOENT, ENOSPC, EROFS } from './errno.gen.ts';
import { lockEnter, lockExit } from './futex.ts';
import type { HostKernel } from './host_kernel.ts';
import { DISK_PREFIX, type HostObject, objectOf, syncObject, transfer } from './host_object.ts';
import type { RumpuserImports } from './imports.gen.ts';
import {
  D_KIND,
  D_RDONLY,
  D_STATE,
  DK_LOCAL,
  DK_STORE,
  DS_FREE,
  DS_READY,
  F_DISK,
  F_HOSTFD,
  F_LOCK,
  F_MODE,
  F_POS_HI,
  F_POS_LO,
  F_STATE,
  H_THREADS_OFF,
  MAX_FDS,
  RO_BARRIER,
  RO_CREATE,
  RO_SYNC,
} from './mailbox.ts';
import { callStorage } from './storage_ring.ts';

const OPEN_ACCMODE = 3;
const OPEN_CREATE = 4;
const OPEN_EXCL = 8;
export const RUMPUSER_FT_REG = 2;
export const RUMPUSER_FT_BLK = 3;
const SYNCFD_READ = 1;
const SYNCFD_WRITE = 2;
const SYNCFD_BARRIER = 4;
const SYNCFD_SYNC = 8;
const IOVEC_BYTES = 8;

const FD_FREE = 0;
const FD_FILLING = 1;
const FD_OPEN = 2;

function installFd(k: HostKernel, disk: number, hostFd: number, mode: number): number {
  for (let fd = 0; fd < MAX_FDS; fd++) {
    const f = k.mailbox.fd(fd);
    if (Atomics.compareExchange(k.words, f + F_STATE, FD_FREE, FD_FILLING) !== FD_FREE) continue;
    k.words[f + F_DISK] = disk;
    k.words[f + F_HOSTFD] = hostFd;
    k.words[f + F_MODE] = mode;
    k.words[f + F_POS_LO] = 0;
    k.words[f + F_POS_HI] = 0;
    Atomics.store(k.words, f + F_STATE, FD_OPEN);
    return fd;
  }
  return -1;
}

/** Open a name: a descriptor, or a negative errno. May sleep. */
function openName(k: HostKernel, name: string, mode: number): number {
  if ((mode & OPEN_ACCMODE) === 3) return -EINVAL;
  const isDisk = name.startsWith(DISK_PREFIX);
  const files = k.services.lendFiles ? k.services.files : undefined;
  if (!isDisk && files !== undefined) {
    try {
      const hostFd = files.open(name, mode);
      const fd = installFd(k, -1, hostFd, mode);
      if (fd < 0) files.close(hostFd);
      return fd < 0 ? -ENFILE : fd;
    } catch (error) {
      return -files.errno(error);
    }
  }
  const key = isDisk ? name.slice(DISK_PREFIX.length) : name;
  let disk = k.mailbox.findDisk(key, !isDisk);
  if (disk >= 0 && (mode & (OPEN_CREATE | OPEN_EXCL)) === (OPEN_CREATE | OPEN_EXCL)) return -EEXIST;
  if (disk < 0) {
    if (isDisk || (mode & OPEN_CREATE) === 0) return -ENOENT;
    disk = createObject(k, key);
    if (disk < 0) return disk;
  }
  if ((mode & OPEN_ACCMODE) !== 0 && k.words[k.mailbox.disk(disk) + D_RDONLY] !== 0) return -EROFS;
  const fd = installFd(k, disk, -1, mode);
  return fd < 0 ? -ENFILE : fd;
}

/** A growing memory object: in this thread without threads, else in the storage worker. */
function createObject(k: HostKernel, name: string): number {
  const disk = k.mailbox.claimDisk(name, true);
  if (disk < 0) return -ENOSPC;
  const d = k.mailbox.disk(disk);
  const local = k.words[H_THREADS_OFF] !== 0;
  k.words[d + D_KIND] = local ? DK_LOCAL : DK_STORE;
  k.words[d + D_RDONLY] = 0;
  k.mailbox.setDiskSize(disk, 0);
  if (local) k.localDisks.set(disk, new Uint8Array(1 << 20));
  const error = local
    ? 0
    : callStorage(k, { op: RO_CREATE, disk, flags: 0, ptr: 0, len: 0, offset: 0, fn: 0, arg: 0 }).error;
  Atomics.store(k.words, d + D_STATE, error === 0 ? DS_READY : DS_FREE);
  return error === 0 ? disk : -error;
}

function iovTransfer(
  k: HostKernel,
  fd: number,
  iov: number,
  iovlen: number,
  off: bigint,
  retp: number,
  write: boolean,
): number {
  const object = objectOf(k, fd);
  if (object === undefined) return EBADF;
  const f = k.mailbox.fd(fd);
  const seek = off < 0n;
  if (seek) lockEnter(k.words, f + F_LOCK);
  const start = seek
    ? (k.words[f + F_POS_HI] as number) * 0x100000000 + ((k.words[f + F_POS_LO] as number) >>> 0)
    : Number(off);
  const { error, bytes } = eachIovec(k, object, iov, iovlen, start, write);
  if (seek) {
    const end = start + bytes;
    k.words[f + F_POS_LO] = (end % 0x100000000) | 0;
    k.words[f + F_POS_HI] = Math.floor(end / 0x100000000);
    lockExit(k.words, f + F_LOCK);
  }
  if (error !== 0 && bytes === 0) return error;
  k.memory.setI32(retp, bytes);
  return 0;
}

function eachIovec(
  k: HostKernel,
  object: HostObject,
  iov: number,
  iovlen: number,
  start: number,
  write: boolean,
): { error: number; bytes: number } {
  let bytes = 0;
  for (let i = 0; i < iovlen >>> 0; i++) {
    const base = k.memory.getI32(iov + i * IOVEC_BYTES);
    const len = k.memory.getI32(iov + i * IOVEC_BYTES + 4) >>> 0;
    const part = transfer(k, object, write, base, len, start + bytes, false);
    bytes += part.bytes;
    if (part.error !== 0 || part.bytes < len) return { error: part.error, bytes };
  }
  return { error: 0, bytes };
}

type Calls = Pick<
  RumpuserImports,
  | 'rumpuser_open'
  | 'rumpuser_close'
  | 'rumpuser_getfileinfo'
  | 'rumpuser_iovread'
  | 'rumpuser_iovwrite'
  | 'rumpuser_syncfd'
>;

export function rumpuserFile(k: HostKernel): Calls {
  const released = (body: () => number): number => {
    const nlocks = k.unschedule(0);
    const error = body();
    k.resume(nlocks, 0);
    return error;
  };
  return {
    /**
     * Open an object of the host.
     * @param name  NUL-terminated
     * @param mode  RUMPUSER_OPEN_*
     * @param fdp   out: descriptor
     * @returns 0, ENOENT, EEXIST, EINVAL access mode 3, EROFS writing to a read-only disk, ENFILE, or the host's error
     * @blocks yes
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_open(name, mode, fdp) {
      const text = k.memory.cstring(name);
      return released(() => {
        const fd = openName(k, text, mode);
        if (fd < 0) return -fd;
        k.memory.setI32(fdp, fd);
        return 0;
      });
    },
    /**
     * Flush and close a descriptor.
     * @returns 0, or EBADF
     * @blocks yes
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_close(fd) {
      const object = objectOf(k, fd);
      if (object === undefined) return EBADF;
      return released(() => {
        if (object.writable) syncObject(k, object, RO_SYNC);
        if (object.disk < 0) k.services.files?.close(object.hostFd);
        Atomics.store(k.words, k.mailbox.fd(fd) + F_STATE, FD_FREE);
        return 0;
      });
    },
    /**
     * Size and type of an object of the host.
     * @param sizep  out, may be NULL: bytes, uint64_t
     * @param typep  out, may be NULL: RUMPUSER_FT_*; disks are BLK
     * @returns 0 or ENOENT
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_getfileinfo(name, sizep, typep) {
      const text = k.memory.cstring(name);
      const isDisk = text.startsWith(DISK_PREFIX);
      const disk = k.mailbox.findDisk(isDisk ? text.slice(DISK_PREFIX.length) : text, !isDisk);
      const info =
        disk >= 0
          ? { size: k.mailbox.diskSize(disk), type: isDisk ? RUMPUSER_FT_BLK : RUMPUSER_FT_REG }
          : isDisk
            ? undefined
            : k.services.lendFiles
              ? k.services.files?.info(text)
              : undefined;
      if (info === undefined) return ENOENT;
      if (sizep !== 0) k.memory.setI64(sizep, info.size);
      if (typep !== 0) k.memory.setI32(typep, info.type);
      return 0;
    },
    /**
     * Read into scattered buffers.
     * @param iov     struct rumpuser_iovec array
     * @param iovlen  its length
     * @param off     byte offset, or RUMPUSER_IOV_NOSEEK (-1): the descriptor's own position, which advances
     * @param retp    out: bytes; short counts are allowed, 0 is the end
     * @returns 0, EBADF, or the host's error
     * @blocks yes
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_iovread(fd, iov, iovlen, off, retp) {
      return released(() => iovTransfer(k, fd, iov, iovlen, off, retp, false));
    },
    /**
     * Write from scattered buffers; arguments as rumpuser_iovread.
     * @returns 0, EBADF, or the host's error
     * @blocks yes
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_iovwrite(fd, iov, iovlen, off, retp) {
      return released(() => iovTransfer(k, fd, iov, iovlen, off, retp, true));
    },
    /**
     * Order or make durable what was written. The range is not used: the whole object is synced.
     * @param flags  SYNCFD_READ|WRITE, with BARRIER: order; SYNC: durable on return
     * @returns 0, EBADF, or EINVAL without READ and WRITE
     * @blocks no - may take as long as the store needs; the CPU is given up meanwhile
     * @context held on return
     * @worker any but the page
     */
    rumpuser_syncfd(fd, flags, _start, _len) {
      if ((flags & (SYNCFD_READ | SYNCFD_WRITE)) === 0) return EINVAL;
      const object = objectOf(k, fd);
      if (object === undefined) return EBADF;
      if ((flags & SYNCFD_WRITE) === 0 || !object.writable) return 0;
      const op = (flags & SYNCFD_SYNC) !== 0 ? RO_SYNC : (flags & SYNCFD_BARRIER) !== 0 ? RO_BARRIER : 0;
      return op === 0 ? 0 : released(() => syncObject(k, object, op));
    },
  };
}
