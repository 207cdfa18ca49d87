// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../disk/raw_device.ts';
import { type Dinode, dinode } from './dinode.ts';
import { Geometry } from './geometry.ts';
import { GroupTable } from './group_table.ts';
import { SBOFF, SBSIZE, type Superblock } from './superblock.ts';

/** An ext2 file system on a disk: blocks and inodes by number, superblock and descriptors in memory. */
export class Ext2Volume {
  readonly geometry: Geometry;
  readonly groups: GroupTable;
  readonly bsize: number;

  /** @param descriptors  of all groups, whole blocks; read from behind the primary superblock when not given */
  constructor(
    readonly disk: Disk,
    readonly sb: Superblock,
    descriptors?: Uint8Array,
  ) {
    this.geometry = new Geometry(sb);
    this.bsize = this.geometry.bsize;
    const bytes = descriptors ?? this.readBlocks(this.geometry.firstDblock + 1, this.geometry.gdBlocks);
    this.groups = new GroupTable(bytes, this.geometry, sb);
  }

  readBlock(block: number): Uint8Array {
    return this.readBlocks(block, 1);
  }

  readBlocks(block: number, count: number): Uint8Array {
    return this.disk.read(block * this.bsize, count * this.bsize);
  }

  /** Whole blocks from `block` on. */
  writeBlocks(block: number, data: Uint8Array): void {
    this.disk.write(block * this.bsize, data);
  }

  /** Byte of the disk where an inode lies. */
  inodeAt(ino: number): number {
    const { ipg, inodeSize } = this.geometry;
    const table = this.groups.get(this.geometry.groupOfInode(ino)).inodeTable;
    return table * this.bsize + ((ino - 1) % ipg) * inodeSize;
  }

  readInode(ino: number): Dinode {
    return dinode(this.disk.read(this.inodeAt(ino), this.geometry.inodeSize));
  }

  writeInode(ino: number, di: Dinode): void {
    this.disk.write(this.inodeAt(ino), di.bytes);
  }

  /** Write superblock and descriptors, with their checksums. @param backups  also the copies */
  writeSummaries(backups: boolean): void {
    const { geometry, groups } = this;
    for (let group = 0; group < geometry.groups; group++) groups.seal(group);
    this.sb.groupNr = 0;
    this.disk.write(SBOFF, this.sb.bytes);
    this.writeBlocks(geometry.firstDblock + 1, groups.bytes);
    if (backups) for (let group = 1; group < geometry.groups; group++) this.writeBackup(group);
  }

  private writeBackup(group: number): void {
    if (!this.geometry.hasSuper(group)) return;
    const start = this.geometry.groupStart(group);
    const copy = new Uint8Array(this.bsize);
    copy.set(this.sb.bytes.subarray(0, SBSIZE));
    new DataView(copy.buffer).setUint16(90, group, true);
    this.writeBlocks(start, copy);
    this.writeBlocks(start + 1, this.groups.bytes);
  }
}
