// SPDX-License-Identifier: BSD-2-Clause
import {
  ATTR_DIRECTORY,
  DOT,
  DOTDOT,
  newEntry,
  rawName,
  SLOT_DELETED,
  SLOT_END,
  setStartCluster,
} from '../fat_dirent.ts';
import { inventedName } from './check_directory.ts';
import { Directory, type DirectoryPlace, eachEntry, maxDirectoryClusters, rootPlace } from './directory.ts';
import type { Volume } from './volume.ts';

const NAME = 'LOST    DIR';
const EXTENSION = '   ';
/** Names that are given: FSCK0000 to FSCK9999. */
const MAX_NAMES = 10000;

/** The directory LOST.DIR below the root: made when it is needed and not there, longer when it is full. */
export class LostDir {
  readonly path = '/LOST.DIR';
  private directory: Directory | undefined;
  private readonly taken = new Set<string>();
  private slot = 2;
  private named = 0;
  private free = 2;

  constructor(private readonly volume: Volume) {}

  /** The first cluster of LOST.DIR. Only after prepare(). */
  get start(): number {
    return this.volume.lostDir as number;
  }

  /** Find a place for one more entry, with new clusters where it takes them. @returns false when there is none */
  prepare(): boolean {
    if (this.named >= MAX_NAMES) return false;
    if (this.volume.lostDir === undefined && !this.create()) return false;
    if (this.directory === undefined) {
      this.directory = Directory.at(this.volume, this.place());
      eachEntry(this.directory, (slot) => this.taken.add(rawName(slot)));
    }
    const slot = findSlot(this.directory, this.slot);
    if (slot !== undefined) this.slot = slot;
    else if (!this.extend(this.place())) return false;
    return true;
  }

  /** Enter a chain of clusters under a new name. @returns the path */
  add(start: number, attributes: number, size: number): string {
    const directory = this.directory as Directory;
    let base = inventedName(this.named++);
    while (this.taken.has(base + EXTENSION)) base = inventedName(this.named++);
    const entry = newEntry(base + EXTENSION, attributes, this.volume.now);
    setStartCluster(entry, this.volume.geometry.bits, start);
    new DataView(entry.buffer).setUint32(28, size, true);
    putEntry(directory, this.slot++, entry);
    return `${this.path}/${base}`;
  }

  private place(): DirectoryPlace {
    return { path: this.path, start: this.start, parent: 0 };
  }

  private create(): boolean {
    const { volume } = this;
    const root = rootPlace(volume);
    const cluster = this.takeCluster();
    if (cluster === undefined) return false;
    let directory = Directory.at(volume, root);
    let slot = findSlot(directory, 0);
    if (slot === undefined && root.start !== 0 && this.lengthen(root)) {
      directory = Directory.at(volume, root);
      slot = findSlot(directory, 0);
    }
    if (slot === undefined) {
      volume.fat.set(cluster, 0);
      return false;
    }
    const { bits } = volume.geometry;
    const fresh = Directory.ofClusters(volume, [cluster]);
    const entry = newEntry(NAME, ATTR_DIRECTORY, volume.now);
    setStartCluster(entry, bits, cluster);
    for (const [i, name] of [DOT, DOTDOT].entries()) {
      const dot = newEntry(name, ATTR_DIRECTORY, volume.now);
      setStartCluster(dot, bits, i === 0 ? cluster : 0);
      putEntry(fresh, i, dot);
    }
    putEntry(directory, slot, entry);
    volume.lostDir = cluster;
    volume.files++;
    return true;
  }

  private extend(place: DirectoryPlace): boolean {
    if (!this.lengthen(place)) return false;
    this.directory = Directory.at(this.volume, place);
    const slot = findSlot(this.directory, this.slot);
    if (slot === undefined) return false;
    this.slot = slot;
    return true;
  }

  /** One more cluster for a directory. */
  private lengthen(place: DirectoryPlace): boolean {
    const { fat } = this.volume;
    let last = place.start;
    let length = 1;
    for (let next = fat.get(last); fat.isCluster(next); next = fat.get(last)) {
      last = next;
      if (++length >= maxDirectoryClusters(this.volume)) return false;
    }
    const cluster = this.takeCluster();
    if (cluster === undefined) return false;
    fat.set(last, cluster);
    return true;
  }

  /** A free cluster, zeroed, claimed and the end of its chain. */
  private takeCluster(): number | undefined {
    const { volume } = this;
    const cluster = volume.fat.findFree(this.free);
    if (cluster === undefined) return undefined;
    this.free = cluster + 1;
    volume.fat.set(cluster, volume.fat.endMark);
    volume.claimed.add(cluster);
    volume.disk.write(volume.clusterOffset(cluster), new Uint8Array(volume.geometry.clusterBytes));
    return cluster;
  }
}

function findSlot(directory: Directory, from: number): number | undefined {
  for (let i = from; i < directory.slots; i++) {
    const first = directory.slot(i)[0];
    if (first === SLOT_END || first === SLOT_DELETED) return i;
  }
  return undefined;
}

/** What was the end mark moves one on: behind it may be anything. */
function putEntry(directory: Directory, index: number, entry: Uint8Array): void {
  const slot = directory.slot(index);
  const wasEnd = slot[0] === SLOT_END;
  slot.set(entry);
  directory.put(index);
  if (!wasEnd || index + 1 >= directory.slots) return;
  directory.slot(index + 1).fill(0);
  directory.put(index + 1);
}
