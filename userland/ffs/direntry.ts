// SPDX-License-Identifier: BSD-2-Clause
/**
 * Entries of a directory, in chunks of 512 bytes that none crosses. Names are bytes; here a name is a string with a
 * character for each (lib/bytes.ts `latin1`), so that any name survives.
 */
import { latin1 } from '../lib/bytes.ts';
import { DiskBytes } from './byte_order.ts';
import type { Superblock } from './superblock.ts';

export const UFS_DIRBLKSIZ = 512;
export const FFS_MAXNAMLEN = 255;
export const DT_UNKNOWN = 0;
export const DT_DIR = 4;
export const DT_REG = 8;

export interface Direntry {
  /** Byte in the chunk. */
  readonly at: number;
  /** 0: unused. */
  readonly ino: number;
  readonly reclen: number;
  /** DT_*; DT_UNKNOWN always in directories of 4.2BSD. */
  readonly type: number;
  readonly name: string;
}

/** IFTODT */
export function modeToType(mode: number): number {
  return (mode & 0o170000) >> 12;
}

/** Bytes that an entry with a name of so many bytes needs. */
export function direntrySize(namlen: number): number {
  return 8 + ((namlen + 4) & ~3);
}

/** What is wrong with an entry, or the entry. */
export function direntryAt(sb: Superblock, chunk: Uint8Array, at: number): Direntry | string {
  const left = Math.min(chunk.length, UFS_DIRBLKSIZ) - at;
  if (left < 12) return 'no room for an entry';
  const d = new DiskBytes(chunk, sb.order);
  const ino = d.u32(at);
  const reclen = d.u16(at + 4);
  const namlen = sb.oldDirectories ? d.u16(at + 6) : (chunk[at + 7] as number);
  const type = sb.oldDirectories ? DT_UNKNOWN : (chunk[at + 6] as number);
  if (reclen % 4 !== 0 || reclen > left) return `length ${reclen}`;
  if (reclen < (ino === 0 ? 12 : direntrySize(namlen))) return `length ${reclen} for a name of ${namlen}`;
  if (ino === 0) return { at, ino, reclen, type: DT_UNKNOWN, name: '' };
  if (namlen === 0 || namlen > FFS_MAXNAMLEN) return `name of ${namlen} bytes`;
  const name = latin1(chunk.subarray(at + 8, at + 8 + namlen));
  if (name.includes('/') || name.includes('\0')) return 'character in the name';
  if (chunk[at + 8 + namlen] !== 0) return 'name without end';
  return { at, ino, reclen, type, name };
}

/** The entries of a chunk, unused ones as well, up to the first that is damaged. */
export function* direntries(sb: Superblock, chunk: Uint8Array): Generator<Direntry> {
  for (let at = 0; at < UFS_DIRBLKSIZ; ) {
    const entry = direntryAt(sb, chunk, at);
    if (typeof entry === 'string') return;
    yield entry;
    at += entry.reclen;
  }
}

/** Write an entry; the bytes behind its name up to `reclen` stay. */
export function putDirentry(sb: Superblock, chunk: Uint8Array, entry: Direntry): void {
  const d = new DiskBytes(chunk, sb.order);
  const { at, name } = entry;
  d.set32(at, entry.ino);
  d.setU16(at + 4, entry.reclen);
  if (sb.oldDirectories) d.setU16(at + 6, name.length);
  else {
    chunk[at + 6] = entry.type;
    chunk[at + 7] = name.length;
  }
  chunk.fill(0, at + 8, at + direntrySize(name.length));
  for (let i = 0; i < name.length; i++) chunk[at + 8 + i] = name.charCodeAt(i);
}

/** The first chunk of an empty directory. */
export function emptyDirectory(sb: Superblock, self: number, parent: number): Uint8Array {
  const chunk = new Uint8Array(UFS_DIRBLKSIZ);
  putDirentry(sb, chunk, { at: 0, ino: self, reclen: 12, type: DT_DIR, name: '.' });
  putDirentry(sb, chunk, { at: 12, ino: parent, reclen: UFS_DIRBLKSIZ - 12, type: DT_DIR, name: '..' });
  return chunk;
}
