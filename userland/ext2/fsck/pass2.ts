// SPDX-License-Identifier: BSD-2-Clause
import { printable } from '../../disk/fsck_dialog.ts';
import { decode } from '../../lib/bytes.ts';
import { type Dinode, EXT2_INDEX, EXT2_ROOTINO, IFDIR } from '../dinode.ts';
import { Direntry, ftypeOf } from '../direntry.ts';
import { EXT2F_INCOMPAT_FTYPE, hasIncompat } from '../superblock.ts';
import { collectClaims } from './claims.ts';
import {
  chainOk,
  entriesOf,
  hasDots,
  isDot,
  isDotDot,
  mendName,
  nameFault,
  nameKey,
  putDots,
  salvageBlock,
} from './dir_block.ts';
import { DirIndex } from './dir_index.ts';
import { DIRECTORY, type DirectoryPlace, type Ext2Check, Restart, UNALLOCATED, UNUSED } from './ext2_check.ts';
import { pathname } from './pathname.ts';

/** Groups whose whole tables are looked at after all; beyond, their inodes are taken for unallocated. */
const MAXRESTARTS = 8;

/** Phase 2: every directory's entries. Each counts a link, and gives a directory its place in the tree. */
export function pass2(check: Ext2Check, progress: (done: number, total: number) => void): void {
  check.dialog.heading('Phase 2 - Check Pathnames');
  let done = 0;
  for (const ino of [...check.places.keys()]) {
    progress(done++, check.places.size);
    new DirectoryCheck(check, ino).run();
  }
}

class DirectoryCheck {
  private readonly di: Dinode;
  /** Blocks of the disk, by number in the directory. */
  private readonly blocks: number[] = [];
  private readonly names = new Set<string>();
  private readonly index: DirIndex | undefined;
  private readonly place: DirectoryPlace;
  private readonly typed: boolean;
  private known: string | undefined;

  constructor(
    private readonly check: Ext2Check,
    private readonly ino: number,
  ) {
    this.di = check.volume.readInode(ino);
    for (const run of collectClaims(check, ino, this.di).runs)
      for (let i = 0; i < run.length; i++) this.blocks[run.logical + i] = run.start + i;
    this.place = check.places.get(ino) as DirectoryPlace;
    this.typed = hasIncompat(check.sb, EXT2F_INCOMPAT_FTYPE);
    if ((this.di.flags & EXT2_INDEX) !== 0) this.index = this.openIndex();
  }

  run(): void {
    this.blocks.forEach((block, logical) => {
      this.checkBlock(block, logical);
    });
    this.index?.end();
    const fault = this.index?.fault;
    if (fault === undefined) return;
    if (
      !this.check.dialog.decide(`BAD DIRECTORY INDEX (${fault})  I=${this.ino}\nDIR=${this.path || '/'}`, 'DROP INDEX')
    )
      return;
    this.di.flags &= ~EXT2_INDEX;
    this.check.volume.writeInode(this.ino, this.di);
  }

  private openIndex(): DirIndex {
    const { bsize } = this.check.volume;
    return new DirIndex(this.check.sb, this.blocks.length, (logical) => {
      const block = this.blocks[logical];
      return block === undefined ? new Uint8Array(bsize) : this.check.volume.readBlock(block);
    });
  }

  private checkBlock(block: number, logical: number): void {
    const { check } = this;
    const data = check.volume.readBlock(block);
    let dirty = false;
    if (!chainOk(data)) {
      if (
        !check.dialog.decide(`DIRECTORY CORRUPTED  I=${this.ino} BLOCK ${logical}\nNAME=${this.path || '/'}`, 'SALVAGE')
      )
        return;
      salvageBlock(data, check.volume.geometry.icount);
      dirty = true;
    }
    if (logical === 0) dirty = this.checkDots(data) || dirty;
    if (this.index?.isNode(logical) !== true) {
      let i = 0;
      for (const entry of entriesOf(data)) if (logical > 0 || ++i > 2) dirty = this.checkEntry(entry, logical) || dirty;
    }
    if (dirty) check.volume.writeBlocks(block, data);
  }

