// SPDX-License-Identifier: BSD-2-Clause
/** Phase 3 of fsck_msdos(8): the tree of directories. */
import {
  ATTR_VOLUME,
  DOT,
  DOTDOT,
  fileSize,
  isBadName,
  isDirectory,
  isLongPart,
  isVolumeLabel,
  LongName,
  mendedName,
  nameChecksum,
  rawName,
  SLOT_DELETED,
  SLOT_END,
  shortName,
  startCluster,
} from '../fat_dirent.ts';
import { putLatin1 } from '../fat_format.ts';
import { claimChain } from './chain.ts';
import { checkEntry, cutDirectory, shown } from './check_entry.ts';
import { Directory, type DirectoryPlace, maxDirectoryClusters, rootPlace } from './directory.ts';
import type { Volume } from './volume.ts';

/** Lower case of base and extension, and two that Windows keeps for encryption. */
const NT_BITS = 0x1b;
const LOST_DIR = 'LOST    DIR';

export function checkTree(volume: Volume): void {
  const root = rootPlace(volume);
  volume.files++;
  if (root.start !== 0) {
    const chain = claimChain(volume, root.start, true, maxDirectoryClusters(volume));
    if (chain.length === 0) volume.dialog.abandon('Root directory starts with a free or bad cluster');
    if (chain.end !== 'end') cutDirectory(volume, root.path, chain);
  }
  checkBelow(volume, root);
}

/** A directory whose clusters are claimed, and all that is below it. */
export function checkBelow(volume: Volume, top: DirectoryPlace): void {
  const pending: DirectoryPlace[] = [top];
  for (let place = pending.pop(); place !== undefined; place = pending.pop())
    new DirectoryCheck(volume, place, pending).run();
}

/** FSCK0000 and on: eight characters for as many entries as a directory has. */
export function inventedName(n: number): string {
  return n < 10000 ? `FSCK${String(n).padStart(4, '0')}` : `F${String(n).padStart(7, '0')}`;
}

class DirectoryCheck {
  private readonly directory: Directory;
  private readonly names = new Set<string>();
  private readonly long = new LongName();
  private readonly isRoot: boolean;
  private taken: Set<string> | undefined;
  private invented = 0;

  constructor(
    private readonly volume: Volume,
    private readonly place: DirectoryPlace,
    private readonly pending: DirectoryPlace[],
  ) {
    this.directory = Directory.at(volume, place);
    this.isRoot = place.start === volume.rootCluster;
  }

  run(): void {
    const { directory } = this;
    for (let index = this.isRoot ? 0 : 2; index < directory.slots; index++) {
      const slot = directory.slot(index);
      if (slot[0] === SLOT_END && !this.extend(index)) break;
      if (slot[0] === SLOT_END || slot[0] === SLOT_DELETED) this.dropOrphans();
      else if (isLongPart(slot)) this.longPart(slot, index);
      else this.entry(slot, index);
    }
    this.dropOrphans();
  }

  private longPart(slot: Uint8Array, index: number): void {
    if (slot[12] !== 0 || slot[26] !== 0 || slot[27] !== 0) this.clearReserved(slot, index);
    if (this.long.add(slot, index)) return;
    this.dropOrphans();
    this.long.add(slot, index);
  }

  /** Three bytes that other entries have are 0 in a part of a name. */
  private clearReserved(slot: Uint8Array, index: number): void {
    const message = `Long filename entry in ${shown(this.place.path)} has reserved bytes set`;
    if (!this.volume.dialog.repair(message, 'CLEAR', 'CLEARED')) return;
    slot[12] = 0;
    slot.fill(0, 26, 28);
    this.directory.put(index);
  }

  /** Parts of a long name that no short name follows. */
  private dropOrphans(): void {
    const parts = this.long.take();
    if (parts.length === 0) return;
    const message = `Invalid long filename entry in ${shown(this.place.path)}`;
    if (this.volume.dialog.repair(message, 'REMOVE', 'REMOVED')) for (const index of parts) this.directory.erase(index);
  }

  private entry(slot: Uint8Array, index: number): void {
    const longName = this.long.of(slot);
    if (longName === undefined) this.dropOrphans();
    const parts = this.long.take();
    const path = `${this.place.path}/${longName ?? shortName(slot)}`;
    this.checkAttributes(slot, index, path);
    if (isVolumeLabel(slot) && !this.isNoLabel(slot, index, path)) return;
    const raw = rawName(slot);
    if (raw === DOT || raw === DOTDOT) {
      if (this.volume.dialog.decide(`Entry ${shown(path)} is not where it belongs`, 'REMOVE'))
        this.directory.erase(index);
      return;
    }
    this.checkName(slot, index, path, parts);
    const below = checkEntry(this.volume, { directory: this.directory, index, slot, path, parts, place: this.place });
    if (below === undefined) return;
    if (this.isRoot && rawName(slot) === LOST_DIR) this.volume.lostDir = below.start;
    this.pending.push(below);
  }

