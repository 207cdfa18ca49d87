// SPDX-License-Identifier: BSD-2-Clause
import { HEAD_BYTES, imageKind } from '../../userland/disk/image_kind.ts';
import {
  type Partition,
  type PartitionTable,
  partitionName,
  type ReadBytes,
} from '../../userland/disk/partition_table.ts';

/** The partitions of an image, a line each: as it is typed, how large, what the table says, what is there. */
export function listPartitions(path: string, table: PartitionTable, read: ReadBytes): string {
  const lines = table.partitions.map((p) => {
    const typed = `${path}:${partitionName(p)}`.padEnd(path.length + 4);
    const label = p.label === '' ? '' : ` "${p.label}"`;
    return `  ${typed} ${sizeText(p.size).padStart(9)}  ${contents(p, read).padEnd(8)} (${p.type}${label})`;
  });
  return lines.length === 0 ? '  (none)' : lines.join('\n');
}

function contents(p: Partition, read: ReadBytes): string {
  const kind = imageKind(read(p.offset, Math.min(HEAD_BYTES, p.size)), p.size);
  return kind.fs === undefined ? '-' : kind.label;
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}
