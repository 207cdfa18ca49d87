// SPDX-License-Identifier: BSD-2-Clause
import {
  blockPointer,
  type Dinode,
  dinode,
  EXT2_BADBLOCKSINO,
  EXT2_RESIZEINO,
  EXT2_ROOTINO,
  EXT2FS_NDADDR,
  formatOf,
  hasExtents,
  IFREG,
} from '../dinode.ts';
import { isResizeInode, resizeBlockCount, resizeBlocks, setResizeInode, wordsToBlock } from '../resize_inode.ts';
import { EXT2F_COMPAT_HASJOURNAL, EXT2F_COMPAT_RESIZE, hasCompat } from '../superblock.ts';
import { blockCount } from './block_count.ts';
import { type Claims, collectClaims } from './claims.ts';
import { type Ext2Check, FILE, NoSpace } from './ext2_check.ts';
import { dropJournal, journalFault } from './journal.ts';

/** The inodes 1 to 10, which no directory names. */
export class SpecialInodes {
  constructor(private readonly state: Ext2Check) {}

  /** True when the inode has been dealt with; the root directory is left to the usual check. */
  check(ino: number, di: Dinode): boolean {
    if (ino === EXT2_ROOTINO) return false;
    if (ino === EXT2_BADBLOCKSINO) return this.badBlocks(di);
    if (ino === EXT2_RESIZEINO && hasCompat(this.state.sb, EXT2F_COMPAT_RESIZE)) return this.resize(di);
    if (ino === this.state.sb.journalIno && hasCompat(this.state.sb, EXT2F_COMPAT_HASJOURNAL))
      return this.journal(ino, di);
    return this.unused(ino, di);
  }

  private unused(ino: number, di: Dinode): boolean {
    if (di.mode === 0 && di.nlink === 0) return true;
    if (this.state.dialog.decide(`RESERVED INODE IN USE${this.state.describe(ino, di)}`, 'CLEAR'))
      this.state.clearInode(ino);
    return true;
  }

  /** Its blocks are bad on the medium; nothing else is known of it. */
  private badBlocks(di: Dinode): boolean {
    const check = this.state;
    const like =
      di.mode !== 0 || di.nlink !== 0 || di.uidLow !== 0 || di.gidLow !== 0 || di.faclLow !== 0 || hasExtents(di);
    const empty = Array.from({ length: 15 }, (_, i) => blockPointer(di, i)).every((block) => block === 0);
    if (empty && !like) return true;
    const claims = collectClaims(check, EXT2_BADBLOCKSINO, di);
    const wrong = like || claims.reports.length > 0 || this.isTaken(claims);
    if (wrong && check.dialog.decide(`BAD LIST OF BAD BLOCKS${check.describe(EXT2_BADBLOCKSINO, di)}`, 'CLEAR')) {
      check.clearInode(EXT2_BADBLOCKSINO);
      return true;
    }
    for (const block of claims.nodes) check.used.set(block);
    for (const run of claims.runs) check.used.setRange(run.start, run.start + run.length);
    check.state[EXT2_BADBLOCKSINO] = FILE;
    return true;
  }

  private journal(ino: number, di: Dinode): boolean {
    const check = this.state;
    const claims = formatOf(di) === IFREG && di.nlink > 0 ? collectClaims(check, ino, di) : undefined;
    const taken = claims === undefined || this.isTaken(claims);
    const fault = taken ? 'BAD JOURNAL INODE' : journalFault(check.volume, di, claims);
    if (fault !== undefined) {
      if (check.dialog.decide(`${fault}${check.describe(ino, di)}`, 'DROP JOURNAL')) dropJournal(check, ino);
      return true;
    }
    if (claims === undefined) return true;
    for (const block of claims.nodes) check.used.set(block);
    for (const run of claims.runs) check.used.setRange(run.start, run.start + run.length);
    check.state[ino] = FILE;
    return true;
  }

  /** Is a block somebody else's already, or claimed twice here? */
  private isTaken({ runs, nodes }: Claims): boolean {
    const { used } = this.state;
    const spans = runs.map(({ start, length }) => ({ from: start, to: start + length }));
    for (const block of nodes) spans.push({ from: block, to: block + 1 });
    spans.sort((a, b) => a.from - b.from);
    let end = 0;
    return spans.some(({ from, to }) => {
      const twice = from < end;
      end = to;
      return twice || used.next(from, to) < to;
    });
  }

  private resize(di: Dinode): boolean {
    const check = this.state;
    check.state[EXT2_RESIZEINO] = FILE;
    const double = blockPointer(di, EXT2FS_NDADDR + 1);
    if (this.resizeOk(di, double)) {
      check.used.set(double);
      return true;
    }
    check.remakeResize = check.dialog.decide(`BAD RESIZE INODE${check.describe(EXT2_RESIZEINO, di)}`, 'RECREATE');
    return true;
  }

  private resizeOk(di: Dinode, double: number): boolean {
    const check = this.state;
    const { volume } = check;
    if (!isResizeInode(di, volume.geometry) || !check.mayOwn(double) || check.used.has(double)) return false;
    const blocks = resizeBlocks(volume.geometry);
    const same = (block: number, words: Uint32Array): boolean => {
      const data = volume.readBlock(block);
      return wordsToBlock(words).every((byte, i) => byte === data[i]);
    };
    if (blockCount(volume, di) !== (resizeBlockCount(blocks) * volume.bsize) / 512) return false;
    return same(double, blocks.double) && blocks.indirect.every(([block, words]) => same(block, words));
  }
}

/** Make inode 7 anew; after phase 1, when a free block can be had. Without one the inode stays empty and nothing is kept. */
export function remakeResizeInode(check: Ext2Check): void {
  const { volume } = check;
  const di = dinode(new Uint8Array(volume.geometry.inodeSize));
  try {
    const double = check.allocateBlock();
    const blocks = resizeBlocks(volume.geometry);
    volume.writeBlocks(double, wordsToBlock(blocks.double));
    for (const [block, words] of blocks.indirect) volume.writeBlocks(block, wordsToBlock(words));
    setResizeInode(di, volume.geometry, double, check.options.now);
  } catch (error) {
    if (!(error instanceof NoSpace)) throw error;
    check.dialog.serious('NO SPACE FOR THE RESIZE INODE');
  }
  volume.writeInode(EXT2_RESIZEINO, di);
}
