// SPDX-License-Identifier: BSD-2-Clause
/** Changing directories: entries put in and taken out, sizes made right. */
import { DiskBytes } from '../byte_order.ts';
import {
  type Direntry,
  DT_DIR,
  DT_UNKNOWN,
  direntries,
  direntrySize,
  putDirentry,
  UFS_DIRBLKSIZ,
} from '../direntry.ts';
import { walkBlocks } from './block_walk.ts';
import type { Checker, DirectoryInfo, Entered } from './checker.ts';
import { eachChunk, findEntry } from './directory_read.ts';
import { salvageEnd } from './salvage_end.ts';

export interface NewEntry {
  readonly name: string;
  readonly ino: number;
  readonly type: number;
}

/** The name is gone, its place stays. */
export function clearEntry(c: Checker, chunk: Uint8Array, entry: Direntry): void {
  new DiskBytes(chunk, c.sb.order).set32(entry.at, 0);
}

/** What follows the last good entry of a chunk becomes room behind it; without one the whole chunk is empty. */
export function cutChunk(c: Checker, chunk: Uint8Array, last: Direntry | undefined): void {
  if (last === undefined) emptyChunk(c, chunk);
  else new DiskBytes(chunk, c.sb.order).setU16(last.at + 4, UFS_DIRBLKSIZ - last.at);
}

export function emptyChunk(c: Checker, chunk: Uint8Array): void {
  chunk.fill(0);
  new DiskBytes(chunk, c.sb.order).setU16(4, UFS_DIRBLKSIZ);
}

/**
 * "." and ".." at the beginning of a first chunk, the other entries behind them. Those that find no room are lost from this
 * directory: their files will be found without a name.
 */
export function rebuildFirstChunk(c: Checker, self: number, parent: number, chunk: Uint8Array): void {
  const others = [...direntries(c.sb, chunk)].filter((e) => e.ino !== 0 && e.name !== '.' && e.name !== '..');
  const entries: NewEntry[] = [
    { name: '.', ino: self, type: DT_DIR },
    { name: '..', ino: parent, type: DT_DIR },
    ...others,
  ];
  chunk.fill(0);
  let at = 0;
  let last = 0;
  for (const entry of entries) {
    const size = direntrySize(entry.name.length);
    if (at + size > UFS_DIRBLKSIZ) continue;
    put(c, chunk, at, size, entry);
    last = at;
    at += size;
  }
  new DiskBytes(chunk, c.sb.order).setU16(last + 4, UFS_DIRBLKSIZ - last);
}

function put(c: Checker, chunk: Uint8Array, at: number, reclen: number, entry: NewEntry): void {
  const type = c.sb.oldDirectories ? DT_UNKNOWN : entry.type;
  putDirentry(c.sb, chunk, { at, reclen, ino: entry.ino, type, name: entry.name });
}

/** Write where ".." leads; the directory has one, or gets it. */
export function setDotdot(c: Checker, info: DirectoryInfo, parent: number): void {
  eachChunk(c, info.ino, (chunk) => {
    const second = [...direntries(c.sb, chunk.bytes)][1];
    if (second?.name === '..') new DiskBytes(chunk.bytes, c.sb.order).set32(second.at, parent);
    else rebuildFirstChunk(c, info.ino, parent, chunk.bytes);
    c.disk.write(chunk.diskOffset, chunk.bytes);
    return false;
  });
  info.dotdot = parent;
}

/** The name of an inode in a directory, other than "." and "..". */
export function removeName(c: Checker, directory: number, ino: number): void {
  const found = findEntry(c, directory, (e) => e.ino === ino && e.name !== '.' && e.name !== '..');
  if (found === undefined) return;
  clearEntry(c, found.chunk.bytes, found.entry);
  c.disk.write(found.chunk.diskOffset, found.chunk.bytes);
}

/** Another size; blocks behind it are free then. */
export function resizeDirectory(c: Checker, info: DirectoryInfo, size: number): void {
  const di = c.inode(info.ino);
  walkBlocks(c, di, (frag, count) => {
    if (!c.dataRange(frag, count)) return 'skip';
    c.setUsed(frag, count, false);
    return 'on';
  });
  di.size = size;
  info.size = size;
  salvageEnd(c, di);
  let frags = 0;
  walkBlocks(c, di, (frag, count) => {
    if (!c.dataRange(frag, count)) return 'skip';
    c.setUsed(frag, count, true);
    frags += count;
    return 'on';
  });
  di.blocks = frags * (c.sb.fsize / 512);
  c.writeInode(info.ino, di);
}

/** Put an entry where there is room for it, not before the place where the last one went. @returns false: nowhere */
export function enterName(c: Checker, directory: number, entry: NewEntry): boolean {
  const enterAt = (at: Entered, bytes: Uint8Array): boolean => {
    if (!enterIntoChunk(c, bytes, direntrySize(entry.name.length), entry)) return false;
    c.disk.write(at.diskOffset, bytes);
    c.entered = at;
    return true;
  };
  const last = c.entered?.directory === directory ? c.entered : undefined;
  if (last !== undefined && enterAt(last, c.disk.read(last.diskOffset, UFS_DIRBLKSIZ))) return true;
  let done = false;
  eachChunk(c, directory, ({ bytes, offset, diskOffset }) => {
    if (last !== undefined && offset <= last.offset) return true;
    done = enterAt({ directory, offset, diskOffset }, bytes);
    return !done;
  });
  return done;
}

function enterIntoChunk(c: Checker, chunk: Uint8Array, need: number, entry: NewEntry): boolean {
  for (const e of direntries(c.sb, chunk)) {
    const used = e.ino === 0 ? 0 : direntrySize(e.name.length);
    if (e.reclen - used < need) continue;
    if (used > 0) new DiskBytes(chunk, c.sb.order).setU16(e.at + 4, used);
    put(c, chunk, e.at + used, e.reclen - used, entry);
    return true;
  }
  return false;
}