  /** `.` and `..` at the start of the first block. */
  private checkDots(data: Uint8Array): boolean {
    const { check, ino } = this;
    const type = this.typed ? ftypeOf(IFDIR) : 0;
    let dirty = false;
    if (!hasDots(data)) {
      if (!check.dialog.decide(`MISSING '.' OR '..'  I=${ino}\nDIR=${this.path || '/'}`, 'FIX')) return false;
      putDots(data, ino, EXT2_ROOTINO, type);
      dirty = true;
    }
    const dot = new Direntry(data, 0);
    if (dot.ino !== ino && check.dialog.decide(`BAD INODE NUMBER FOR '.'  I=${ino}\nDIR=${this.path || '/'}`, 'FIX')) {
      dot.ino = ino;
      dirty = true;
    }
    check.links[ino] = (check.links[ino] as number) + 1;
    const dotdot = new Direntry(data, 12);
    this.place.dotdot = dotdot.ino;
    for (const entry of [dot, dotdot]) dirty = this.checkType(entry, type) || dirty;
    return dirty;
  }

  /** @returns whether the entry was changed */
  private checkEntry(entry: Direntry, logical: number): boolean {
    if (entry.ino === 0) return false;
    const why = this.rejection(entry);
    if (why !== undefined) {
      if (this.ask(entry, why, 'REMOVE')) {
        entry.ino = 0;
        return true;
      }
      if (entry.ino > this.check.volume.geometry.icount) return false;
    }
    let dirty = false;
    if (nameFault(entry.name) !== undefined && this.ask(entry, 'BAD CHARACTER IN NAME', 'FIX')) {
      mendName(entry.name);
      dirty = true;
    }
    this.names.add(nameKey(entry.name));
    this.index?.entry(logical, entry.name);
    dirty = this.checkType(entry, this.typed ? typeFor(this.check, entry.ino) : 0) || dirty;
    this.count(entry.ino);
    return dirty;
  }

  private count(target: number): void {
    const { check, ino } = this;
    check.links[target] = (check.links[target] as number) + 1;
    const place = check.places.get(target);
    if (place !== undefined && place.parent === 0) place.parent = ino;
  }

  /** Why an entry cannot stay. */
  private rejection(entry: Direntry): string | undefined {
    const { check } = this;
    const { ino, name } = entry;
    const { icount, firstIno } = check.volume.geometry;
    if (ino > icount || (ino < firstIno && ino !== EXT2_ROOTINO)) return 'I OUT OF RANGE';
    if (check.state[ino] === UNUSED && check.distrusted.size < MAXRESTARTS) this.distrust(ino);
    if (check.state[ino] === UNALLOCATED || check.state[ino] === UNUSED) return 'UNALLOCATED';
    if (name.length === 0) return 'ZERO LENGTH NAME';
    if (isDot(name) || isDotDot(name)) return "EXTRA '.' OR '..' ENTRY";
    if (ino === EXT2_ROOTINO) return 'LINK TO ROOT DIRECTORY';
    if (check.state[ino] === DIRECTORY && check.places.get(ino)?.parent !== 0)
      return 'EXTRANEOUS HARD LINK TO DIRECTORY';
    const mended = name.slice();
    mendName(mended);
    if (this.names.has(nameKey(mended))) return 'DUPLICATE ENTRY';
    return undefined;
  }

  /** A name for an inode that its group says was never used: look at the whole table, from the start. */
  private distrust(ino: number): never {
    const { check } = this;
    const group = check.volume.geometry.groupOfInode(ino);
    check.distrusted.add(group);
    check.dialog.note(`INODES IN USE AMONG THE UNUSED OF GROUP ${group}: STARTING AGAIN`);
    throw new Restart();
  }

  private checkType(entry: Direntry, type: number): boolean {
    if (entry.type === type || !this.ask(entry, `BAD TYPE VALUE ${entry.type}`, 'FIX')) return false;
    entry.type = type;
    return true;
  }

  /** Its own, for messages; the root's is empty. */
  private get path(): string {
    this.known ??= pathname(this.check, this.ino);
    return this.known;
  }

  private ask(entry: Direntry, what: string, question: string): boolean {
    const name = `${this.path}/${printable(decode(entry.name))}`;
    return this.check.dialog.decide(`${what}  I=${entry.ino}\nNAME=${name}`, question);
  }
}

/** The type of an inode as entries have it. */
export const typeFor = (check: Ext2Check, ino: number): number => ftypeOf((check.format[ino] as number) << 12);
