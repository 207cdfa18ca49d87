// SPDX-License-Identifier: BSD-2-Clause
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import { userName } from '../../lib/format.ts';
import { Bitmap } from '../bitmap.ts';
import { type Dinode, formatOf, IFDIR, sizeOf } from '../dinode.ts';
import type { Superblock } from '../superblock.ts';
import type { Ext2Volume } from '../volume.ts';
import { Zones } from '../zones.ts';

export interface Ext2CheckOptions {
  /** Permissions of a new lost+found. */
  readonly lostFoundMode: number;
  /** Say the owner's name, not number. */
  readonly userNames: boolean;
  readonly debug: boolean;
  /** Seconds. */
  readonly now: number;
}

/** What an inode was found to be. */
export const UNALLOCATED = 0;
export const FILE = 1;
export const DIRECTORY = 2;
/** In a part of a table that was never written (uninit_bg): not looked at. */
export const UNUSED = 3;

/** A directory's place in the tree. */
export interface DirectoryPlace {
  /** Directory with the entry that names it; 0: none was found. */
  parent: number;
  /** What its own `..` says; 0: nothing usable. */
  dotdot: number;
}

/** No block or inode is free where a repair needs one. */
export class NoSpace extends Error {}

/** Begin again with phase 1: something that earlier phases relied on was wrong. */
export class Restart extends Error {}

/**
 * What the phases of a check find out and hand on. Blocks are counted from the start of the disk, inodes from 1.
 * Phase 1 fills used, state, nlink; phase 2 links and places; phase 5 compares all with what the disk says.
 */
export class Ext2Check {
  readonly zones: Zones;
  /** Blocks that something owns. */
  readonly used: Bitmap;
  /** Blocks that more than one inode, or one twice, claims. */
  readonly shared = new Set<number>();
  readonly state: Uint8Array;
  /** Format of each inode, its mode shifted down by 12. */
  readonly format: Uint8Array;
  /** Links the inode says it has, and entries that name it. */
  readonly nlink: Uint16Array;
  readonly links: Uint32Array;
  readonly places = new Map<number, DirectoryPlace>();
  /** Inodes whose block map is to be written anew after phase 1, and which blocks of the file are claimed by others too. */
  readonly rewrite = new Map<number, Set<number>>();
  /** Blocks of attributes: what they count, and how many inodes have them. */
  readonly attributes = new Map<number, { readonly refcount: number; count: number }>();
  /** Inode 7 is to be made anew after phase 1. */
  remakeResize = false;
  files = 0;
  /** Names that may still be looked up for messages. */
  pathnames = 1000;
  /** Blocks claimed twice that are still put up with; a hostile image has more than can ever be copied. */
  cloneable: number;

  private cursor: number;

  constructor(
    readonly volume: Ext2Volume,
    readonly dialog: FsckDialog,
    readonly options: Ext2CheckOptions,
    /** Groups whose marks of unused inodes turned out to be wrong. */
    readonly distrusted: Set<number>,
    /** Files that were being truncated: blocks they keep. */
    readonly truncated: ReadonlyMap<number, number>,
  ) {
    const { bcount, icount, firstDblock } = volume.geometry;
    this.zones = new Zones(volume);
    this.used = new Bitmap(bcount);
    this.zones.forEach((from, to) => {
      this.used.setRange(from, to);
    });
    this.state = new Uint8Array(icount + 1);
    this.format = new Uint8Array(icount + 1);
    this.nlink = new Uint16Array(icount + 1);
    this.links = new Uint32Array(icount + 1);
    this.cursor = firstDblock;
    this.cloneable = bcount;
  }

  get sb(): Superblock {
    return this.volume.sb;
  }

  /** Phase 1 found an inode in use. */
  setInode(ino: number, di: Dinode): void {
    this.state[ino] = formatOf(di) === IFDIR ? DIRECTORY : FILE;
    this.format[ino] = di.mode >> 12;
    this.nlink[ino] = di.nlink;
    if (formatOf(di) === IFDIR && !this.places.has(ino)) this.places.set(ino, { parent: 0, dotdot: 0 });
  }

  isDirectory(ino: number): boolean {
    return this.state[ino] === DIRECTORY;
  }

  /** Is the block one that an inode may own? */
  mayOwn(block: number): boolean {
    return this.volume.geometry.validBlock(block) && !this.zones.has(block);
  }

  /** A free block, taken. Only after phase 1. @throws NoSpace */
  allocateBlock(): number {
    const { bcount, firstDblock } = this.volume.geometry;
    let block = this.used.next(this.cursor, bcount, false);
    if (block === bcount) block = this.used.next(firstDblock, bcount, false);
    if (block === bcount) throw new NoSpace();
    this.used.set(block);
    this.cursor = block;
    return block;
  }

  /** See that so many blocks can be allocated. @throws NoSpace */
  reserve(count: number): void {
    const blocks: number[] = [];
    try {
      while (blocks.length < count) blocks.push(this.allocateBlock());
    } finally {
      for (const block of blocks) this.used.clear(block);
    }
  }

  releaseBlock(block: number): void {
    if (!this.shared.has(block)) this.used.clear(block);
  }

  /** Take an inode out of use on the disk. Its blocks are the caller's to release. */
  clearInode(ino: number): void {
    const di = this.volume.readInode(ino);
    const { gen } = di;
    di.bytes.fill(0);
    di.gen = gen;
    di.dtime = this.options.now;
    this.volume.writeInode(ino, di);
    this.state[ino] = UNALLOCATED;
    this.nlink[ino] = 0;
    this.places.delete(ino);
    this.rewrite.delete(ino);
  }

  /** ` I=12 OWNER=root MODE=100644` and the line with size and time. */
  describe(ino: number, di: Dinode): string {
    const uid = di.uidHigh * 65536 + di.uidLow;
    const owner = this.options.userNames ? userName(uid) : String(uid);
    const time = new Date(di.mtime * 1000).toUTCString();
    const date = `${time.slice(8, 11)} ${time.slice(5, 7)} ${time.slice(17, 22)} ${time.slice(12, 16)}`;
    return ` I=${ino}  OWNER=${owner} MODE=${di.mode.toString(8)}\nSIZE=${sizeOf(di)} MTIME=${date} `;
  }

  debug(text: string): void {
    if (this.options.debug) this.dialog.note(text);
  }
}
