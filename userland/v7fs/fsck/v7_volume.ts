// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../../disk/raw_device.ts';
import * as V7 from '../v7fs_format.ts';

/** The longest directory that a kernel reads. */
export const DIR_MAX = 16 * 1048576;

/** Where an entry of a directory is. */
export interface EntryPlace extends V7.Entry {
  readonly block: number;
  readonly offset: number;
}

/** A file system as its checker sees it: superblock, inodes, and what was found out about blocks and names. */
export class V7Volume {
  /** A byte for each block: 1 when a file has it. */
  readonly used: Uint8Array;
  /** Names found of each inode. */
  readonly links: Uint32Array;
  readonly inodeCount: number;
  private readonly inodes = new Map<number, V7.Inode>();

  constructor(
    readonly disk: Disk,
    readonly order: V7.ByteOrder,
    readonly sb: V7.Superblock,
  ) {
    this.used = new Uint8Array(sb.fsize);
    this.inodeCount = V7.inodeCount(sb);
    this.links = new Uint32Array(this.inodeCount + 1);
  }

  readBlock(block: number): Uint8Array {
    return this.disk.read(block * V7.BLOCK, V7.BLOCK);
  }

  writeBlock(block: number, data: Uint8Array): void {
    this.disk.write(block * V7.BLOCK, data);
  }

  inode(ino: number): V7.Inode {
    let di = this.inodes.get(ino);
    if (di === undefined) {
      di = V7.decodeInode(this.order, this.disk.read(V7.inodeOffset(ino), V7.INODE_BYTES), 0);
      this.inodes.set(ino, di);
    }
    return di;
  }

  writeInode(ino: number, di: V7.Inode): void {
    const b = new Uint8Array(V7.INODE_BYTES);
    V7.encodeInode(this.order, di, b, 0);
    this.disk.write(V7.inodeOffset(ino), b);
    this.inodes.set(ino, di);
  }

  /** The inode becomes free; its blocks are the caller's. */
  clearInode(ino: number): void {
    const addr = Array.from({ length: V7.ADDRESSES }, () => 0);
    this.writeInode(ino, { mode: 0, nlink: 0, uid: 0, gid: 0, size: 0, addr, atime: 0, mtime: 0, ctime: 0 });
  }

  isInode(ino: number): boolean {
    return ino >= V7.ROOT_INODE && ino <= this.inodeCount;
  }

  isDirectory(ino: number): boolean {
    return (this.inode(ino).mode & V7.IFMT) === V7.IFDIR;
  }

  /** Has a file blocks, or does its inode say something else? */
  static hasBlocks(di: V7.Inode): boolean {
    return [V7.IFREG, V7.IFDIR, V7.IFLNK].includes(di.mode & V7.IFMT);
  }

  /** Blocks of a directory in order; 0 is a hole. Indirect blocks that are none end it. */
  dataBlocks(di: V7.Inode): number[] {
    const count = Math.ceil(Math.min(di.size, DIR_MAX) / V7.BLOCK);
    const blocks = di.addr.slice(0, Math.min(count, V7.DIRECT));
    for (let level = 1; level <= 3 && blocks.length < count; level++)
      this.collect(di.addr[V7.DIRECT + level - 1] ?? 0, level, count, blocks);
    return blocks;
  }

  private collect(block: number, level: number, count: number, out: number[]): void {
    const table = V7.isData(this.sb, block) ? this.readBlock(block) : new Uint8Array(V7.BLOCK);
    for (let i = 0; i < V7.PER_INDIRECT && out.length < count; i++) {
      const child = V7.get32(this.order, table, 4 * i);
      if (level > 1) this.collect(child, level - 1, count, out);
      else out.push(child);
    }
  }

  /** Entries of a directory, free ones too. */
  *entries(ino: number): Generator<EntryPlace> {
    const di = this.inode(ino);
    let left = Math.min(di.size, DIR_MAX);
    for (const block of this.dataBlocks(di)) {
      if (V7.isData(this.sb, block)) {
        const data = this.readBlock(block);
        for (let offset = 0; offset < Math.min(left, V7.BLOCK); offset += V7.ENTRY_BYTES)
          yield { ...V7.decodeEntry(this.order, data, offset), block, offset };
      }
      left -= V7.BLOCK;
    }
  }

  putEntry(block: number, offset: number, entry: V7.Entry): void {
    const data = this.readBlock(block);
    V7.encodeEntry(this.order, entry, data, offset);
    this.writeBlock(block, data);
  }

  /** A free block, now used and empty; undefined when there is none. Only once every file was seen. */
  takeBlock(): number | undefined {
    const block = this.used.indexOf(0, this.sb.isize);
    if (block < 0) return undefined;
    this.used[block] = 1;
    this.writeBlock(block, new Uint8Array(V7.BLOCK));
    return block;
  }

  takeInode(): number | undefined {
    for (let ino = V7.ROOT_INODE + 1; ino <= this.inodeCount; ino++) if (this.inode(ino).mode === 0) return ino;
    return undefined;
  }
}
