// SPDX-License-Identifier: BSD-2-Clause
/**
 * The BSD disklabel, of either byte order. Each port keeps it elsewhere in the first sectors, so it is looked for; the
 * magic stands twice in it and a checksum covers it.
 */
import { type Partition, type ReadBytes, viewOf } from './partition.ts';

const MAGIC = 0x82564557;
const MAGIC2_AT = 132;
const COUNT_AT = 138;
const TABLE_AT = 148;
const ENTRY_BYTES = 16;
const MOST_PARTITIONS = 22;
/** Labels start on a multiple of 4 in the first 64 KiB. */
const SEARCHED_BYTES = 65536;
const FIRST_SEARCHED_BYTES = 2048;
const RAW_PART = 2;

// biome-ignore format: a table
export const FS_TYPES = ['unused', 'swap', 'Version 6', 'Version 7', 'System V', '4.1BSD', 'Eighth Edition', '4.2BSD', 'MSDOS', '4.4LFS', 'unknown', 'HPFS', 'ISO9660', 'boot', 'ADOS', 'HFS', 'FILECORE', 'Linux Ext2', 'NTFS', 'RAID', 'ccd', 'jfs', 'Apple UFS', 'vinum', 'udf', 'SysVBFS', 'EFS', 'NiLFS', 'cgd', 'MINIX FSv3'];

/**
 * The partitions of the label in the area that starts at `start` (a slice of an MBR, or 0), or undefined when there is none.
 * Offsets of partitions are those of the disk.
 */
export function readDisklabel(read: ReadBytes, start: number): Partition[] | undefined {
  const head = read(start, FIRST_SEARCHED_BYTES);
  return labelIn(head, start) ?? labelIn(read(start, SEARCHED_BYTES), start);
}

function labelIn(bytes: Uint8Array, start: number): Partition[] | undefined {
  const view = viewOf(bytes);
  for (let at = 0; at + TABLE_AT <= bytes.length; at += 4) {
    const little = view.getUint32(at, true) === MAGIC;
    if (!little && view.getUint32(at, false) !== MAGIC) continue;
    if (view.getUint32(at + MAGIC2_AT, little) !== MAGIC) continue;
    const count = view.getUint16(at + COUNT_AT, little);
    const end = at + TABLE_AT + count * ENTRY_BYTES;
    if (count > MOST_PARTITIONS || end > bytes.length || !sumsToZero(view, at, end, little)) continue;
    return entries(view, at, count, little, start);
  }
  return undefined;
}

function sumsToZero(view: DataView, from: number, to: number, little: boolean): boolean {
  let sum = 0;
  for (let at = from; at < to; at += 2) sum ^= view.getUint16(at, little);
  return sum === 0;
}

function entries(view: DataView, at: number, count: number, little: boolean, start: number): Partition[] {
  const sectorSize = view.getUint32(at + 40, little) || 512;
  const base = relativeBase(view, at + TABLE_AT, count, little, sectorSize, start);
  const found: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const entry = at + TABLE_AT + i * ENTRY_BYTES;
    const size = view.getUint32(entry, little) * sectorSize;
    const code = view.getUint8(entry + 12);
    if (size === 0) continue;
    found.push({
      scheme: 'disklabel',
      number: 0,
      letter: String.fromCharCode(97 + i),
      label: '',
      type: FS_TYPES[code] ?? `type ${code}`,
      offset: base + view.getUint32(entry + 4, little) * sectorSize,
      size,
    });
  }
  return found;
}

/** FreeBSD counts from the start of the slice: then `c`, the slice itself, begins at 0 and no partition fits behind it. */
function relativeBase(
  view: DataView,
  table: number,
  count: number,
  little: boolean,
  sectorSize: number,
  start: number,
): number {
  if (start === 0 || count <= RAW_PART) return 0;
  const used = Array.from({ length: count }, (_, i) => table + i * ENTRY_BYTES).filter(
    (entry) => view.getUint32(entry, little) !== 0 && view.getUint8(entry + 12) !== 0,
  );
  const first = Math.min(...used.map((entry) => view.getUint32(entry + 4, little)));
  const rawIsFirst = view.getUint32(table + RAW_PART * ENTRY_BYTES + 4, little) === 0;
  return rawIsFirst && first * sectorSize < start ? start : 0;
}
