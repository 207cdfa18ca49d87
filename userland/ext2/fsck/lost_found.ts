// SPDX-License-Identifier: BSD-2-Clause
import { encode } from '../../lib/bytes.ts';
import { EXT2_ROOTINO } from '../dinode.ts';
import { allocateInode, DirectoryAppender, lookup, makeDirectory, removeEntry, setDotDot } from './directory_writer.ts';
import { DIRECTORY, type Ext2Check, NoSpace } from './ext2_check.ts';

const NAME = encode('lost+found');

/** The directory where files without a name are given one: `#` and the inode's number. */
export class LostFound {
  /** Undefined before the first use; then null when the operator does not want one. */
  private directory: DirectoryAppender | null | undefined;

  constructor(private readonly check: Ext2Check) {}

  /** False when there is no room; what has no name is then still without one. */
  connect(ino: number): boolean {
    const { check } = this;
    try {
      this.directory ??= this.open();
      if (this.directory === null || this.directory.dir === ino) return false;
      this.directory.add(this.freeName(this.directory, ino), ino);
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      check.dialog.serious('SORRY. NO SPACE IN lost+found DIRECTORY');
      return false;
    }
    const place = check.places.get(ino);
    if (place === undefined) return true;
    place.parent = place.dotdot = this.directory.dir;
    setDotDot(check, ino, place.parent);
    check.dialog.note(`DIR I=${ino} CONNECTED.`);
    return true;
  }

  private freeName(directory: DirectoryAppender, ino: number): Uint8Array {
    let name = `#${String(ino).padStart(String(this.check.volume.geometry.icount).length, '0')}`;
    while (directory.names.has(name)) name += '_';
    return encode(name);
  }

  /** lost+found, made when it is not there. */
  private open(): DirectoryAppender | null {
    const { check } = this;
    const found = lookup(check, EXT2_ROOTINO, NAME);
    if (found !== 0 && check.state[found] === DIRECTORY) return new DirectoryAppender(check, found);
    const message = found === 0 ? 'NO lost+found DIRECTORY' : 'lost+found IS NOT A DIRECTORY';
    if (!check.dialog.repair(message, 'CREATE', 'CREATED')) return null;
    if (found !== 0) removeEntry(check, EXT2_ROOTINO, found);
    const ino = allocateInode(check);
    makeDirectory(check, ino, EXT2_ROOTINO, check.options.lostFoundMode);
    new DirectoryAppender(check, EXT2_ROOTINO).add(NAME, ino);
    const place = check.places.get(ino);
    if (place !== undefined) place.parent = EXT2_ROOTINO;
    return new DirectoryAppender(check, ino);
  }
}
