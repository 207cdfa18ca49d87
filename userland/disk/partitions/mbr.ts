// SPDX-License-Identifier: BSD-2-Clause
/** The MBR: four partitions, extended ones with a chain of logical partitions from number 5 on. */
import { type Partition, type ReadBytes, viewOf } from './partition.ts';

const SECTOR = 512;
const TABLE_AT = 446;
const ENTRY_BYTES = 16;
const SIGNATURE_AT = 510;
const SIGNATURE = 0xaa55;
const PROTECTIVE = 0xee;
const EXTENDED = new Set([0x05, 0x0f, 0x85]);
const MOST_LOGICAL = 128;

/** Slices that hold a disklabel. */
export const BSD_SLICES: ReadonlySet<number> = new Set([0xa5, 0xa6, 0xa9]);

// biome-ignore format: a table
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x01, 'FAT12'], [0x04, 'FAT16'], [0x06, 'FAT16'], [0x07, 'NTFS or exFAT'], [0x0b, 'FAT32'], [0x0c, 'FAT32'], [0x0e, 'FAT16'],
  [0x17, 'hidden NTFS'], [0x27, 'hidden NTFS'], [0x82, 'Linux swap'], [0x83, 'Linux'], [0x8e, 'Linux LVM'], [0xa5, 'FreeBSD'],
  [0xa6, 'OpenBSD'], [0xa9, 'NetBSD'], [0xaf, 'HFS'], [0xbe, 'Solaris boot'], [0xbf, 'Solaris'], [0xef, 'EFI system'],
  [0xfd, 'Linux RAID'],
]);

export interface MbrPartition extends Partition {
  readonly code: number;
}

interface Entry {
  readonly code: number;
  readonly start: number;
  readonly sectors: number;
}

/** The partitions, or undefined when the first sector is no MBR. `protective`: the real table is a GPT. */
export function readMbr(read: ReadBytes): { partitions: MbrPartition[]; protective: boolean } | undefined {
  const table = entriesAt(read, 0);
  if (table === undefined || !table.valid) return undefined;
  const partitions: MbrPartition[] = [];
  for (const [slot, entry] of table.entries.entries()) {
    if (entry.sectors === 0 || entry.code === 0 || EXTENDED.has(entry.code)) continue;
    partitions.push(partition(slot + 1, entry, entry.start));
  }
  const extended = table.entries.find((entry) => EXTENDED.has(entry.code) && entry.sectors !== 0);
  if (extended !== undefined) partitions.push(...logical(read, extended.start));
  if (partitions.length === 0) return undefined;
  return { partitions, protective: partitions.some((p) => p.code === PROTECTIVE) };
}

/** Each link of the chain has one partition, relative to the link, and the next link, relative to the first. */
function logical(read: ReadBytes, first: number): MbrPartition[] {
  const found: MbrPartition[] = [];
  const seen = new Set<number>();
  for (let at = first; !seen.has(at) && found.length < MOST_LOGICAL; ) {
    seen.add(at);
    const table = entriesAt(read, at * SECTOR);
    const [entry, next] = table?.entries ?? [];
    if (entry === undefined || next === undefined) break;
    if (entry.sectors !== 0 && entry.code !== 0) found.push(partition(5 + found.length, entry, at + entry.start));
    if (!EXTENDED.has(next.code) || next.sectors === 0) break;
    at = first + next.start;
  }
  return found;
}

function partition(number: number, entry: Entry, start: number): MbrPartition {
  return {
    scheme: 'mbr',
    number,
    letter: '',
    label: '',
    type: TYPES.get(entry.code) ?? `type 0x${entry.code.toString(16).padStart(2, '0')}`,
    code: entry.code,
    offset: start * SECTOR,
    size: entry.sectors * SECTOR,
  };
}

/** The four entries of a boot sector. Not valid: bytes that only happen to end in the signature. */
function entriesAt(read: ReadBytes, offset: number): { entries: Entry[]; valid: boolean } | undefined {
  const bytes = read(offset, SECTOR);
  if (bytes.length < SECTOR) return undefined;
  const view = viewOf(bytes);
  if (view.getUint16(SIGNATURE_AT, true) !== SIGNATURE) return undefined;
  const slots = [0, 1, 2, 3].map((slot) => TABLE_AT + slot * ENTRY_BYTES);
  return {
    entries: slots.map((at) => ({
      code: view.getUint8(at + 4),
      start: view.getUint32(at + 8, true),
      sectors: view.getUint32(at + 12, true),
    })),
    valid: slots.every((at) => (view.getUint8(at) & 0x7f) === 0),
  };
}
