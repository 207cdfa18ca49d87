// SPDX-License-Identifier: BSD-2-Clause
import type { CylinderGroup } from '../cylinder_group.ts';
import type { Superblock } from '../superblock.ts';

const MAPS_FROM = 168;

/** Do the maps of a group lie in it, one behind the other? Any order that newfs programs made is good. */
export function groupLayoutSound(sb: Superblock, cg: CylinderGroup): boolean {
  const maps: [at: number, length: number][] = [
    [cg.iusedoff, Math.ceil(sb.ipg / 8)],
    [cg.freeoff, Math.ceil(sb.fpg / 8)],
  ];
  // Word 0 of the sums counts nothing and may lie on the map before it.
  if (sb.contigsumsize > 0)
    maps.push([cg.clustersumoff + 4, 4 * sb.contigsumsize], [cg.clusteroff, Math.ceil((sb.fpg >> sb.fragshift) / 8)]);
  maps.sort(([a], [b]) => a - b);
  let end = MAPS_FROM;
  for (const [at, length] of maps) {
    if (at < end) return false;
    end = at + length;
  }
  return end <= sb.cgsize && (sb.contigsumsize === 0 || cg.clustersumoff >= MAPS_FROM - 4);
}
