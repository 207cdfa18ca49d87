// SPDX-License-Identifier: BSD-2-Clause
import * as V7 from './v7fs_format.ts';

export interface V7Found {
  readonly order: V7.ByteOrder;
  /** Bytes, as the superblock says. */
  readonly size: number;
}

/**
 * Is this the head of a v7fs, and in which byte order? Without a magic number a disk is taken for one only when the superblock,
 * the root's inode, and as far as the head goes the root's first two entries all agree.
 *
 * @param fileSize  bytes; what is longer than its file is none
 */
export function probeV7fs(head: Uint8Array, fileSize: number): V7Found | undefined {
  if (head.length < 3 * V7.BLOCK) return undefined;
  const order = V7.BYTE_ORDERS.find((o) => isV7fs(o, head, fileSize));
  if (order === undefined) return undefined;
  return { order, size: V7.get32(order, head, V7.BLOCK + 2) * V7.BLOCK };
}

function isV7fs(order: V7.ByteOrder, head: Uint8Array, fileSize: number): boolean {
  const sb = V7.decodeSuperblock(order, head.subarray(V7.BLOCK, 2 * V7.BLOCK));
  if (sb === undefined || sb.fsize * V7.BLOCK > fileSize) return false;
  if (!sb.free.every((block, i) => V7.isData(sb, block) || (i === 0 && block === 0))) return false;
  const root = V7.decodeInode(order, head, V7.inodeOffset(V7.ROOT_INODE));
  const [first = 0] = root.addr;
  if ((root.mode & V7.IFMT) !== V7.IFDIR || root.nlink < 2 || root.size < 2 * V7.ENTRY_BYTES) return false;
  if (root.size % V7.ENTRY_BYTES !== 0 || !V7.isData(sb, first)) return false;
  const at = first * V7.BLOCK;
  if (at + 2 * V7.ENTRY_BYTES > head.length) return true;
  return ['.', '..'].every((name, i) => {
    const entry = V7.decodeEntry(order, head, at + i * V7.ENTRY_BYTES);
    return entry.ino === V7.ROOT_INODE && entry.name === name;
  });
}
