// SPDX-License-Identifier: BSD-2-Clause
import { type Dinode, dinode, formatOf, IFDIR, IFLNK, IFREG, setSize, sizeOf } from '../dinode.ts';
import type { Run } from '../extent_node.ts';
import { E2FS_BG_INODE_UNINIT } from '../group_table.ts';
import {
  E2FS_REV0,
  E2FS_REV1,
  EXT2F_ROCOMPAT_GDT_CSUM,
  EXT2F_ROCOMPAT_LARGEFILE,
  hasRocompat,
  type Superblock,
} from '../superblock.ts';
import { checkAttributeCounts, claimAttributes } from './attributes.ts';
import { blockCount, setBlockCount } from './block_count.ts';
import { type Claims, collectClaims, extentOf } from './claims.ts';
import { type Ext2Check, UNUSED } from './ext2_check.ts';
import { checkForm, isTextLink } from './inode_form.ts';
import { SpecialInodes } from './special_inodes.ts';

const CHUNK = 65536;
/** A file with more bad blocks than this, and no good one, is not worth keeping. */
const MAXBAD = 10;

/** Phase 1: every inode by itself, and who owns which block. */
export function pass1(check: Ext2Check, progress: (done: number, total: number) => void): void {
  check.dialog.heading('Phase 1 - Check Blocks and Sizes');
  const special = new SpecialInodes(check);
  const { groups, ipg, inodeSize, firstIno } = check.volume.geometry;
  for (let group = 0; group < groups; group++) {
    progress(group, groups);
    const looked = inodesInUse(check, group);
    const first = group * ipg + 1;
    check.state.fill(UNUSED, first + looked, first + ipg);
    const start = check.volume.inodeAt(first);
    for (let at = 0; at < looked * inodeSize; at += CHUNK) {
      const bytes = check.volume.disk.read(start + at, Math.min(CHUNK, looked * inodeSize - at));
      for (let k = 0; k < bytes.length; k += inodeSize) {
        const ino = first + (at + k) / inodeSize;
        const di = dinode(bytes.subarray(k, k + inodeSize));
        if (ino < firstIno && special.check(ino, di)) continue;
        new InodeCheck(check, ino, di).run();
      }
    }
  }
  checkAttributeCounts(check);
}

/** Inodes at the start of the group's table that may be in use. */
function inodesInUse(check: Ext2Check, group: number): number {
  const { ipg } = check.volume.geometry;
  const gd = check.volume.groups.get(group);
  const trusted =
    hasRocompat(check.sb, EXT2F_ROCOMPAT_GDT_CSUM) &&
    !check.distrusted.has(group) &&
    check.volume.groups.checksumOk(group);
  if (!trusted) return ipg;
  return (gd.flags & E2FS_BG_INODE_UNINIT) !== 0 ? 0 : Math.max(ipg - gd.itableUnused, 0);
}

/** One inode of a file, directory, link or device. */
export class InodeCheck {
  private dirty = false;

  constructor(
    private readonly check: Ext2Check,
    private readonly ino: number,
    private readonly di: Dinode,
  ) {}

  run(): void {
    const { check, ino, di } = this;
    if (di.nlink === 0 && (di.mode === 0 || di.dtime !== 0)) {
      this.checkFree();
      return;
    }
    const form = checkForm(check, di);
    if (form.hopeless !== undefined) {
      this.clear(form.hopeless);
      return;
    }
    if (form.faults.length > 0) {
      for (const fault of form.faults) check.dialog.note(`${fault} I=${ino}`);
      this.fix(check.dialog.decide(`BAD INODE I=${ino}`, 'FIX'));
    }
    if (!this.checkBlocks()) return;
    if (this.dirty) check.volume.writeInode(ino, di);
    check.files++;
    check.setInode(ino, di);
    if (this.dirty || di.faclLow !== 0) claimAttributes(check, ino, di);
  }

  /** An inode of the list of orphans has its successor where the time of deletion belongs. */
  private checkFree(): void {
    const { check, ino, di } = this;
    if (di.dtime === 0 || di.dtime > check.volume.geometry.icount) return;
    if (!check.dialog.repair(`ORPHANED INODE I=${ino}`, 'CLEAR', 'CLEARED')) return;
    di.dtime = check.options.now;
    check.volume.writeInode(ino, di);
  }

  private clear(why: string): void {
    const { check, ino, di } = this;
    if (check.dialog.decide(`${why}${check.describe(ino, di)}`, 'CLEAR')) check.clearInode(ino);
  }

  private fix(answer: boolean): void {
    if (answer) this.dirty = true;
  }

  /** False: the inode is not in use any more. */
  private checkBlocks(): boolean {
    const { check, ino, di } = this;
    const format = formatOf(di);
    if (format !== IFREG && format !== IFDIR && (format !== IFLNK || isTextLink(di))) {
      this.checkCount(0);
      return true;
    }
    const claims = collectClaims(check, ino, di);
    if (!this.acceptClaims(claims)) return false;
    const { blocks, end, written } = extentOf(claims.runs);
    if (format === IFDIR && !this.checkDirectoryMap(claims.runs, blocks, end)) return false;
    if (format === IFLNK && !this.checkLink(claims.runs)) return false;
    if (format === IFREG) this.checkSize(end, written);
    if (!this.claim(claims)) return false;
    this.checkCount(blocks + claims.nodes.length);
    return true;
  }

