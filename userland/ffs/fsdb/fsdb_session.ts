// SPDX-License-Identifier: BSD-2-Clause
import type { Disk } from '../../disk/raw_device.ts';
import { type Dinode, dinodeAt, S_IFDIR, S_IFMT } from '../dinode.ts';
import { type Direntry, direntries, UFS_DIRBLKSIZ } from '../direntry.ts';
import { type BlockVisitor, walkBlocks } from '../fsck/block_walk.ts';
import { dataFragsValid, inodeByte, inodeCount, UFS_ROOTINO } from '../geometry.ts';
import type { Superblock } from '../superblock.ts';

/** A command cannot be done; the message is for the user. */
export class FsdbError extends Error {}

/** A chunk of a directory, with the place on the disk that it came from. */
export interface DirectoryChunk {
  readonly bytes: Uint8Array;
  readonly diskOffset: number;
}

/** An entry, and its number among all of the directory, unused ones as well. */
export interface Slot {
  readonly slot: number;
  readonly entry: Direntry;
  readonly chunk: DirectoryChunk;
}

/** A file system under the hands of fsdb: the current inode, and reading and changing what is on the disk. */
export class FsdbSession {
  /** Something was written. */
  changed = false;
  current = UFS_ROOTINO;
  private previous = UFS_ROOTINO;

  constructor(
    readonly disk: Disk,
    readonly sb: Superblock,
    readonly readOnly: boolean,
  ) {}

  select(ino: number): void {
    this.check(ino);
    this.previous = this.current;
    this.current = ino;
  }

  back(): void {
    this.select(this.previous);
  }

  check(ino: number): number {
    const limit = inodeCount(this.sb);
    if (!Number.isInteger(ino) || ino < UFS_ROOTINO || ino >= limit)
      throw new FsdbError(`inode ${ino} out of range; range is [${UFS_ROOTINO},${limit})`);
    return ino;
  }

  inode(ino = this.current): Dinode {
    return dinodeAt(this.sb, this.disk.read(this.inodeAt(ino), this.sb.dinodeSize));
  }

  /** The current inode, or that one, as the body leaves it. */
  changeInode(body: (di: Dinode) => void, ino = this.current): void {
    const di = this.inode(ino);
    body(di);
    this.write(this.inodeAt(ino), di.bytes);
  }

  write(offset: number, bytes: Uint8Array): void {
    if (this.readOnly) throw new FsdbError('the file system is open for reading only');
    this.disk.write(offset, bytes);
    this.changed = true;
  }

  isDirectory(ino = this.current): boolean {
    return (this.inode(ino).mode & S_IFMT) === S_IFDIR;
  }

  /**
   * The blocks of a file that lie where data can be, in its order: of a damaged file not more than the file system has,
   * and nothing that is mapped behind its end.
   */
  blocks(ino: number, visit: BlockVisitor): void {
    const { sb } = this;
    const di = this.inode(ino);
    let left = sb.size;
    let indirectLeft = Math.ceil(sb.size / sb.frag);
    walkBlocks(this, di, (frag, count, lbn, level) => {
      if (left-- <= 0 || (level > 0 && indirectLeft-- <= 0)) return 'stop';
      if (level > 0 && (lbn * sb.bsize >= di.size || !dataFragsValid(sb, frag, count))) return 'skip';
      return visit(frag, count, lbn, level);
    });
  }

  /** Every slot of a directory, while the body says true. */
  slots(body: (slot: Slot) => boolean, ino = this.current): void {
    if (!this.isDirectory(ino)) throw new FsdbError('active inode not a directory');
    const { sb } = this;
    const { size } = this.inode(ino);
    let slot = 0;
    this.blocks(ino, (frag, count, lbn, level) => {
      if (level > 0) return 'on';
      if (lbn < 0 || !dataFragsValid(sb, frag, count)) return 'stop';
      const length = Math.min(count * sb.fsize, size - lbn * sb.bsize);
      const block = this.disk.read(frag * sb.fsize, count * sb.fsize);
      for (let at = 0; at + UFS_DIRBLKSIZ <= length; at += UFS_DIRBLKSIZ) {
        const chunk = { bytes: block.subarray(at, at + UFS_DIRBLKSIZ), diskOffset: frag * sb.fsize + at };
        for (const entry of direntries(sb, chunk.bytes)) if (!body({ slot: slot++, entry, chunk })) return 'stop';
      }
      return 'on';
    });
  }

  findSlot(test: (slot: Slot) => boolean, ino = this.current): Slot | undefined {
    let found: Slot | undefined;
    this.slots((slot) => {
      if (test(slot)) found = slot;
      return found === undefined;
    }, ino);
    return found;
  }

  /** What a name leads to from the current inode, component by component, the last directory that was there. */
  lookup(path: string): void {
    let ino = path.startsWith('/') ? UFS_ROOTINO : this.current;
    try {
      for (const name of path.split('/').filter((part) => part !== '')) {
        if (!this.isDirectory(ino)) throw new FsdbError(`component \`${name}': current inode: not a directory`);
        const slot = this.findSlot(({ entry }) => entry.ino !== 0 && entry.name === name, ino);
        if (slot === undefined) throw new FsdbError(`component \`${name}' not found`);
        ino = this.check(slot.entry.ino);
      }
    } finally {
      this.select(ino);
    }
  }

  private inodeAt(ino: number): number {
    const at = inodeByte(this.sb, this.check(ino));
    if (at === undefined) throw new FsdbError(`inode ${ino} is behind the end of the file system`);
    return at;
  }
}
