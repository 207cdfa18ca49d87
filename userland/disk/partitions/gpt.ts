// SPDX-License-Identifier: BSD-2-Clause
/** The GUID partition table: the primary one, or the copy in the last sector when that is damaged. */
import { GptTable } from '../../partition/gpt/gpt_table.ts';
import { typeText } from '../../partition/gpt/gpt_types.ts';
import type { Partition, ReadBytes } from './partition.ts';
import { ReadOnlyDisk } from './read_only_disk.ts';

const SECTOR_SIZES = [512, 4096, 2048];

/** The partitions, or undefined when there is no table that can be believed. */
export function readGpt(read: ReadBytes, size: number): Partition[] | undefined {
  for (const sectorSize of SECTOR_SIZES) {
    const disk = new ReadOnlyDisk(read, size, sectorSize);
    const table = GptTable.read(disk, 1) ?? GptTable.read(disk, Math.floor(size / sectorSize) - 1);
    if (table === undefined) continue;
    return table.list().map((entry) => ({
      scheme: 'gpt',
      number: entry.index,
      letter: '',
      label: entry.name,
      type: typeText(entry.type),
      offset: entry.first * sectorSize,
      size: Math.max(0, entry.last - entry.first + 1) * sectorSize,
    }));
  }
  return undefined;
}
