// SPDX-License-Identifier: BSD-2-Clause
/** The MBR: four partitions, extended ones with a chain of logical partitions from number 5 on. */
import { MbrDisk } from '../../partition/mbr/mbr_disk.ts';
import { isExtended, MBR_BYTES, MBR_PROTECTIVE } from '../../partition/mbr/mbr_sector.ts';
import { typeText } from '../../partition/mbr/mbr_types.ts';
import type { Partition, ReadBytes } from './partition.ts';
import { ReadOnlyDisk } from './read_only_disk.ts';

/** Slices that hold a disklabel. */
export const BSD_SLICES: ReadonlySet<number> = new Set([0xa5, 0xa6, 0xa9]);

export interface MbrPartition extends Partition {
  readonly code: number;
}

/** The partitions, or undefined when the first sector is no MBR. `protective`: the real table is a GPT. */
export function readMbr(
  read: ReadBytes,
  size: number,
): { partitions: MbrPartition[]; protective: boolean } | undefined {
  const entries = new MbrDisk(new ReadOnlyDisk(read, size, MBR_BYTES)).list();
  const partitions = entries
    .filter((entry) => !isExtended(entry.type))
    .map((entry) => ({
      scheme: 'mbr' as const,
      number: entry.index,
      letter: '',
      label: '',
      type: typeText(entry.type),
      code: entry.type,
      offset: entry.start * MBR_BYTES,
      size: entry.size * MBR_BYTES,
    }));
  if (partitions.length === 0) return undefined;
  return { partitions, protective: partitions.some((p) => p.code === MBR_PROTECTIVE) };
}
