// SPDX-License-Identifier: BSD-2-Clause
import type { GroupDescriptor } from '../group_table.ts';
import { EXT2F_INCOMPAT_FLEX_BG, hasIncompat } from '../superblock.ts';
import { Ext2Volume } from '../volume.ts';

/** Groups whose descriptor names places that cannot be: outside, or where something else is. */
export function badDescriptors(volume: Ext2Volume): number[] {
  const { geometry, groups, sb } = volume;
  const flexible = hasIncompat(sb, EXT2F_INCOMPAT_FLEX_BG);
  const bad = new Set<number>();
  const places: { from: number; to: number; group: number }[] = [];
  for (let group = 0; group < geometry.groups; group++) {
    const start = geometry.groupStart(group);
    const low = flexible ? geometry.firstDblock : start;
    const high = flexible ? geometry.bcount : start + geometry.groupBlocks(group);
    if (geometry.superBlocks(group) > 0)
      places.push({ from: start, to: start + geometry.superBlocks(group), group: -1 });
    for (const [from, length] of placesOf(groups.get(group), geometry.tableBlocks)) {
      if (from < low || from + length > high) bad.add(group);
      else places.push({ from, to: from + length, group });
    }
  }
  places.sort((a, b) => a.from - b.from || a.group - b.group);
  let end = 0;
  for (const place of places) {
    if (place.from < end && place.group >= 0) bad.add(place.group);
    end = Math.max(end, place.to);
  }
  return [...bad].sort((a, b) => a - b);
}

function placesOf(gd: GroupDescriptor, tableBlocks: number): [from: number, length: number][] {
  return [
    [gd.blockBitmap, 1],
    [gd.inodeBitmap, 1],
    [gd.inodeTable, tableBlocks],
  ];
}

/** The descriptors of the copy with the fewest faults; undefined when none has fewer than `atMost`. */
export function bestBackup(volume: Ext2Volume, atMost: number): Uint8Array | undefined {
  const { geometry, sb, disk } = volume;
  let best: Uint8Array | undefined;
  let fewest = atMost;
  for (let group = 1; group < geometry.groups && fewest > 0; group++) {
    if (!geometry.hasSuper(group)) continue;
    const bytes = volume.readBlocks(geometry.groupStart(group) + 1, geometry.gdBlocks);
    const faults = badDescriptors(new Ext2Volume(disk, sb, bytes)).length;
    if (faults < fewest) {
      fewest = faults;
      best = bytes;
    }
  }
  return best;
}

/** Bitmaps and table of a group where every mkfs without flexible groups puts them. */
export function placeByCustom(volume: Ext2Volume, group: number): void {
  const { geometry, groups } = volume;
  const gd = groups.get(group);
  gd.blockBitmap = geometry.groupStart(group) + geometry.superBlocks(group);
  gd.inodeBitmap = gd.blockBitmap + 1;
  gd.inodeTable = gd.blockBitmap + 2;
}
