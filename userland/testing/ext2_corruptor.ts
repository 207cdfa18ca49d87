// SPDX-License-Identifier: BSD-2-Clause
/** Damage to an ext2 image that a seed decides, where it hurts: superblock, descriptors, bitmaps, inodes, directories, maps. */
import { blockPointer, dinode, formatOf, hasExtents, IFDIR } from '../ext2/dinode.ts';
import { ExtentNode } from '../ext2/extent_node.ts';
import { SBOFF, SBSIZE, superblock } from '../ext2/superblock.ts';
import { Ext2Volume } from '../ext2/volume.ts';

/** A small generator of the same numbers for the same seed. */
export function seededRandom(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

/** Change the image; says what was changed. */
export function corruptExt2(image: Uint8Array, seed: number): string {
  const random = seededRandom(seed);
  const disk = {
    size: image.length,
    sectorSize: 512,
    read: (at: number, n: number) => image.subarray(at, at + n),
    write: (at: number, data: Uint8Array) => image.set(data, at),
    flush: () => undefined,
    close: () => undefined,
  };
  const volume = new Ext2Volume(disk, superblock(image.subarray(SBOFF, SBOFF + SBSIZE)));
  const regions = interesting(volume);
  const said: string[] = [];
  for (let n = 1 + random(3); n > 0; n--) {
    const kinds = [...regions.keys()];
    const kind = kinds[random(kinds.length)] as string;
    const list = regions.get(kind) as [number, number][];
    const [at, length] = list[random(list.length)] as [number, number];
    said.push(`${kind} ${damage(image, at, length, random)}`);
  }
  return said.join('; ');
}

/** Bytes [at, length] by what they are. */
function interesting(volume: Ext2Volume): Map<string, [number, number][]> {
  const { geometry, groups, bsize } = volume;
  const regions = new Map<string, [number, number][]>();
  const add = (kind: string, at: number, length: number): void => {
    const list = regions.get(kind) ?? [];
    list.push([at, length]);
    regions.set(kind, list);
  };
  add('superblock', SBOFF, 360);
  add('descriptors', (geometry.firstDblock + 1) * bsize, geometry.groups * 32);
  for (let group = 0; group < geometry.groups; group++) {
    add('block bitmap', groups.get(group).blockBitmap * bsize, bsize);
    add('inode bitmap', groups.get(group).inodeBitmap * bsize, geometry.ipg / 8);
  }
  for (let ino = 1; ino <= geometry.icount; ino++) {
    const di = dinode(volume.readInode(ino).bytes);
    if (di.nlink === 0) continue;
    add('inode', volume.inodeAt(ino), geometry.inodeSize);
    add('inode core', volume.inodeAt(ino), 44);
    if (di.faclLow !== 0) add('attributes', di.faclLow * bsize, 100);
    const first = hasExtents(di) ? firstExtent(volume, di.bytes.subarray(40, 100)) : blockPointer(di, 0);
    if (formatOf(di) === IFDIR && geometry.validBlock(first)) {
      for (let i = 0; i < 4; i++) add('directory', first * bsize + i * bsize, bsize);
      add('directory start', first * bsize, 64);
    }
    const indirect = hasExtents(di) ? 0 : blockPointer(di, 12);
    if (geometry.validBlock(indirect) && indirect > 0) add('indirect', indirect * bsize, bsize);
  }
  return regions;
}

function firstExtent(volume: Ext2Volume, area: Uint8Array): number {
  const node = new ExtentNode(area);
  if (node.depth > 0) return firstExtent(volume, volume.readBlock(node.child(0).block));
  return node.extent(0).start;
}

function damage(image: Uint8Array, at: number, length: number, random: (below: number) => number): string {
  const place = at + random(length);
  switch (random(5)) {
    case 0:
      image[place] = (image[place] as number) ^ (1 << random(8));
      return `bit at ${place}`;
    case 1:
      image[place] = random(256);
      return `byte at ${place}`;
    case 2: {
      const word = at + 4 * random(Math.max(length >> 2, 1));
      new DataView(image.buffer, image.byteOffset).setUint32(
        word,
        random(2) === 0 ? random(70000) : random(0x100000000),
        true,
      );
      return `word at ${word}`;
    }
    case 3:
      image.fill(0, place, Math.min(place + 1 + random(64), at + length));
      return `zeros from ${place}`;
    default:
      for (let i = 0; i < 16 && place + i < at + length; i++) image[place + i] = random(256);
      return `noise from ${place}`;
  }
}
