// SPDX-License-Identifier: BSD-2-Clause
/** Structures in guest memory to plain objects and back. Offsets come from abi/structs.master. */
import { decode, decodeZ } from '../lib/bytes.ts';
import * as S from './structs.gen.ts';
import type { Dirent, Kevent, Rlimit, Stat, Statvfs, Termios, Timespec } from './structs.ts';

export const STATVFS_SIZE = S.statvfs.size;
const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;
const KEVENT_SIZE = S.kevent.size;
const NCCS = 20;
const RLIM_INFINITY = 2 ** 63 - 1;

export function readU64(v: DataView, at: number): number {
  return v.getUint32(at + 4, true) * 4294967296 + v.getUint32(at, true);
}

export function readS64(v: DataView, at: number): number {
  return v.getInt32(at + 4, true) * 4294967296 + v.getUint32(at, true);
}

export function writeS64(v: DataView, at: number, value: number): void {
  v.setUint32(at, (value % 4294967296) >>> 0, true);
  v.setInt32(at + 4, Math.floor(value / 4294967296), true);
}

export function readTimespec(v: DataView, at: number): Timespec {
  return { sec: readS64(v, at), nsec: v.getInt32(at + 8, true) };
}

export function writeTimespec(v: DataView, at: number, t: Timespec | 'now' | undefined): void {
  writeS64(v, at, typeof t === 'object' ? t.sec : 0);
  v.setInt32(at + 8, t === undefined ? UTIME_OMIT : t === 'now' ? UTIME_NOW : t.nsec, true);
  v.setInt32(at + 12, 0, true);
}

/** A file that is no device has NODEV here, all ones, which is no exact number in JavaScript: its low word stands for it. */
function readRdev(v: DataView, at: number): number {
  return v.getUint32(at + 4, true) === 0xffffffff ? 0xffffffff : readU64(v, at);
}

export function readStat(v: DataView, at: number): Stat {
  return {
    dev: readU64(v, at),
    mode: v.getUint32(at + S.stat.st_mode, true),
    ino: readU64(v, at + S.stat.st_ino),
    nlink: v.getUint32(at + S.stat.st_nlink, true),
    uid: v.getUint32(at + S.stat.st_uid, true),
    gid: v.getUint32(at + S.stat.st_gid, true),
    rdev: readRdev(v, at + S.stat.st_rdev),
    atime: readTimespec(v, at + S.stat.st_atim),
    mtime: readTimespec(v, at + S.stat.st_mtim),
    ctime: readTimespec(v, at + S.stat.st_ctim),
    birthtime: readTimespec(v, at + S.stat.st_birthtim),
    size: readS64(v, at + S.stat.st_size),
    blocks: readS64(v, at + S.stat.st_blocks),
    blksize: v.getInt32(at + S.stat.st_blksize, true),
    flags: v.getUint32(at + S.stat.st_flags, true),
    gen: v.getUint32(at + S.stat.st_gen, true),
  };
}

export function readStatvfs(v: DataView, u8: Uint8Array, at: number): Statvfs {
  return {
    flag: v.getUint32(at, true),
    bsize: v.getUint32(at + S.statvfs.f_bsize, true),
    frsize: v.getUint32(at + S.statvfs.f_frsize, true),
    iosize: v.getUint32(at + S.statvfs.f_iosize, true),
    blocks: readU64(v, at + S.statvfs.f_blocks),
    bfree: readU64(v, at + S.statvfs.f_bfree),
    bavail: readU64(v, at + S.statvfs.f_bavail),
    files: readU64(v, at + S.statvfs.f_files),
    ffree: readU64(v, at + S.statvfs.f_ffree),
    favail: readU64(v, at + S.statvfs.f_favail),
    fsid: v.getUint32(at + S.statvfs.f_fsid, true),
    namemax: v.getUint32(at + S.statvfs.f_namemax, true),
    owner: v.getUint32(at + S.statvfs.f_owner, true),
    fstypename: decodeZ(u8, at + S.statvfs.f_fstypename, 32),
    mntonname: decodeZ(u8, at + S.statvfs.f_mntonname, 1024),
    mntfromname: decodeZ(u8, at + S.statvfs.f_mntfromname, 1024),
  };
}

export function readDirents(v: DataView, u8: Uint8Array, at: number, bytes: number): Dirent[] {
  const out: Dirent[] = [];
  const end = at + bytes;
  while (at + S.dirent.d_name <= end) {
    const reclen = v.getUint16(at + S.dirent.d_reclen, true);
    if (reclen < 16) break;
    const name = at + S.dirent.d_name;
    out.push({
      ino: readU64(v, at),
      type: v.getUint8(at + S.dirent.d_type),
      name: decode(u8, name, name + v.getUint16(at + S.dirent.d_namlen, true)),
    });
    at += reclen;
  }
  return out;
}

export function readTermios(v: DataView, at: number): Termios {
  return {
    iflag: v.getUint32(at, true),
    oflag: v.getUint32(at + S.termios.c_oflag, true),
    cflag: v.getUint32(at + S.termios.c_cflag, true),
    lflag: v.getUint32(at + S.termios.c_lflag, true),
    cc: Array.from({ length: NCCS }, (_, i) => v.getUint8(at + S.termios.c_cc + i)),
    ispeed: v.getInt32(at + S.termios.c_ispeed, true),
    ospeed: v.getInt32(at + S.termios.c_ospeed, true),
  };
}

export function writeTermios(v: DataView, at: number, t: Termios): void {
  v.setUint32(at, t.iflag, true);
  v.setUint32(at + S.termios.c_oflag, t.oflag, true);
  v.setUint32(at + S.termios.c_cflag, t.cflag, true);
  v.setUint32(at + S.termios.c_lflag, t.lflag, true);
  for (let i = 0; i < NCCS; i++) v.setUint8(at + S.termios.c_cc + i, t.cc[i] ?? 0);
  v.setInt32(at + S.termios.c_ispeed, t.ispeed, true);
  v.setInt32(at + S.termios.c_ospeed, t.ospeed, true);
}

export function readKevents(v: DataView, at: number, n: number): Kevent[] {
  return Array.from({ length: n }, (_, i) => {
    const e = at + i * KEVENT_SIZE;
    return {
      ident: v.getUint32(e, true),
      filter: v.getUint32(e + 4, true),
      flags: v.getUint32(e + 8, true),
      fflags: v.getUint32(e + 12, true),
      data: readS64(v, e + 16),
    };
  });
}

export function writeKevents(v: DataView, at: number, list: readonly Kevent[]): void {
  list.forEach((k, i) => {
    const e = at + i * KEVENT_SIZE;
    v.setUint32(e, k.ident, true);
    v.setUint32(e + 4, k.filter, true);
    v.setUint32(e + 8, k.flags, true);
    v.setUint32(e + 12, k.fflags, true);
    writeS64(v, e + 16, k.data);
    v.setInt32(e + 24, 0, true);
    v.setInt32(e + 28, 0, true);
  });
}

export function readRlimit(v: DataView, at: number): Rlimit {
  const value = (a: number) => (v.getInt32(a + 4, true) === 0x7fffffff ? Number.POSITIVE_INFINITY : readU64(v, a));
  return { cur: value(at), max: value(at + 8) };
}

export function writeRlimit(v: DataView, at: number, limit: Rlimit): void {
  const put = (a: number, value: number) => {
    if (value >= RLIM_INFINITY) {
      v.setUint32(a, 0xffffffff, true);
      v.setUint32(a + 4, 0x7fffffff, true);
    } else writeS64(v, a, value);
  };
  put(at, limit.cur);
  put(at + 8, limit.max);
}