  /** Bits that nobody has, and a directory that is a label. */
  private checkAttributes(slot: Uint8Array, index: number, path: string): void {
    const [attributes, more] = [slot[11] as number, slot[12] as number];
    const wanted = attributes & 0x3f & (isDirectory(slot) ? ~ATTR_VOLUME : 0xff);
    if (attributes === wanted && (more & ~NT_BITS) === 0) return;
    const message = `${shown(path)} has odd attributes (0x${attributes.toString(16)} 0x${more.toString(16)})`;
    if (!this.volume.dialog.repair(message, 'CORRECT', 'CORRECTED')) return;
    slot[11] = wanted;
    slot[12] = more & NT_BITS;
    this.directory.put(index);
  }

  /** A label that cannot be one becomes a file. @returns true when it did */
  private isNoLabel(slot: Uint8Array, index: number, path: string): boolean {
    const hasContent = startCluster(slot, this.volume.geometry.bits) !== 0 || fileSize(slot) !== 0;
    if (this.isRoot && !hasContent) return false;
    const fault = hasContent ? 'is a volume label with clusters' : 'is a volume label below the root';
    if (!this.volume.dialog.decide(`${shown(path)} ${fault}`, 'MAKE IT A FILE')) return false;
    slot[11] = (slot[11] as number) & ~ATTR_VOLUME;
    this.directory.put(index);
    return true;
  }

  /** A name that nothing could open, or that is there a second time. */
  private checkName(slot: Uint8Array, index: number, path: string, parts: readonly number[]): void {
    const raw = rawName(slot);
    const bad = isBadName(raw);
    const twice = this.names.has(raw);
    if (bad || twice) {
      const fault = bad ? 'has a name with invalid characters' : 'has the name of another entry';
      if (this.volume.dialog.decide(`${shown(path)} ${fault}`, 'RENAME'))
        this.rename(slot, index, mendedName(raw), parts);
    }
    this.names.add(rawName(slot));
  }

  private rename(slot: Uint8Array, index: number, wanted: string, parts: readonly number[]): void {
    const all = this.allNames();
    let name = wanted;
    while (all.has(name)) name = inventedName(this.invented++) + wanted.slice(8);
    all.add(name);
    putLatin1(slot, 0, name, 11);
    this.directory.put(index);
    const checksum = nameChecksum(slot);
    for (const part of parts) {
      this.directory.slot(part)[13] = checksum;
      this.directory.put(part);
    }
  }

  private allNames(): Set<string> {
    if (this.taken === undefined) {
      this.taken = new Set();
      for (let i = 0; i < this.directory.slots; i++) this.taken.add(rawName(this.directory.slot(i)));
    }
    return this.taken;
  }

  /** At the mark of the end: is there anything behind? @returns true when the slots up to it were made into deleted ones */
  private extend(end: number): boolean {
    const { dialog } = this.volume;
    const message = `${shown(this.place.path)} has entries after end of directory`;
    let next = this.next(end + 1, (slot) => this.looksSound(slot));
    if (next === undefined) {
      const garbage = this.next(end + 1, (slot) => slot[0] !== SLOT_END && slot[0] !== SLOT_DELETED) !== undefined;
      if (garbage && dialog.repair(message, 'TRUNCATE', 'TRUNCATED')) this.truncate(end);
      return false;
    }
    while (next > end + 1 && isLongPart(this.directory.slot(next - 1))) next--;
    const { unresolved } = dialog;
    if (dialog.decide(message, 'EXTEND')) {
      for (let i = end; i < next; i++) this.directory.erase(i);
      return true;
    }
    if (dialog.ask('TRUNCATE')) {
      this.truncate(end);
      dialog.unresolved = unresolved;
    }
    return false;
  }

  private truncate(end: number): void {
    for (let i = end; i < this.directory.slots; i++) {
      if (this.directory.slot(i).every((byte) => byte === 0)) continue;
      this.directory.slot(i).fill(0);
      this.directory.put(i);
    }
  }

  private next(from: number, wanted: (slot: Uint8Array) => boolean): number | undefined {
    for (let i = from; i < this.directory.slots; i++) if (wanted(this.directory.slot(i))) return i;
    return undefined;
  }

  /** True for what looks like an entry of something. */
  private looksSound(slot: Uint8Array): boolean {
    if (slot[0] === SLOT_END || slot[0] === SLOT_DELETED || isLongPart(slot)) return false;
    const { bits } = this.volume.geometry;
    const start = startCluster(slot, bits);
    return (
      ((slot[11] as number) & 0xc0) === 0 &&
      !isBadName(rawName(slot)) &&
      (start === 0 || this.volume.fat.isCluster(start))
    );
  }
}
