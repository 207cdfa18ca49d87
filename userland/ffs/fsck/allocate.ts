// SPDX-License-Identifier: BSD-2-Clause
/** Blocks, inodes and directories that the check itself needs: for a root and a lost+found. */
import type { DiskBytes } from '../byte_order.ts';
import { S_IFDIR } from '../dinode.ts';
import { DT_DIR, emptyDirectory } from '../direntry.ts';
import { cgInodes, UFS_NDADDR, UFS_ROOTINO } from '../geometry.ts';
import { pointerOf, readIndirect, setPointer } from './block_walk.ts';
import { type Checker, CONNECTED, type DirectoryInfo, FREE } from './checker.ts';
import { emptyChunk } from './directory_edit.ts';

/** So many free fragments in one block, undefined: there are none. They are in use then. */
export function allocateFrags(c: Checker, count: number): number | undefined {
  const { frag, size } = c.sb;
  for (let block = count === frag ? c.searchFrom : 0; block + frag <= size; block += frag) {
    for (let at = block; at + count <= block + frag; at++) {
      if (!c.dataRange(at, count) || !allFree(c, at, count)) continue;
      c.setUsed(at, count, true);
      if (count === frag) c.searchFrom = block;
      return at;
    }
  }
  return undefined;
}

function allFree(c: Checker, at: number, count: number): boolean {
  for (let f = at; f < at + count; f++) if (c.isUsed(f)) return false;
  return true;
}

/** A free inode, of those that are initialised if there is one; undefined: none. */
function allocateInode(c: Checker): number | undefined {
  const { sb } = c;
  for (let cg = 0; cg < sb.ncg; cg++) {
    const from = Math.max(cg * sb.ipg, UFS_ROOTINO + 1);
    const end = cg * sb.ipg + (c.initialised[cg] as number);
    for (let ino = from; ino < end; ino++) if (c.state[ino] === FREE) return ino;
  }
  const cg = c.initialised.findIndex((n) => n < sb.ipg);
  if (cg < 0) return undefined;
  const first = c.initialised[cg] as number;
  const many = Math.min(sb.inopb, sb.ipg - first);
  c.disk.write(cgInodes(sb, cg) * sb.fsize + first * sb.dinodeSize, new Uint8Array(many * sb.dinodeSize));
  c.initialised[cg] = first + many;
  return Math.max(cg * sb.ipg + first, UFS_ROOTINO + 1);
}

/**
 * An empty directory that nothing names yet: the caller enters it in its parent and counts the link. With `ino` that one,
 * which must be free.
 *
 * @returns its inode, undefined: no room
 */
export function allocateDirectory(c: Checker, parent: number, mode: number, ino?: number): number | undefined {
  const { sb } = c;
  const made = ino ?? allocateInode(c);
  if (made === undefined) return undefined;
  const frag = allocateFrags(c, 1);
  if (frag === undefined) return undefined;
  const block = new Uint8Array(sb.fsize);
  for (let at = 0; at < sb.fsize; at += 512) emptyChunk(c, block.subarray(at, at + 512));
  block.set(emptyDirectory(sb, made, parent || made));
  c.disk.write(frag * sb.fsize, block);
  const di = c.inode(made);
  const { gen } = di;
  di.bytes.fill(0);
  di.gen = gen;
  di.mode = S_IFDIR | mode;
  di.nlink = 2;
  di.size = sb.fsize;
  di.blocks = sb.fsize / 512;
  di.atime = di.mtime = di.ctime = c.options.now;
  di.setDb(0, frag);
  c.writeInode(made, di);
  c.state[made] = CONNECTED;
  c.type[made] = DT_DIR;
  c.links[made] = 0;
  c.directories.set(made, { ino: made, size: sb.fsize, parent: parent || made, dotdot: parent || made });
  return made;
}

/** A directory gets one more block of empty chunks. @returns false: no room, nothing changed */
export function growDirectory(c: Checker, info: DirectoryInfo): boolean {
  const { sb } = c;
  const di = c.inode(info.ino);
  const lbn = Math.ceil(di.size / sb.bsize);
  const partial = di.size % sb.bsize !== 0;
  const at = partial ? lbn - 1 : lbn;
  const indirect = at >= UFS_NDADDR;
  if (at - UFS_NDADDR >= sb.nindir || (partial && indirect)) return false;
  const frag = allocateFrags(c, sb.frag);
  if (frag === undefined) return false;
  const block = new Uint8Array(sb.bsize);
  for (let i = 0; i < sb.bsize; i += 512) emptyChunk(c, block.subarray(i, i + 512));
  if (partial) {
    const old = di.db(at);
    const count = Math.ceil((di.size % sb.bsize) / sb.fsize);
    block.set(c.disk.read(old * sb.fsize, di.size % sb.bsize));
    c.setUsed(old, count, false);
    c.entered = undefined;
    di.blocks -= count * (sb.fsize / 512);
  }
  if (indirect && !setIndirect(c, di, at - UFS_NDADDR, frag)) {
    c.setUsed(frag, sb.frag, false);
    return false;
  }
  if (!indirect) di.setDb(at, frag);
  c.disk.write(frag * sb.fsize, block);
  di.blocks += sb.bsize / 512;
  di.size = (at + 1) * sb.bsize;
  info.size = di.size;
  c.writeInode(info.ino, di);
  return true;
}

function setIndirect(c: Checker, di: ReturnType<Checker['inode']>, i: number, frag: number): boolean {
  const { sb } = c;
  let at = di.ib(0);
  if (at === 0) {
    const made = allocateFrags(c, sb.frag);
    if (made === undefined) return false;
    at = made;
    c.disk.write(at * sb.fsize, new Uint8Array(sb.bsize));
    di.setIb(0, at);
    di.blocks += sb.bsize / 512;
  }
  const block: DiskBytes = readIndirect(c, at);
  if (pointerOf(sb, block, i) !== 0) return false;
  setPointer(sb, block, i, frag);
  c.disk.write(at * sb.fsize, block.bytes);
  return true;
}
