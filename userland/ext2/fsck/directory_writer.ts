// SPDX-License-Identifier: BSD-2-Clause
import { blockArea, dinode, EXT2_EXTENTS, EXT2_INDEX, EXT2_NSECSIZE, IFDIR, setExtraSize } from '../dinode.ts';
import { clearDirectoryBlock, Direntry, direntSize, ftypeOf, putDirentry, putDotEntries } from '../direntry.ts';
import { ExtentNode } from '../extent_node.ts';
import { EXT2F_INCOMPAT_EXTENTS, EXT2F_INCOMPAT_FTYPE, hasIncompat } from '../superblock.ts';
import { collectClaims } from './claims.ts';
import { chainOk, entriesOf, nameKey } from './dir_block.ts';
import { type Ext2Check, NoSpace, UNALLOCATED, UNUSED } from './ext2_check.ts';
import { replaceMap } from './pass1b.ts';
import { typeFor } from './pass2.ts';

/** A directory that grows takes a block, and may need as many nodes more. */
const GROWTH = 4;

/** Make an empty directory of inode `ino`, which nothing names yet. @throws NoSpace */
export function makeDirectory(check: Ext2Check, ino: number, parent: number, permissions: number): void {
  const { volume, sb } = check;
  const block = check.allocateBlock();
  const data = new Uint8Array(volume.bsize);
  putDotEntries(data, ino, parent, hasIncompat(sb, EXT2F_INCOMPAT_FTYPE) ? ftypeOf(IFDIR) : 0);
  volume.writeBlocks(block, data);
  const di = dinode(new Uint8Array(volume.geometry.inodeSize));
  di.mode = IFDIR | permissions;
  di.nlink = 2;
  di.atime = di.ctime = di.mtime = check.options.now;
  if (sb.wantExtra > 0) setExtraSize(di, EXT2_NSECSIZE);
  if (hasIncompat(sb, EXT2F_INCOMPAT_EXTENTS)) {
    di.flags |= EXT2_EXTENTS;
    new ExtentNode(blockArea(di)).format(0, 0);
  }
  check.setInode(ino, di);
  replaceMap(check, ino, di, [{ logical: 0, start: block, length: 1, unwritten: false }]);
  check.links[ino] = 1;
  check.files++;
  const place = check.places.get(ino);
  if (place !== undefined) place.dotdot = parent;
}

/** A free inode for a file. @throws NoSpace */
export function allocateInode(check: Ext2Check): number {
  const { firstIno, icount } = check.volume.geometry;
  for (let ino = firstIno; ino <= icount; ino++)
    if (check.state[ino] === UNALLOCATED || check.state[ino] === UNUSED) return ino;
  throw new NoSpace();
}

/** Inode of a name in a directory, or 0. */
export function lookup(check: Ext2Check, dir: number, name: Uint8Array): number {
  const entry = findEntry(check, dir, (e) => e.name.length === name.length && e.name.every((c, i) => c === name[i]));
  return entry ?? 0;
}

/** Take the entry that names `ino` out of a directory. */
export function removeEntry(check: Ext2Check, dir: number, ino: number): void {
  let dots = 2;
  findEntry(check, dir, (e, save) => {
    if (dots-- > 0 || e.ino !== ino) return false;
    e.ino = 0;
    save();
    check.links[ino] = (check.links[ino] as number) - 1;
    return true;
  });
}

/** The name that a directory has for `ino`, other than `.` and `..`. */
export function nameOf(check: Ext2Check, dir: number, ino: number): Uint8Array | undefined {
  let dots = 2;
  let name: Uint8Array | undefined;
  findEntry(check, dir, (e) => {
    if (dots-- > 0 || e.ino !== ino) return false;
    name = e.name;
    return true;
  });
  return name;
}

/** Set `..` of a directory. */
export function setDotDot(check: Ext2Check, dir: number, parent: number): void {
  let i = 0;
  findEntry(check, dir, (e, save) => {
    if (i++ !== 1) return false;
    e.ino = parent;
    save();
    return true;
  });
}

