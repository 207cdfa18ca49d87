// SPDX-License-Identifier: BSD-2-Clause
/** Phases 2 and 3: every name leads somewhere, and every directory has one. */
import { type FsckDialog, printable } from '../../disk/fsck_dialog.ts';
import * as V7 from '../v7fs_format.ts';
import { LostFound } from './lost_found.ts';
import type { EntryPlace, V7Volume } from './v7_volume.ts';

export class NameCheck {
  readonly lostFound: LostFound;
  private readonly reached = new Set<number>();

  constructor(
    private readonly volume: V7Volume,
    private readonly dialog: FsckDialog,
  ) {
    this.lostFound = new LostFound(volume, dialog);
  }

  /** Phase 2. */
  fromRoot(): void {
    const { volume, dialog } = this;
    if (volume.inode(V7.ROOT_INODE).mode === 0) dialog.abandon('ROOT INODE UNALLOCATED. TERMINATING.');
    if (!volume.isDirectory(V7.ROOT_INODE)) dialog.abandon('ROOT INODE NOT DIRECTORY. TERMINATING.');
    this.from(V7.ROOT_INODE, V7.ROOT_INODE);
  }

  /** Phase 3: the tops of what hangs loose first, then what is left in rings. */
  connect(): void {
    const { volume, dialog } = this;
    const loose = this.looseDirectories();
    const below = new Set(loose.flatMap((ino) => this.children(ino)));
    for (const ino of [...loose.filter((i) => !below.has(i)), ...loose]) {
      if (this.reached.has(ino)) continue;
      const { uid, size } = volume.inode(ino);
      const message = `UNREF DIR I=${ino} OWNER=${uid} SIZE=${size}`;
      if (!dialog.repair(message, 'RECONNECT', 'RECONNECTED')) continue;
      const parent = this.lostFound.enter(ino);
      if (parent === undefined) continue;
      this.setParent(ino, parent);
      this.from(ino, parent);
    }
  }

  private looseDirectories(): number[] {
    const { volume } = this;
    const loose: number[] = [];
    for (let ino = V7.ROOT_INODE; ino <= volume.inodeCount; ino++)
      if (volume.isDirectory(ino) && !this.reached.has(ino)) loose.push(ino);
    return loose;
  }

  private children(ino: number): number[] {
    return [...this.volume.entries(ino)].filter((e) => !isDots(e.name)).map((e) => e.ino);
  }

  private setParent(ino: number, parent: number): void {
    for (const e of this.volume.entries(ino))
      if (e.name === '..') this.volume.putEntry(e.block, e.offset, { ino: parent, name: '..' });
  }

  /** All directories below one; each is read once, so that a ring has an end. */
  private from(top: number, topParent: number): void {
    const todo: [ino: number, parent: number, path: string][] = [[top, topParent, '']];
    this.reached.add(top);
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const [ino, parent, path] = next;
      this.dots(ino, parent, path);
      for (const entry of this.volume.entries(ino)) {
        if (entry.ino === 0 || entry.name === '.' || entry.name === '..') continue;
        const child = `${path}/${entry.name}`;
        if (!this.keep(entry, child)) continue;
        this.volume.links[entry.ino] = (this.volume.links[entry.ino] ?? 0) + 1;
        if (!this.volume.isDirectory(entry.ino)) continue;
        this.reached.add(entry.ino);
        todo.push([entry.ino, ino, child]);
      }
    }
  }

  /** The first two entries, "." and "..". */
  private dots(ino: number, parent: number, path: string): void {
    const { volume, dialog } = this;
    const di = volume.inode(ino);
    const [block = 0] = di.addr;
    const shown = printable(path || '/');
    if (!V7.isData(volume.sb, block) || di.size < 2 * V7.ENTRY_BYTES) {
      this.restart(ino, parent, shown);
      return;
    }
    const data = volume.readBlock(block);
    for (const [i, name, wanted] of [
      [0, '.', ino],
      [1, '..', parent],
    ] as const) {
      const has = V7.decodeEntry(volume.order, data, i * V7.ENTRY_BYTES);
      if (has.name !== name || has.ino !== wanted) {
        const message = `${has.name === name ? 'BAD INODE NUMBER FOR' : 'MISSING'} '${name}' I=${ino} DIR=${shown}`;
        // A name in its place may lose its file: that is not for -p.
        const taken = has.name !== name && has.ino !== 0;
        if (!(taken ? dialog.decide(message, 'FIX') : dialog.repair(message, 'FIX', 'FIXED'))) continue;
        volume.putEntry(block, i * V7.ENTRY_BYTES, { ino: wanted, name });
      }
      volume.links[wanted] = (volume.links[wanted] ?? 0) + 1;
    }
  }

  /** A directory without its first block begins again as an empty one. */
  private restart(ino: number, parent: number, shown: string): void {
    const { volume, dialog } = this;
    const di = volume.inode(ino);
    if (!dialog.decide(`DIRECTORY HAS NO BEGINNING I=${ino} DIR=${shown}`, 'MAKE IT EMPTY')) return;
    const block = V7.isData(volume.sb, di.addr[0] ?? 0) ? di.addr[0] : volume.takeBlock();
    if (block === undefined) {
      dialog.serious('NO FREE BLOCK FOR IT');
      return;
    }
    volume.putEntry(block, 0, { ino, name: '.' });
    volume.putEntry(block, V7.ENTRY_BYTES, { ino: parent, name: '..' });
    volume.writeInode(ino, {
      ...di,
      size: Math.max(di.size, 2 * V7.ENTRY_BYTES),
      addr: di.addr.with(0, block),
    });
    for (const wanted of [ino, parent]) volume.links[wanted] = (volume.links[wanted] ?? 0) + 1;
  }

  /** False when the name went, or leads nowhere. */
  private keep(entry: EntryPlace, path: string): boolean {
    const wrong = this.fault(entry);
    if (wrong === undefined) return true;
    const message = `${wrong} I=${entry.ino} NAME=${printable(path)}`;
    if (this.dialog.decide(message, 'REMOVE'))
      this.volume.putEntry(entry.block, entry.offset, { ino: 0, name: entry.name });
    return false;
  }

  private fault({ ino, name }: EntryPlace): string | undefined {
    const { volume } = this;
    if (!volume.isInode(ino)) return 'I OUT OF RANGE';
    if (name === '' || name.includes('/')) return 'BAD NAME';
    if (volume.inode(ino).mode === 0) return 'UNALLOCATED';
    if (volume.isDirectory(ino) && this.reached.has(ino)) return 'EXTRANEOUS HARD LINK TO DIRECTORY';
    return undefined;
  }
}

const isDots = (name: string): boolean => name === '.' || name === '..';
