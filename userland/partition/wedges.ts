// SPDX-License-Identifier: BSD-2-Clause
/** Wedges, dk(4), as programs see them: the ioctls of an open disk. */
import { decodeZ, encodeInto } from '../lib/bytes.ts';
import * as C from '../librump/constants.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { readS64, readU64, writeS64 } from '../librump/struct_codec.ts';
import { dkwedge_info as INFO, dkwedge_list as LIST } from '../librump/structs.gen.ts';
import { isErrno } from '../librump/syscall_error.ts';

export interface Wedge {
  /** `dk0` */
  readonly device: string;
  readonly name: string;
  /** `rd0` */
  readonly parent: string;
  /** Sectors of the parent. */
  readonly offset: number;
  readonly size: number;
  /** "ffs", "msdos", …; empty: not known. */
  readonly ptype: string;
}

const NAME_MAX = 127;
const MOST = 128;

/** opendisk(3): the path as it is, else a name in /dev, the raw device first. */
export function diskPath(sys: Librump, name: string): string {
  for (const path of name.includes('/') ? [] : [name, `/dev/r${name}`])
    try {
      sys.stat(path);
      return path;
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  return name.includes('/') ? name : `/dev/${name}`;
}

/** Open a disk by name. @throws SyscallError */
export function openDisk(sys: Librump, name: string, flags: number): { fd: number; path: string } {
  const path = diskPath(sys, name);
  return { fd: sys.open(path, flags), path };
}

/** `body` with a zeroed structure in guest memory. */
export function withStruct<T>(sys: Librump, size: number, body: (at: number) => T): T {
  const at = sys.kernel.malloc(size);
  sys.u8.fill(0, at, at + size);
  try {
    return body(at);
  } finally {
    sys.kernel.free(at);
  }
}

/** The wedges of the open disk, in the order of the disk. */
export function listWedges(sys: Librump, fd: number): Wedge[] {
  return withStruct(sys, LIST.size + MOST * INFO.size, (at) => {
    const array = at + LIST.size;
    sys.view.setUint32(at + LIST.dkwl_buf, array, true);
    sys.view.setUint32(at + LIST.dkwl_bufsize, MOST * INFO.size, true);
    sys.ioctl(fd, C.DIOCLWEDGES, at);
    const count = sys.view.getUint32(at + LIST.dkwl_ncopied, true);
    return Array.from({ length: count }, (_, i) => readWedge(sys, array + i * INFO.size)).sort(
      (a, b) => a.offset - b.offset,
    );
  });
}

/** The wedge of this name, of any disk: getfsspecname(3) of `NAME=name`. */
export function findWedge(sys: Librump, name: string): Wedge | undefined {
  const names = decodeZ(sys.sysctl([C.CTL_HW, C.HW_DISKNAMES]), 0, 4096).split(' ');
  for (const device of names.filter((n) => /^dk\d+$/.test(n))) {
    const fd = sys.open(`/dev/r${device}`, C.O_RDONLY);
    try {
      const wedge = wedgeInfo(sys, fd);
      if (wedge.name === name) return wedge;
    } finally {
      sys.close(fd);
    }
  }
  return undefined;
}

/** What the open wedge is. */
export function wedgeInfo(sys: Librump, fd: number): Wedge {
  return withStruct(sys, INFO.size, (at) => {
    sys.ioctl(fd, C.DIOCGWEDGEINFO, at);
    return readWedge(sys, at);
  });
}

/** Make a wedge of the open disk; its device. */
export function addWedge(sys: Librump, fd: number, wedge: Pick<Wedge, 'name' | 'offset' | 'size' | 'ptype'>): Wedge {
  return withStruct(sys, INFO.size, (at) => {
    encodeInto(wedge.name, sys.u8, at + INFO.dkw_wname, NAME_MAX);
    encodeInto(wedge.ptype, sys.u8, at + INFO.dkw_ptype, 31);
    writeS64(sys.view, at + INFO.dkw_offset, wedge.offset);
    writeS64(sys.view, at + INFO.dkw_size, wedge.size);
    sys.ioctl(fd, C.DIOCAWEDGE, at);
    return readWedge(sys, at);
  });
}

/** Take the wedge `device` ("dk0") of the open disk away. */
export function deleteWedge(sys: Librump, fd: number, device: string): void {
  withStruct(sys, INFO.size, (at) => {
    encodeInto(device, sys.u8, at + INFO.dkw_devname, 15);
    sys.ioctl(fd, C.DIOCDWEDGE, at);
  });
}

/** Search the open disk for partitions again. */
export function makeWedges(sys: Librump, fd: number): void {
  withStruct(sys, 8, (at) => sys.ioctl(fd, C.DIOCMWEDGES, at));
}

function readWedge(sys: Librump, at: number): Wedge {
  const text = (offset: number, max: number): string => decodeZ(sys.u8, at + offset, max);
  return {
    device: text(INFO.dkw_devname, 16),
    name: text(INFO.dkw_wname, 128),
    parent: text(INFO.dkw_parent, 16),
    offset: readS64(sys.view, at + INFO.dkw_offset),
    size: readU64(sys.view, at + INFO.dkw_size),
    ptype: text(INFO.dkw_ptype, 32),
  };
}
