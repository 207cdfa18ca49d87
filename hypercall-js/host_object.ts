// SPDX-License-Identifier: BSD-2-Clause
/**
 * What a hypercall descriptor stands for: a disk the host attached under `disk:NAME`, or a host file.
 * Names without `disk:` are files of the Node process where it lends its file system (services.files); elsewhere they
 * are growing memory objects, made by RUMPUSER_OPEN_CREATE.
 */
import { EBADF, EIO } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import {
  D_FILE,
  D_HOSTFD,
  D_KIND,
  D_STATE,
  DK_LOCAL,
  DK_NODE,
  DK_STORE,
  DS_READY,
  F_DISK,
  F_HOSTFD,
  F_MODE,
  F_STATE,
  MAX_FDS,
  RO_READ,
  RO_SYNC,
  RO_WRITE,
} from './mailbox.ts';
import { callStorage } from './storage_ring.ts';

export const DISK_PREFIX = 'disk:';
const ACCMODE = 3;
const RDONLY = 0;
const WRONLY = 1;

export interface HostObject {
  readonly disk: number;
  /** Descriptor of the Node process, or -1. */
  readonly hostFd: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** The object behind a hypercall descriptor, or undefined when it is not open. */
export function objectOf(k: HostKernel, fd: number): HostObject | undefined {
  if (fd < 0 || fd >= MAX_FDS) return undefined;
  const f = k.mailbox.fd(fd);
  if (Atomics.load(k.words, f + F_STATE) !== 2) return undefined;
  const mode = (k.words[f + F_MODE] as number) & ACCMODE;
  return {
    disk: k.words[f + F_DISK] as number,
    hostFd: k.words[f + F_HOSTFD] as number,
    readable: mode !== WRONLY,
    writable: mode !== RDONLY,
  };
}

/** How an object is reached: in place in this thread, or by the storage worker. */
export function inPlace(k: HostKernel, object: HostObject): boolean {
  if (object.disk < 0) return true;
  return k.words[k.mailbox.disk(object.disk) + D_KIND] !== DK_STORE;
}

export interface Transfer {
  readonly error: number;
  readonly bytes: number;
}

/** Move bytes between an object and guest memory. May sleep: the caller gave up its CPU. */
export function transfer(
  k: HostKernel,
  object: HostObject,
  write: boolean,
  ptr: number,
  len: number,
  offset: number,
  sync: boolean,
): Transfer {
  if (write ? !object.writable : !object.readable) return { error: EBADF, bytes: 0 };
  if (object.disk >= 0 && Atomics.load(k.words, k.mailbox.disk(object.disk) + D_STATE) !== DS_READY)
    return { error: EIO, bytes: 0 };
  if (object.disk < 0) return nodeTransfer(k, object.hostFd, write, ptr, len, offset, sync);
  const d = k.mailbox.disk(object.disk);
  const kind = k.words[d + D_KIND];
  if (kind === DK_NODE) return nodeTransfer(k, k.words[d + D_HOSTFD] as number, write, ptr, len, offset, sync);
  if (kind === DK_LOCAL) return localTransfer(k, object.disk, write, ptr, len, offset);
  return callStorage(k, {
    op: write ? RO_WRITE : RO_READ,
    disk: object.disk,
    flags: sync ? 1 : 0,
    ptr,
    len,
    offset,
    fn: 0,
    arg: 0,
  });
}

/** Make what was written to an object durable. */
export function syncObject(k: HostKernel, object: HostObject, op: number): number {
  const d = object.disk < 0 ? -1 : k.mailbox.disk(object.disk);
  const kind = d < 0 ? DK_NODE : (k.words[d + D_KIND] as number);
  if (kind === DK_LOCAL) return 0;
  if (kind === DK_NODE)
    return op === RO_SYNC ? nodeSync(k, d < 0 ? object.hostFd : (k.words[d + D_HOSTFD] as number)) : 0;
  return callStorage(k, { op, disk: object.disk, flags: 0, ptr: 0, len: 0, offset: 0, fn: 0, arg: 0 }).error;
}

function nodeSync(k: HostKernel, hostFd: number): number {
  try {
    k.services.files?.sync(hostFd);
    return 0;
  } catch (error) {
    return k.services.files?.errno(error) ?? EIO;
  }
}

function nodeTransfer(
  k: HostKernel,
  hostFd: number,
  write: boolean,
  ptr: number,
  len: number,
  offset: number,
  sync: boolean,
): Transfer {
  const files = k.services.files;
  if (files === undefined) return { error: EIO, bytes: 0 };
  let done = 0;
  try {
    while (done < len) {
      const part = k.memory.bytes(ptr + done, len - done);
      const n = write ? files.write(hostFd, part, offset + done) : files.read(hostFd, part, offset + done);
      if (n === 0) break;
      done += n;
    }
    if (sync) files.sync(hostFd);
    return { error: 0, bytes: done };
  } catch (error) {
    return { error: files.errno(error), bytes: done };
  }
}

/** Make a memory file longer. */
function growLocal(k: HostKernel, disk: number, old: Uint8Array, size: number): Uint8Array {
  k.mailbox.setDiskSize(disk, size);
  if (size <= old.length) return old;
  const data = new Uint8Array(size * 2);
  data.set(old);
  k.localDisks.set(disk, data);
  return data;
}

function localTransfer(
  k: HostKernel,
  disk: number,
  write: boolean,
  ptr: number,
  len: number,
  offset: number,
): Transfer {
  let data = k.localDisks.get(disk);
  if (data === undefined) return { error: EIO, bytes: 0 };
  const size = k.mailbox.diskSize(disk);
  const grows = write && k.words[k.mailbox.disk(disk) + D_FILE] !== 0 && offset + len > size;
  if (grows) data = growLocal(k, disk, data, offset + len);
  const count = Math.max(0, Math.min(len, (grows ? offset + len : size) - offset));
  if (write) data.set(k.memory.bytes(ptr, count), offset);
  else k.memory.bytes(ptr, count).set(data.subarray(offset, offset + count));
  return { error: 0, bytes: count };
}
