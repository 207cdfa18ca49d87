// SPDX-License-Identifier: BSD-2-Clause
/** What the readers of partition tables share. They are pure: bytes come from a function, and nothing is ever written. */

/** Bytes from `offset`; fewer, or none, at the end of the disk. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

export type PartitionScheme = 'gpt' | 'mbr' | 'disklabel';

export interface Partition {
  readonly scheme: PartitionScheme;
  /** Slot of the table from 1, as fdisk and gpt(8) count; logical partitions of an MBR from 5. 0 in a disklabel. */
  readonly number: number;
  /** `a` … `p` in a disklabel, else empty. */
  readonly letter: string;
  /** Label of a GPT partition: the name of its wedge. Else empty. */
  readonly label: string;
  /** What the table says is in it: "NetBSD", "FAT32", "4.2BSD". */
  readonly type: string;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
