// SPDX-License-Identifier: BSD-2-Clause
/** Phase 1: every inode by itself, and who has which block. */
import { CylinderGroup } from '../cylinder_group.ts';
import {
  type Dinode,
  dinodeAt,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  SF_LOG,
} from '../dinode.ts';
import { modeToType } from '../direntry.ts';
import { cgData, cgHeader, cgInodes, cgSuper, maxFileSize, UFS_NXADDR, UFS_ROOTINO } from '../geometry.ts';
import { BAD_DIRECTORY, BAD_FILE, type Checker, DIRECTORY, FILE, FREE } from './checker.ts';
import { claimBlocks } from './claim_blocks.ts';
import { salvageEnd } from './salvage_end.ts';

const TYPES: ReadonlySet<number> = new Set([S_IFIFO, S_IFCHR, S_IFDIR, S_IFBLK, S_IFREG, S_IFLNK, S_IFSOCK]);
const MAX_DIRECTORY = 0x7fffffff;

export function pass1(c: Checker): void {
  markReserved(c);
  for (let cg = 0; cg < c.sb.ncg; cg++) {
    c.options.progress?.(cg, c.sb.ncg);
    c.initialised[cg] = initialisedInodes(c, cg);
    eachInodeOfGroup(c, cg, (ino, di) => checkInode(c, ino, di));
  }
}

/** What the file system needs for itself: the copies of the superblock, groups, inodes, the summary. */
export function markReserved(c: Checker): void {
  const { sb } = c;
  for (let cg = 0; cg < sb.ncg; cg++) {
    const from = cg === 0 ? 0 : cgSuper(sb, cg);
    c.setUsed(from, cgData(sb, cg) - from, true);
  }
  const [first, end] = c.summaryFrags;
  c.setUsed(first, end - first, true);
}

/** Each inode from 2 on that was ever initialised. The inode lies in a copy: writeInode() keeps what is changed. */
export function eachInodeOfGroup(c: Checker, cg: number, body: (ino: number, di: Dinode) => void): void {
  const { sb } = c;
  const many = Math.max(sb.inopb, Math.floor(65536 / sb.dinodeSize));
  const count = c.initialised[cg] as number;
  for (let from = 0; from < count; from += many) {
    const n = Math.min(many, count - from);
    const bytes = c.disk.read(cgInodes(sb, cg) * sb.fsize + from * sb.dinodeSize, n * sb.dinodeSize);
    for (let i = 0; i < n; i++) {
      const ino = cg * sb.ipg + from + i;
      if (ino < UFS_ROOTINO) continue;
      body(ino, dinodeAt(sb, bytes.subarray(i * sb.dinodeSize, (i + 1) * sb.dinodeSize)));
    }
  }
}

/** UFS2 initialises inodes when they are first needed; a group that cannot be believed counts as all used. */
function initialisedInodes(c: Checker, cg: number): number {
  const { sb } = c;
  if (!sb.ufs2) return sb.ipg;
  const group = new CylinderGroup(c.disk.read(cgHeader(sb, cg) * sb.fsize, sb.bsize), sb.order);
  const n = group.initediblk;
  return group.problem(sb, cg) === undefined && (n === sb.ipg || n % sb.inopb === 0) ? n : sb.ipg;
}

function checkInode(c: Checker, ino: number, di: Dinode): void {
  if ((di.mode & S_IFMT) === 0) {
    checkFree(c, ino, di);
    return;
  }
  const directory = (di.mode & S_IFMT) === S_IFDIR;
  if (!plausible(c, di)) {
    c.state[ino] = BAD_FILE;
    if (c.say.decide(`UNKNOWN FILE TYPE I=${ino}`, 'CLEAR')) c.clearInode(ino);
    return;
  }
  const hidden = c.hidden(ino, di);
  c.type[ino] = modeToType(di.mode);
  c.links[ino] = hidden ? 0 : Math.max(di.nlink, 0);
  if (!hidden && di.nlink <= 0) c.unlinked.add(ino);
  if (!hidden && (di.flags & SF_LOG) !== 0) c.markedAsJournal.add(ino);
  const size = directory && di.db(0) === 0 ? 0 : di.size;
  c.state[ino] = !directory ? FILE : size === 0 ? BAD_DIRECTORY : DIRECTORY;
  if (directory) c.directories.set(ino, { ino, size, parent: 0, dotdot: 0 });
  checkBlocks(c, ino, di);
}

function checkFree(c: Checker, ino: number, di: Dinode): void {
  c.state[ino] = FREE;
  if (di.mode === 0 && di.size === 0 && di.shortlink.every((b) => b === 0)) return;
  if (!c.say.decide(`PARTIALLY ALLOCATED INODE I=${ino}`, 'CLEAR')) return;
  c.clearInode(ino);
}

function plausible(c: Checker, di: Dinode): boolean {
  const kind = di.mode & S_IFMT;
  if (!TYPES.has(kind) || di.size < 0 || BigInt(di.size) > maxFileSize(c.sb.bsize, c.sb.ufs2)) return false;
  return kind !== S_IFDIR || di.size <= MAX_DIRECTORY;
}

/** Attributes have at most two blocks, without holes. */
function checkAttributes(c: Checker, ino: number, di: Dinode): void {
  const { bsize } = c.sb;
  const { extsize } = di;
  const holes = (extsize > 0 && di.extb(0) === 0) || (extsize > bsize && di.extb(1) === 0);
  if (extsize >= 0 && extsize <= UFS_NXADDR * bsize && !holes) return;
  if (!c.say.decide(`IMPOSSIBLE EXTATTR SIZE ${extsize} I=${ino}`, 'CLEAR')) return;
  di.extsize = 0;
  c.writeInode(ino, di);
}

function checkBlocks(c: Checker, ino: number, di: Dinode): void {
  if (c.sb.ufs2) checkAttributes(c, ino, di);
  const found = claimBlocks(c, ino, di);
  if (found.bad) {
    c.state[ino] = c.state[ino] === FILE ? BAD_FILE : BAD_DIRECTORY;
    return;
  }
  if (found.behindEnd && c.say.repair(`PARTIALLY TRUNCATED INODE I=${ino}`, 'SALVAGE', 'SALVAGED')) {
    salvageEnd(c, di);
    c.writeInode(ino, di);
  }
  const blocks = found.frags * (c.sb.fsize / 512);
  if (blocks === di.blocks) return;
  const message = `INCORRECT BLOCK COUNT I=${ino} (${di.blocks} should be ${blocks})`;
  if (!c.say.repair(message, 'CORRECT', 'CORRECTED')) return;
  di.blocks = blocks;
  c.writeInode(ino, di);
}
