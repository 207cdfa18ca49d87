// SPDX-License-Identifier: BSD-2-Clause
/** What the phases of a check share: the disk, the superblock, the dialog, and what has been learnt so far. */
import type { FsckDialog } from '../../disk/fsck_dialog.ts';
import type { Disk } from '../../disk/raw_device.ts';
import { howmany } from '../byte_order.ts';
import { bit, setBit } from '../cylinder_group.ts';
import { type Dinode, dinodeAt, SF_LOG } from '../dinode.ts';
import { cgBase, cgData, cgFrags, cgSuper, fragGroup, inodeByte, inodeCount } from '../geometry.ts';
import { FS_DOQUOTA2, type Superblock } from '../superblock.ts';

/** What an inode turned out to be. */
export const FREE = 0;
export const FILE = 1;
/** A directory that nothing is known to lead to. */
export const DIRECTORY = 2;
/** A directory that can be reached from the root. */
export const CONNECTED = 3;
/** To be cleared: has bad or duplicate blocks, or nothing in it. */
export const BAD_FILE = 4;
export const BAD_DIRECTORY = 5;

export const DOTDOT_OPEN = -1;

export interface DirectoryInfo {
  readonly ino: number;
  /** Bytes; 0 when there is nothing to read. */
  size: number;
  /** The directory that has its name, 0: none found. */
  parent: number;
  /** What its ".." says, 0: none, DOTDOT_OPEN: its place is there and to be filled. */
  dotdot: number;
}

/** A chunk of a directory that took an entry. */
export interface Entered {
  readonly directory: number;
  readonly offset: number;
  readonly diskOffset: number;
}

export interface CheckOptions {
  /** -f */
  readonly force: boolean;
  /** -q */
  readonly quiet: boolean;
  /** -d */
  readonly debug: boolean;
  /** -b, in sectors of 512 bytes */
  readonly superblockAt?: number;
  /** -m: mode of a new lost+found */
  readonly lostFoundMode: number;
  /** Device or file as messages name it. */
  readonly special: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly userName: (uid: number) => string;
  /** Called often while a phase goes on. */
  readonly progress?: (done: number, total: number) => void;
}

export class Checker {
  /** A bit for each fragment that a file or the file system itself has. */
  readonly used: Uint8Array;
  /** By inode: FREE and so on. */
  readonly state: Uint8Array;
  /** By inode: the file type, as in a directory entry. */
  readonly type: Uint8Array;
  /** By inode: the links it claims less the names that were found. */
  readonly links: Int32Array;
  readonly directories = new Map<number, DirectoryInfo>();
  /** By group: inodes that have ever been initialised. */
  readonly initialised: number[] = [];
  /** Fragments that more than one file claims. */
  readonly duplicates = new Set<number>();
  /** Inodes in use that say they have no name. */
  readonly unlinked = new Set<number>();
  /** Inodes that are marked as a journal, and are not this file system's. */
  readonly markedAsJournal = new Set<number>();
  /** A file with duplicate blocks went away: what is in use has to be found again. */
  remap = false;
  /** The superblock differs from the disk's. */
  superblockChanged = false;
  /** One more run is needed to see the end. */
  rerun = false;
  /** Inode of lost+found once it was needed, 0 before. */
  lostFound = 0;
  /** Names that are in it. */
  lostNames: Set<string> | undefined;
  /** For messages: the path of a directory with many findings. */
  lastPath: { ino: number; path: string } | undefined;
  /** Where the last entry was put: the chunks before are full. */
  entered: Entered | undefined;
  /** Whole free blocks are looked for from this fragment on. */
  searchFrom = 0;

  constructor(
    readonly disk: Disk,
    readonly sb: Superblock,
    readonly say: FsckDialog,
    readonly options: CheckOptions,
  ) {
    const inodes = inodeCount(sb);
    this.used = new Uint8Array(howmany(sb.size, 8));
    this.state = new Uint8Array(inodes);
    this.type = new Uint8Array(inodes);
    this.links = new Int32Array(inodes);
  }

  get inodeLimit(): number {
    return this.state.length;
  }

  /** @throws RangeError for a number that no inode has */
  inode(ino: number): Dinode {
    return dinodeAt(this.sb, this.disk.read(this.inodeAt(ino), this.sb.dinodeSize));
  }

  writeInode(ino: number, di: Dinode): void {
    this.disk.write(this.inodeAt(ino), di.bytes);
  }

  /** Nothing is left of it but its generation. */
  clearInode(ino: number): void {
    const di = this.inode(ino);
    const { gen } = di;
    di.bytes.fill(0);
    di.gen = gen;
    this.writeInode(ino, di);
    this.state[ino] = FREE;
    this.type[ino] = 0;
    this.links[ino] = 0;
    this.directories.delete(ino);
  }

  isUsed(frag: number): boolean {
    return bit(this.used, frag);
  }

  setUsed(frag: number, count: number, used: boolean): void {
    for (let i = 0; i < count; i++) setBit(this.used, frag + i, used);
  }

  /** The summary's fragments, [first, end). */
  get summaryFrags(): readonly [first: number, end: number] {
    return [this.sb.csaddr, this.sb.csaddr + howmany(this.sb.cssize, this.sb.fsize)];
  }

  /** Could a file have these fragments? A run lies in one block, in the data area of one group, and not in the summary. */
  dataRange(frag: number, count: number): boolean {
    const { sb } = this;
    if (!Number.isSafeInteger(frag) || frag <= 0 || count < 1 || frag + count > sb.size) return false;
    if ((frag % sb.frag) + count > sb.frag) return false;
    const cg = fragGroup(sb, frag);
    if (frag + count > cgBase(sb, cg) + cgFrags(sb, cg)) return false;
    if (frag < cgData(sb, cg) && (cg === 0 || frag + count > cgSuper(sb, cg))) return false;
    const [first, end] = this.summaryFrags;
    return frag + count <= first || frag >= end;
  }

  /** Files that have no name and need none: the journal, and quotas. */
  hidden(ino: number, di: Dinode): boolean {
    const { sb } = this;
    if (sb.updated && sb.journalVersion === 1 && sb.journalLocation === 2 && BigInt(ino) === sb.journalloc3)
      return (di.flags & SF_LOG) !== 0;
    return sb.updated && (sb.flags & FS_DOQUOTA2) !== 0 && [sb.quotafile0, sb.quotafile1].includes(ino);
  }

  debug(text: string): void {
    if (this.options.debug) this.say.print(`${text}\n`);
  }

  private inodeAt(ino: number): number {
    const at = inodeByte(this.sb, ino);
    if (at === undefined) throw new RangeError(`inode ${ino}`);
    return at;
  }
}
