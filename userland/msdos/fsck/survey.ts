// SPDX-License-Identifier: BSD-2-Clause
/**
 * Before anything is repaired: which files are beyond doubt? One whose size is the length of its chain, a directory whose `.` and
 * `..` are right. When two want the same cluster, the one that is beyond doubt keeps it, whichever comes first in the tree.
 */
import { DOT, DOTDOT, fileSize, isDirectory, rawName, startCluster } from '../fat_dirent.ts';
import { type Chain, walkChain } from './chain.ts';
import { Directory, type DirectoryPlace, eachEntry, maxDirectoryClusters, rootPlace } from './directory.ts';
import { NumberSet } from './number_set.ts';
import type { Volume } from './volume.ts';

/** Steps along chains that led to nothing, as a multiple of the clusters: more is not worth the time. */
const PATIENCE = 8;

export function surveyFiles(volume: Volume): void {
  new Survey(volume).run();
}

class Survey {
  private readonly pending: DirectoryPlace[];
  private readonly seen = new NumberSet();
  private patience: number;

  constructor(private readonly volume: Volume) {
    this.pending = [rootPlace(volume)];
    this.patience = PATIENCE * volume.geometry.clusters + 1000;
  }

  run(): void {
    const root = this.volume.rootCluster;
    if (root !== 0) this.trust(root, maxDirectoryClusters(this.volume), false);
    for (let place = this.pending.pop(); place !== undefined; place = this.pending.pop()) this.directory(place);
  }

  private directory(place: DirectoryPlace): void {
    if (this.seen.has(place.start)) return;
    this.seen.add(place.start);
    const { bits } = this.volume.geometry;
    const directory = Directory.at(this.volume, place);
    eachEntry(directory, (slot, index) => {
      const start = startCluster(slot, bits);
      const name = rawName(slot);
      if (name === DOT || name === DOTDOT || !this.volume.fat.isCluster(start)) return;
      const below = { path: '', start, parent: place.start === this.volume.rootCluster ? 0 : place.start };
      const sound = isDirectory(slot) ? this.soundDirectory(below) : this.soundFile(start, fileSize(slot));
      if (sound) this.volume.trustedSlots.add(directory.slotNumber(index));
    });
  }

  private soundFile(start: number, size: number): boolean {
    const expected = Math.ceil(size / this.volume.geometry.clusterBytes);
    return expected > 0 && this.trust(start, expected, true);
  }

  private soundDirectory(place: DirectoryPlace): boolean {
    if (this.seen.has(place.start) || this.volume.trusted.has(place.start)) return false;
    if (!hasRightDots(this.volume, place)) return false;
    this.pending.push(place);
    return this.trust(place.start, maxDirectoryClusters(this.volume), false);
  }

  /** Trust a chain that ends as it must: after `limit` clusters exactly, or after at most so many. */
  private trust(start: number, limit: number, exactly: boolean): boolean {
    const { trusted } = this.volume;
    if (this.patience <= 0) return false;
    const chain: Chain = walkChain(
      this.volume,
      start,
      limit,
      (c) => trusted.has(c),
      () => undefined,
    );
    if (chain.end !== 'end' || (exactly && chain.length !== limit)) {
      this.patience -= chain.length;
      return false;
    }
    walkChain(
      this.volume,
      start,
      limit,
      () => false,
      (cluster) => trusted.add(cluster),
    );
    return true;
  }
}

/** True when the first two entries name the directory itself and the one above. */
export function hasRightDots(volume: Volume, { start, parent }: DirectoryPlace): boolean {
  const { bits } = volume.geometry;
  const directory = Directory.ofClusters(volume, [start]);
  const [dot, dotdot] = [directory.slot(0), directory.slot(1)];
  return (
    rawName(dot) === DOT &&
    startCluster(dot, bits) === start &&
    rawName(dotdot) === DOTDOT &&
    startCluster(dotdot, bits) === parent
  );
}
