// SPDX-License-Identifier: BSD-2-Clause
import { encode } from '../../lib/bytes.ts';
import { EXT2_ROOTINO } from '../dinode.ts';
import { addEntry, allocateInode, lookup, makeDirectory, removeEntry, setDotDot } from './directory_writer.ts';
import { DIRECTORY, type Ext2Check, NoSpace } from './ext2_check.ts';

const NAME = encode('lost+found');

/** The directory where files without a name are given one: `#` and the inode's number. */
export class LostFound {
  private ino: number | undefined;

  constructor(private readonly check: Ext2Check) {}

  /** False when there is no room; what has no name is then still without one. */
  connect(ino: number): boolean {
    const { check } = this;
    try {
      const dir = this.open();
      if (dir === 0 || dir === ino) return false;
      addEntry(check, dir, this.freeName(dir, ino), ino);
      const place = check.places.get(ino);
      if (place === undefined) return true;
      place.parent = dir;
      place.dotdot = dir;
      setDotDot(check, ino, dir);
      check.dialog.note(`DIR I=${ino} CONNECTED.`);
      return true;
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      check.dialog.serious('SORRY. NO SPACE IN lost+found DIRECTORY\n');
      return false;
    }
  }

  private freeName(dir: number, ino: number): Uint8Array {
    let name = `#${String(ino).padStart(String(this.check.volume.geometry.icount).length, '0')}`;
    while (lookup(this.check, dir, encode(name)) !== 0) name += '_';
    return encode(name);
  }

  /** Its inode, made when it is not there; 0 when the operator does not want it. */
  private open(): number {
    if (this.ino !== undefined) return this.ino;
    const { check } = this;
    const found = lookup(check, EXT2_ROOTINO, NAME);
    if (found !== 0 && check.state[found] === DIRECTORY) this.ino = found;
    else if (
      !check.dialog.repair(
        found === 0 ? 'NO lost+found DIRECTORY' : 'lost+found IS NOT A DIRECTORY',
        'CREATE',
        'CREATED',
      )
    )
      this.ino = 0;
    else this.ino = this.make(found);
    return this.ino;
  }

  private make(instead: number): number {
    const { check } = this;
    if (instead !== 0) removeEntry(check, EXT2_ROOTINO, instead);
    const ino = allocateInode(check);
    makeDirectory(check, ino, EXT2_ROOTINO, check.options.lostFoundMode);
    addEntry(check, EXT2_ROOTINO, NAME, ino);
    const place = check.places.get(ino);
    if (place !== undefined) place.parent = EXT2_ROOTINO;
    return ino;
  }
}
