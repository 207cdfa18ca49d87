// SPDX-License-Identifier: BSD-2-Clause
/**
 * The partitions of a disk image: GPT, MBR with the disklabels in its slices, or a disklabel alone. Pure, for the page and the
 * command line; a hostile table yields partitions inside the disk or none.
 */
import { readDisklabel } from './partitions/disklabel.ts';
import { readGpt } from './partitions/gpt.ts';
import { BSD_SLICES, readMbr } from './partitions/mbr.ts';
import type { Partition, PartitionScheme, ReadBytes } from './partitions/partition.ts';

export type { Partition, ReadBytes } from './partitions/partition.ts';

export interface PartitionTable {
  readonly scheme: PartitionScheme;
  /** In the order of the tables; what lies outside the disk is left out, what crosses its end is cut. */
  readonly partitions: readonly Partition[];
}

/** The table of a disk of `size` bytes, or undefined when it has none. */
export function readPartitionTable(read: ReadBytes, size: number): PartitionTable | undefined {
  const found = tableOf(read, size);
  if (found === undefined) return undefined;
  const partitions = found.partitions
    .filter((p) => p.offset >= 0 && p.offset < size && p.size > 0)
    .map((p) => ({ ...p, size: Math.min(p.size, size - p.offset) }));
  return { scheme: found.scheme, partitions };
}

function tableOf(read: ReadBytes, size: number): PartitionTable | undefined {
  const mbr = readMbr(read, size);
  if (mbr === undefined || mbr.protective) {
    const gpt = readGpt(read, size);
    if (gpt !== undefined) return { scheme: 'gpt', partitions: gpt };
  }
  if (mbr !== undefined) {
    const labels = mbr.partitions
      .filter((slice) => BSD_SLICES.has(slice.code))
      .flatMap((slice) => readDisklabel(read, slice.offset) ?? []);
    return { scheme: 'mbr', partitions: [...mbr.partitions, ...labels] };
  }
  const label = readDisklabel(read, 0);
  return label === undefined ? undefined : { scheme: 'disklabel', partitions: label };
}

/** How a partition is called behind `IMAGE:`: its letter, or its number. */
export function partitionName(partition: Partition): string {
  return partition.letter !== '' ? partition.letter : String(partition.number);
}

/** The partition with this number, letter or label; `dkN` is the wedge of the Nth partition from 0. */
export function findPartition(table: PartitionTable, name: string): Partition | undefined {
  const { partitions } = table;
  const wedge = /^dk(\d+)$/.exec(name);
  return (
    partitions.find((p) => partitionName(p) === name) ??
    partitions.find((p) => p.label !== '' && p.label === name) ??
    (wedge === null ? undefined : partitions[Number(wedge[1])])
  );
}