/** Inode of the first entry in use that `wanted` takes; it may change the entry and save it. */
function findEntry(
  check: Ext2Check,
  dir: number,
  wanted: (entry: Direntry, save: () => void) => boolean,
): number | undefined {
  for (const { block, data } of blocksOf(check, dir))
    for (const entry of entriesOf(data)) {
      const { ino } = entry;
      if (ino !== 0 && wanted(entry, () => check.volume.writeBlocks(block, data))) return ino;
    }
  return undefined;
}

/** The whole blocks of a directory. */
function* blocksOf(check: Ext2Check, dir: number): Generator<{ block: number; data: Uint8Array }> {
  for (const run of collectClaims(check, dir, check.volume.readInode(dir)).runs)
    for (let i = 0; i < run.length; i++) {
      const data = check.volume.readBlock(run.start + i);
      if (chainOk(data)) yield { block: run.start + i, data };
    }
}

/** Enters names in one directory, which grows when it has no room and has no index afterwards. */
export class DirectoryAppender {
  /** Names that are there. */
  readonly names = new Set<string>();
  private readonly blocks: number[] = [];
  /** Blocks before this one are full. */
  private cursor = 0;

  constructor(
    private readonly check: Ext2Check,
    readonly dir: number,
  ) {
    for (const { block, data } of blocksOf(check, dir)) {
      this.blocks.push(block);
      for (const entry of entriesOf(data)) if (entry.ino !== 0) this.names.add(nameKey(entry.name));
    }
    const di = check.volume.readInode(dir);
    if ((di.flags & EXT2_INDEX) === 0) return;
    di.flags &= ~EXT2_INDEX;
    check.volume.writeInode(dir, di);
  }

  /** @throws NoSpace */
  add(name: Uint8Array, ino: number): void {
    const { check } = this;
    const type = hasIncompat(check.sb, EXT2F_INCOMPAT_FTYPE) ? typeFor(check, ino) : 0;
    while (!this.put({ ino, type, name })) if (++this.cursor >= this.blocks.length) this.grow();
    this.names.add(nameKey(name));
    check.links[ino] = (check.links[ino] as number) + 1;
  }

  private put(entry: { ino: number; type: number; name: Uint8Array }): boolean {
    const block = this.blocks[this.cursor];
    if (block === undefined) return false;
    const data = this.check.volume.readBlock(block);
    if (!putWhereRoom(data, entry)) return false;
    this.check.volume.writeBlocks(block, data);
    return true;
  }

  private grow(): void {
    const { check, dir } = this;
    const { volume } = check;
    check.reserve(GROWTH);
    const block = check.allocateBlock();
    const data = new Uint8Array(volume.bsize);
    clearDirectoryBlock(data);
    volume.writeBlocks(block, data);
    const di = volume.readInode(dir);
    const claims = collectClaims(check, dir, di);
    for (const node of claims.nodes) check.releaseBlock(node);
    const last = claims.runs.at(-1);
    const logical = last === undefined ? 0 : last.logical + last.length;
    replaceMap(check, dir, di, [...claims.runs, { logical, start: block, length: 1, unwritten: false }]);
    this.blocks.push(block);
    this.cursor = this.blocks.length - 1;
  }
}

/** Put an entry into a free one or behind a shorter one. */
function putWhereRoom(data: Uint8Array, entry: { ino: number; type: number; name: Uint8Array }): boolean {
  const need = direntSize(entry.name.length);
  for (const old of entriesOf(data)) {
    const kept = old.ino === 0 ? 0 : direntSize(old.namlen);
    if (old.reclen - kept < need) continue;
    const { at, reclen } = old;
    if (kept > 0) new Direntry(data, at).reclen = kept;
    putDirentry(data, at + kept, { ...entry, reclen: reclen - kept });
    return true;
  }
  return false;
}
