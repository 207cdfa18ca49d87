// SPDX-License-Identifier: BSD-2-Clause
import type { Ext2Volume } from './volume.ts';

interface Zone {
  readonly from: number;
  to: number;
}

/** Blocks that belong to the file system itself: superblocks, descriptors, bitmaps, inode tables. Sorted, not touching. */
export class Zones {
  private readonly list: Zone[] = [];

  constructor(volume: Ext2Volume) {
    const { geometry, groups } = volume;
    const all: Zone[] = [];
    for (let group = 0; group < geometry.groups; group++) {
      const start = geometry.groupStart(group);
      const gd = groups.get(group);
      all.push({ from: start, to: start + geometry.superBlocks(group) });
      all.push({ from: gd.blockBitmap, to: gd.blockBitmap + 1 });
      all.push({ from: gd.inodeBitmap, to: gd.inodeBitmap + 1 });
      all.push({ from: gd.inodeTable, to: gd.inodeTable + geometry.tableBlocks });
    }
    for (const zone of all.filter((z) => z.to > z.from).sort((a, b) => a.from - b.from)) {
      const last = this.list.at(-1);
      if (last !== undefined && zone.from <= last.to) last.to = Math.max(last.to, zone.to);
      else this.list.push(zone);
    }
  }

  forEach(body: (from: number, to: number) => void): void {
    for (const zone of this.list) body(zone.from, zone.to);
  }

  /** First block from `from` on, before `to`, that is in a zone; `to` when there is none. */
  next(from: number, to: number): number {
    const zone = this.after(from);
    return zone === undefined ? to : Math.min(Math.max(zone.from, from), to);
  }

  /** First block behind the zone that `block` is in; `block` itself when it is in none. */
  end(block: number): number {
    const zone = this.after(block);
    return zone === undefined || zone.from > block ? block : zone.to;
  }

  has(block: number): boolean {
    return this.end(block) !== block;
  }

  /** First zone that does not end before `block`. */
  private after(block: number): Zone | undefined {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle] as Zone).to > block) high = middle;
      else low = middle + 1;
    }
    return this.list[low];
  }
}
