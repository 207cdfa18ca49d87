// SPDX-License-Identifier: BSD-2-Clause
/** The blocks of a file, in their order, through all levels of indirection. */
import type { Disk } from '../../disk/raw_device.ts';
import { DiskBytes, howmany } from '../byte_order.ts';
import { type Dinode, isShortlink, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../dinode.ts';
import { blockSize, indirectSpan, indirectStart, UFS_NDADDR, UFS_NIADDR, UFS_NXADDR } from '../geometry.ts';
import type { Superblock } from '../superblock.ts';

/** A disk with a file system on it. */
export interface Volume {
  readonly disk: Disk;
  readonly sb: Superblock;
}

/** Go on; do not look into this indirect block; leave this file. */
export type Visit = 'on' | 'skip' | 'stop';

/**
 * @param frag   first fragment, never 0
 * @param count  fragments that the file has there; a whole block behind the end of the file
 * @param lbn    logical block; of an indirect block the first that it maps; negative: extended attributes
 * @param level  0 data, 1..3 an indirect block of that level
 */
export type BlockVisitor = (frag: number, count: number, lbn: number, level: number) => Visit;

/** Does the area of pointers hold pointers? */
export function hasBlocks(sb: Superblock, di: Dinode): boolean {
  const kind = di.mode & S_IFMT;
  return kind === S_IFREG || kind === S_IFDIR || (kind === S_IFLNK && !isShortlink(sb, di));
}

export function fileBlocks(sb: Superblock, di: Dinode): number {
  return howmany(di.size, sb.bsize);
}

/** Pointers of one indirect block. */
export function readIndirect(c: Volume, frag: number): DiskBytes {
  return new DiskBytes(c.disk.read(frag * c.sb.fsize, c.sb.bsize), c.sb.order);
}

export function pointerOf(sb: Superblock, block: DiskBytes, i: number): number {
  return sb.ufs2 ? block.s64(8 * i) : block.s32(4 * i);
}

export function setPointer(sb: Superblock, block: DiskBytes, i: number, frag: number): void {
  if (sb.ufs2) block.set64(8 * i, frag);
  else block.set32(4 * i, frag);
}

/** Every block; the visitor says 'skip' for an indirect block that cannot be read. */
export function walkBlocks(c: Volume, di: Dinode, visit: BlockVisitor): void {
  if (hasBlocks(c.sb, di) && !walkData(c, di, visit)) return;
  walkAttributes(c.sb, di, visit);
}

function walkData(c: Volume, di: Dinode, visit: BlockVisitor): boolean {
  const { sb } = c;
  const { size } = di;
  for (let i = 0; i < UFS_NDADDR; i++) {
    const frag = di.db(i);
    if (frag === 0) continue;
    const count = (blockSize(sb, size, i) || sb.bsize) / sb.fsize;
    if (visit(frag, count, i, 0) === 'stop') return false;
  }
  for (let i = 0; i < UFS_NIADDR; i++) {
    const frag = di.ib(i);
    if (frag !== 0 && !walkIndirect(c, frag, i + 1, indirectStart(sb, i), visit)) return false;
  }
  return true;
}

function walkIndirect(c: Volume, frag: number, level: number, lbn: number, visit: BlockVisitor): boolean {
  const { sb } = c;
  const answer = visit(frag, sb.frag, lbn, level);
  if (answer !== 'on') return answer === 'skip';
  const block = readIndirect(c, frag);
  const span = indirectSpan(sb, level - 1);
  for (let i = 0; i < sb.nindir; i++) {
    const child = pointerOf(sb, block, i);
    if (child === 0) continue;
    const at = lbn + i * span;
    if (level > 1) {
      if (!walkIndirect(c, child, level - 1, at, visit)) return false;
    } else if (visit(child, sb.frag, at, 0) === 'stop') return false;
  }
  return true;
}

function walkAttributes(sb: Superblock, di: Dinode, visit: BlockVisitor): void {
  if (!sb.ufs2) return;
  for (let i = 0; i < UFS_NXADDR; i++) {
    const frag = di.extb(i);
    if (frag === 0) continue;
    const count = (blockSize(sb, di.extsize, i) || sb.bsize) / sb.fsize;
    if (visit(frag, count, -1 - i, 0) === 'stop') return;
  }
}