  /** Faults of the map are mended by writing it anew after this phase. */
  private acceptClaims(claims: Claims): boolean {
    const { check, ino, di } = this;
    if (claims.cut) check.rewrite.set(ino, new Set());
    if (claims.reports.length === 0) return true;
    for (const report of claims.reports) check.dialog.note(report);
    if (claims.bad > MAXBAD && claims.runs.length === 0) {
      this.clear('EXCESSIVE BAD BLKS');
      return false;
    }
    const what = claims.bad > 0 ? `${claims.bad} BAD BLOCKS` : 'BAD BLOCK MAP';
    if (check.dialog.decide(`${what}${check.describe(ino, di)}`, 'CLEAR BLOCKS')) check.rewrite.set(ino, new Set());
    return true;
  }

  /** A directory has all its blocks, in order. */
  private checkDirectoryMap(runs: readonly Run[], blocks: number, end: number): boolean {
    const { check, ino, di } = this;
    if (blocks === 0) {
      this.clear('ZERO LENGTH DIRECTORY');
      return false;
    }
    const { bsize } = check.volume;
    const holes = end !== blocks || runs.some((run) => run.unwritten);
    if (holes && !check.rewrite.has(ino)) {
      if (check.dialog.decide(`HOLES IN DIRECTORY${check.describe(ino, di)}`, 'CLOSE'))
        check.rewrite.set(ino, new Set());
    }
    const size = (check.rewrite.has(ino) ? blocks : end) * bsize;
    if (sizeOf(di) === size) return true;
    if (holes && check.rewrite.has(ino)) this.dirty = true;
    else this.fix(check.dialog.decide(`DIRECTORY SIZE SHOULD BE ${size}${check.describe(ino, di)}`, 'ADJUST'));
    setSize(di, size);
    return true;
  }

  private checkLink(runs: readonly Run[]): boolean {
    const { check, di } = this;
    const run = runs[0];
    const text = run?.logical === 0 && run.length === 1 ? check.volume.readBlock(run.start) : new Uint8Array(1);
    if (runs.length === 1 && text.indexOf(0) === sizeOf(di)) return true;
    this.clear('BAD SYMLINK TEXT');
    return false;
  }

  private checkSize(end: number, written: number): void {
    const { check, ino, di } = this;
    const { bsize, sb } = check.volume;
    const size = sizeOf(di);
    const short = size < (written - 1) * bsize;
    if (short || size > maxFileSize(check, di)) {
      const right = short ? written * bsize : end * bsize;
      this.fix(check.dialog.decide(`FILE SIZE SHOULD BE ${right}${check.describe(ino, di)}`, 'ADJUST'));
      setSize(di, right);
    }
    if (sizeOf(di) < 0x80000000 || hasRocompat(sb, EXT2F_ROCOMPAT_LARGEFILE)) return;
    if (check.dialog.decide('LARGE FILES WITHOUT THE FEATURE', 'SET FEATURE')) setLargeFile(sb);
  }

  /** Blocks that others have already are shared; the later gets copies. False: too many, and the inode is gone. */
  private claim(claims: Claims): boolean {
    const { check, ino } = this;
    const { used, shared, dialog } = check;
    const duplicates = new Set<number>();
    for (const run of claims.runs) {
      const end = run.start + run.length;
      for (let at = used.next(run.start, end); at < end; at = used.next(at + 1, end)) {
        if (--check.cloneable < 0) {
          this.clear('EXCESSIVE DUP BLKS');
          return false;
        }
        duplicates.add(run.logical + at - run.start);
        shared.add(at);
      }
    }
    for (const run of claims.runs) this.claimRun(run, duplicates);
    const nodes = claims.nodes.filter((block) => used.has(block));
    for (const block of nodes) shared.add(block);
    for (const block of claims.nodes) used.set(block);
    const count = nodes.length + duplicates.size;
    if (count === 0) return true;
    for (const block of nodes) dialog.note(`${block} DUP I=${ino}`);
    if (dialog.decide(`${count} DUP BLOCKS${check.describe(ino, this.di)}`, 'CLONE'))
      check.rewrite.set(ino, duplicates);
    return true;
  }

  /** Take a run, in which no block may have been met earlier in this file either. */
  private claimRun(run: Run, duplicates: Set<number>): void {
    const { used, shared } = this.check;
    const end = run.start + run.length;
    for (let at = used.next(run.start, end); at < end; at = used.next(at + 1, end)) {
      duplicates.add(run.logical + at - run.start);
      shared.add(at);
    }
    used.setRange(run.start, end);
  }

  private checkCount(blocks: number): void {
    const { check, ino, di } = this;
    const count = blocks + (di.faclLow === 0 ? 0 : 1);
    const found = blockCount(check.volume, di);
    const right = (count * check.volume.bsize) / 512;
    if (found === right) return;
    this.fix(
      check.dialog.repair(`INCORRECT BLOCK COUNT I=${ino} (${found} should be ${right})`, 'CORRECT', 'CORRECTED'),
    );
    setBlockCount(check.volume, di, right);
  }
}

/** Bytes the block map of an inode can reach. */
function maxFileSize(check: Ext2Check, di: Dinode): number {
  const { nindir, bsize } = check.volume.geometry;
  const blocks = (di.flags & 0x80000) !== 0 ? 0xffffffff : 12 + nindir + nindir ** 2 + nindir ** 3;
  return Math.min(blocks, 0xffffffff) * bsize;
}

/** The feature is one of revision 1, which says of itself what revision 0 takes for granted. */
function setLargeFile(sb: Superblock): void {
  sb.rocompat |= EXT2F_ROCOMPAT_LARGEFILE;
  if (sb.rev !== E2FS_REV0) return;
  sb.rev = E2FS_REV1;
  sb.firstIno = 11;
  sb.inodeSize = 128;
}
