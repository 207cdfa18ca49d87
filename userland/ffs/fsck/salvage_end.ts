// SPDX-License-Identifier: BSD-2-Clause
import { DiskBytes } from '../byte_order.ts';
import type { Dinode } from '../dinode.ts';
import { blockSize, indirectSpan, indirectStart, UFS_NDADDR, UFS_NIADDR, UFS_NXADDR } from '../geometry.ts';
import { fileBlocks, hasBlocks, pointerOf, readIndirect, setPointer } from './block_walk.ts';
import type { Checker } from './checker.ts';

/** Forget every pointer behind the end of a file, and of its attributes. The inode itself is the caller's to write. */
export function salvageEnd(c: Checker, di: Dinode): void {
  const { sb } = c;
  if (hasBlocks(sb, di)) cutData(c, di, fileBlocks(sb, di));
  if (!sb.ufs2) return;
  const raw = new DiskBytes(di.bytes, sb.order);
  for (let i = 0; i < UFS_NXADDR; i++) if (blockSize(sb, di.extsize, i) === 0) raw.set64(96 + 8 * i, 0);
}

function cutData(c: Checker, di: Dinode, blocks: number): void {
  for (let i = 0; i < UFS_NDADDR; i++) if (i >= blocks) di.setDb(i, 0);
  for (let i = 0; i < UFS_NIADDR; i++) {
    const start = indirectStart(c.sb, i);
    if (start >= blocks) di.setIb(i, 0);
    else if (di.ib(i) !== 0 && start + indirectSpan(c.sb, i + 1) > blocks)
      cutIndirect(c, di.ib(i), i + 1, start, blocks);
  }
}

/** Only along the edge: what lies wholly before the end stays unread. */
function cutIndirect(c: Checker, frag: number, level: number, lbn: number, blocks: number): void {
  const { sb } = c;
  if (!c.dataRange(frag, sb.frag)) return;
  const block = readIndirect(c, frag);
  const span = indirectSpan(sb, level - 1);
  let changed = false;
  for (let i = 0; i < sb.nindir; i++) {
    const child = pointerOf(sb, block, i);
    const at = lbn + i * span;
    if (child === 0 || at + span <= blocks) continue;
    if (at >= blocks) {
      setPointer(sb, block, i, 0);
      changed = true;
    } else if (level > 1) cutIndirect(c, child, level - 1, at, blocks);
  }
  if (changed) c.disk.write(frag * sb.fsize, block.bytes);
}
