// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../../disk/raw_device.ts';
import { Bitmap } from '../bitmap.ts';
import {
  type Dinode,
  dinode,
  EXT2_NSECSIZE,
  EXT2_RESIZEINO,
  EXT2_ROOTINO,
  IFDIR,
  setBlockPointer,
  setExtraSize,
  setSize,
} from '../dinode.ts';
import { clearDirectoryBlock, Direntry, putDirentry, putDotEntries } from '../direntry.ts';
import { resizeBlocks, setResizeInode, wordsToBlock } from '../resize_inode.ts';
import {
  EXT2F_COMPAT_RESIZE,
  EXT2F_INCOMPAT_FTYPE,
  hasCompat,
  hasIncompat,
  SBOFF,
  type Superblock,
} from '../superblock.ts';
import { Ext2Volume } from '../volume.ts';
import { type Ext2Request, groupOverhead, lostFoundBlocks } from './plan_ext2.ts';

const LOSTFOUND = new TextEncoder().encode('lost+found');
const CHUNK = 65536;

/** Writes the file system of a superblock made by planExt2: an empty root with lost+found. */
export class Ext2Writer {
  private readonly volume: Ext2Volume;
  /** Next free block of group 0. */
  private next: number;

  constructor(
    disk: Disk,
    sb: Superblock,
    private readonly request: Ext2Request,
  ) {
    const bsize = request.blockSize;
    const groups = Math.ceil((sb.bcount - sb.firstDblock) / sb.bpg);
    this.volume = new Ext2Volume(disk, sb, new Uint8Array(Math.ceil((groups * 32) / bsize) * bsize));
    this.next = this.volume.geometry.firstDblock + groupOverhead(this.volume.geometry, 0);
  }

  /** @param progress  called after each group */
  write(progress: (done: number, total: number) => void): void {
    const { geometry, disk } = this.volume;
    disk.write(0, new Uint8Array(SBOFF));
    for (let group = 0; group < geometry.groups; group++) this.placeGroup(group);
    for (let group = 0; group < geometry.groups; group++) {
      this.writeTable(group);
      progress(group + 1, geometry.groups);
    }
    this.makeDirectories();
    if (hasCompat(this.volume.sb, EXT2F_COMPAT_RESIZE)) this.makeResizeInode();
    for (let group = 0; group < geometry.groups; group++) this.writeBitmaps(group);
    this.volume.writeSummaries(true);
    disk.flush();
  }

  private placeGroup(group: number): void {
    const { geometry, groups } = this.volume;
    const gd = groups.get(group);
    gd.blockBitmap = geometry.groupStart(group) + geometry.superBlocks(group);
    gd.inodeBitmap = gd.blockBitmap + 1;
    gd.inodeTable = gd.blockBitmap + 2;
  }

  /** Free inodes are zero but for a random generation, so that a file handle cannot be guessed. */
  private writeTable(group: number): void {
    const { geometry, groups, disk, bsize } = this.volume;
    const start = groups.get(group).inodeTable * bsize;
    const bytes = geometry.tableBlocks * bsize;
    for (let at = 0; at < bytes; at += CHUNK) {
      const chunk = new Uint8Array(Math.min(CHUNK, bytes - at));
      const random = new Uint32Array(chunk.length / geometry.inodeSize);
      for (let i = 0; i < random.length; i += 16384) crypto.getRandomValues(random.subarray(i, i + 16384));
      random.forEach((gen, i) => {
        dinode(chunk.subarray(i * geometry.inodeSize, (i + 1) * geometry.inodeSize)).gen = gen;
      });
      disk.write(start + at, chunk);
    }
  }

  private makeDirectories(): void {
    const { sb, geometry, bsize } = this.volume;
    const type = hasIncompat(sb, EXT2F_INCOMPAT_FTYPE) ? 2 : 0;
    const lost = geometry.firstIno;
    const root = new Uint8Array(bsize);
    putDotEntries(root, EXT2_ROOTINO, EXT2_ROOTINO, type);
    new Direntry(root, 12).reclen = 12;
    putDirentry(root, 24, { ino: lost, reclen: bsize - 24, type, name: LOSTFOUND });
    this.makeDirectory(EXT2_ROOTINO, 0o755, 3, [root]);
    const blocks = Array.from({ length: lostFoundBlocks(bsize) }, () => new Uint8Array(bsize));
    blocks.forEach(clearDirectoryBlock);
    putDotEntries(blocks[0] as Uint8Array, lost, EXT2_ROOTINO, type);
    this.makeDirectory(lost, 0o700, 2, blocks);
    this.volume.groups.get(0).ndirs = 2;
  }

  private makeDirectory(ino: number, permissions: number, nlink: number, blocks: readonly Uint8Array[]): void {
    const di = this.newInode(ino);
    di.mode = IFDIR | permissions;
    di.nlink = nlink;
    di.uidLow = this.request.uid;
    di.uidHigh = this.request.uid >>> 16;
    di.gidLow = this.request.gid;
    di.gidHigh = this.request.gid >>> 16;
    setSize(di, blocks.length * this.volume.bsize);
    di.nblockLow = (blocks.length * this.volume.bsize) / 512;
    blocks.forEach((data, i) => {
      const block = this.next++;
      setBlockPointer(di, i, block);
      this.volume.writeBlocks(block, data);
    });
    this.volume.writeInode(ino, di);
  }

  /** The slot of an inode with its generation, and all times now. */
  private newInode(ino: number): Dinode {
    const di = this.volume.readInode(ino);
    di.atime = di.ctime = di.mtime = this.request.now;
    setExtraSize(di, EXT2_NSECSIZE);
    if (di.bytes.length > 128) di.view.setUint32(144, this.request.now, true);
    return di;
  }

  private makeResizeInode(): void {
    const { geometry, sb } = this.volume;
    if (geometry.reservedGdBlocks === 0) {
      sb.compat &= ~EXT2F_COMPAT_RESIZE;
      return;
    }
    const blocks = resizeBlocks(geometry);
    const double = this.next++;
    this.volume.writeBlocks(double, wordsToBlock(blocks.double));
    for (const [block, words] of blocks.indirect) this.volume.writeBlocks(block, wordsToBlock(words));
    const di = this.newInode(EXT2_RESIZEINO);
    setResizeInode(di, geometry, double, this.request.now);
    setExtraSize(di, EXT2_NSECSIZE);
    this.volume.writeInode(EXT2_RESIZEINO, di);
  }

  /** The bitmaps of a group, and with them all free counts. */
  private writeBitmaps(group: number): void {
    const { geometry, groups, sb, bsize } = this.volume;
    const gd = groups.get(group);
    const start = geometry.groupStart(group);
    const count = geometry.groupBlocks(group);
    const blocks = new Bitmap(bsize * 8);
    blocks.setRange(0, group === 0 ? this.next - start : groupOverhead(geometry, group));
    blocks.setRange(count, bsize * 8);
    const inodes = new Bitmap(bsize * 8);
    if (group === 0) inodes.setRange(0, geometry.firstIno);
    inodes.setRange(geometry.ipg, bsize * 8);
    this.volume.writeBlocks(gd.blockBitmap, blocks.bytes);
    this.volume.writeBlocks(gd.inodeBitmap, inodes.bytes);
    gd.nbfree = blocks.countClear(0, count);
    gd.nifree = inodes.countClear(0, geometry.ipg);
    sb.fbcount += gd.nbfree;
    sb.ficount += gd.nifree;
  }
}
