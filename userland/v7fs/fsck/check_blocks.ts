// SPDX-License-Identifier: BSD-2-Clause
/** Phase 1: what each inode says of itself, and which block is whose. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import * as V7 from '../v7fs_format.ts';
import { DIR_MAX, V7Volume } from './v7_volume.ts';

const TYPES = [V7.IFREG, V7.IFDIR, V7.IFLNK, V7.IFCHR, V7.IFBLK, V7.IFIFO, V7.IFSOCK, 0o030000, 0o070000];

/** So many bad addresses in an indirect block are no accident. */
const MAX_BAD = 10;

export function checkBlocks(
  volume: V7Volume,
  dialog: FsckDialog,
  progress: (done: number, total: number) => void,
): void {
  for (let ino = 1; ino <= volume.inodeCount; ino++) {
    progress(ino, volume.inodeCount);
    const di = volume.inode(ino);
    if (di.mode === 0) continue;
    if (!TYPES.includes(di.mode & V7.IFMT)) {
      if (dialog.decide(`UNKNOWN FILE TYPE I=${ino} (mode ${di.mode.toString(8)})`, 'CLEAR')) volume.clearInode(ino);
      continue;
    }
    if (!V7Volume.hasBlocks(di)) continue;
    const size = checkSize(dialog, ino, di, volume.sb);
    const walk = new BlockWalk(volume, dialog, ino, Math.ceil(size / V7.BLOCK));
    const addr = walk.inode(di.addr);
    if (size !== di.size || walk.changed) volume.writeInode(ino, { ...di, size, addr });
  }
}

function checkSize(dialog: FsckDialog, ino: number, di: V7.Inode, sb: V7.Superblock): number {
  const directory = (di.mode & V7.IFMT) === V7.IFDIR;
  const max = directory ? Math.min(DIR_MAX, sb.fsize * V7.BLOCK) : V7.MAX_FILE;
  if (di.size > max) return dialog.decide(`SIZE ${di.size} IMPOSSIBLE I=${ino}`, 'TRUNCATE') ? max : di.size;
  const odd = directory ? di.size % V7.ENTRY_BYTES : 0;
  if (odd === 0) return di.size;
  return dialog.repair(`DIRECTORY MISALIGNED I=${ino} SIZE=${di.size}`, 'ADJUST', 'ADJUSTED') ? di.size - odd : di.size;
}

/** The tree of a file's blocks. What can be no block of it loses its address and reads as zeros from then on. */
class BlockWalk {
  changed = false;

  constructor(
    private readonly volume: V7Volume,
    private readonly dialog: FsckDialog,
    private readonly ino: number,
    /** Blocks that the length asks for. */
    private readonly blocks: number,
  ) {}

  inode(addr: readonly number[]): number[] {
    let first = 0;
    let span = 1;
    return addr.map((block, i) => {
      if (i >= V7.DIRECT) span *= V7.PER_INDIRECT;
      const kept = this.visit(block, Math.max(i - V7.DIRECT + 1, 0), first, span);
      first += span;
      return kept;
    });
  }

  /** @param span  blocks of the file below this address @returns what the address should be */
  private visit(block: number, level: number, first: number, span: number): number {
    if (block === 0) return 0;
    const kept = this.claim(block, first);
    if (kept === 'cleared') {
      this.changed = true;
      return 0;
    }
    if (kept === 'claimed' && level > 0) this.descend(block, level, first, span / V7.PER_INDIRECT);
    return block;
  }

  private claim(block: number, first: number): 'cleared' | 'left' | 'claimed' {
    const { volume, dialog, ino } = this;
    const answer = (yes: boolean) => (yes ? 'cleared' : 'left');
    if (!V7.isData(volume.sb, block)) return answer(dialog.decide(`${block} BAD I=${ino}`, 'CLEAR ADDRESS'));
    if (volume.used[block] !== 0) return answer(dialog.decide(`${block} DUP I=${ino}`, 'CLEAR ADDRESS'));
    if (first >= this.blocks && dialog.repair(`${block} BEHIND END OF FILE I=${ino}`, 'FREE', 'FREED'))
      return 'cleared';
    volume.used[block] = 1;
    return 'claimed';
  }

  /** A block that never was one of addresses is not asked about address by address. */
  private isGarbage(table: Uint8Array): boolean {
    let bad = 0;
    for (let i = 0; i < V7.PER_INDIRECT; i++) {
      const child = V7.get32(this.volume.order, table, 4 * i);
      if (child !== 0 && !V7.isData(this.volume.sb, child)) bad++;
    }
    return bad > MAX_BAD;
  }

  private descend(block: number, level: number, first: number, span: number): void {
    const { volume } = this;
    const table = volume.readBlock(block);
    if (this.isGarbage(table)) {
      const message = `EXCESSIVE BAD BLKS IN INDIRECT BLOCK ${block} I=${this.ino}`;
      if (this.dialog.decide(message, 'CLEAR')) volume.writeBlock(block, new Uint8Array(V7.BLOCK));
      return;
    }
    let changed = false;
    for (let i = 0; i < V7.PER_INDIRECT; i++) {
      const child = V7.get32(volume.order, table, 4 * i);
      const kept = this.visit(child, level - 1, first + i * span, span);
      if (kept === child) continue;
      V7.put32(volume.order, table, 4 * i, kept);
      changed = true;
    }
    if (changed) volume.writeBlock(block, table);
  }
}
