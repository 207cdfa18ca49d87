// SPDX-License-Identifier: BSD-2-Clause
/**
 * The GUID partition table (UEFI specification, chapter 5): the primary one behind the first sector, or the copy in the last
 * when the primary is damaged. Both are believed only with both checksums.
 */
import { crc32 } from '../../lib/crc32.ts';
import { type Partition, type ReadBytes, viewOf } from './partition.ts';

const SIGNATURE = 'EFI PART';
const SECTOR_SIZES = [512, 4096, 2048];
const MOST_ENTRIES = 1024;
const MOST_ENTRY_BYTES = 4096;
const NAME_AT = 56;
const NAME_UNITS = 36;

// biome-ignore format: a table
const TYPES: ReadonlyMap<string, string> = new Map([
  ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'EFI system'], ['21686148-6449-6e6f-744e-656564454649', 'BIOS boot'],
  ['49f48d32-b10e-11dc-b99b-0019d1879648', 'NetBSD swap'], ['49f48d5a-b10e-11dc-b99b-0019d1879648', 'NetBSD FFS'],
  ['49f48d82-b10e-11dc-b99b-0019d1879648', 'NetBSD LFS'], ['49f48daa-b10e-11dc-b99b-0019d1879648', 'NetBSD RAID'],
  ['2db519c4-b10f-11dc-b99b-0019d1879648', 'NetBSD ccd'], ['2db519ec-b10f-11dc-b99b-0019d1879648', 'NetBSD cgd'],
  ['516e7cb5-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD swap'], ['516e7cb6-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD UFS'],
  ['824cc7a0-36a8-11e3-890a-952519ad3f61', 'OpenBSD'], ['ebd0a0a2-b9e5-4433-87c0-68b6b72699c7', 'Windows basic data'],
  ['0fc63daf-8483-4772-8e79-3d69d8477de4', 'Linux'], ['0657fd6d-a4ab-43c4-84e5-0933c84b4f4f', 'Linux swap'],
  ['e6d6d379-f507-44c2-a23c-238f2a3df928', 'Linux LVM'], ['48465300-0000-11aa-aa11-00306543ecac', 'HFS+'],
]);

/** The partitions, or undefined when there is no table that can be believed. */
export function readGpt(read: ReadBytes, size: number): Partition[] | undefined {
  for (const sector of SECTOR_SIZES) {
    const found = tableAt(read, sector, sector) ?? tableAt(read, size - sector, sector);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tableAt(read: ReadBytes, offset: number, sector: number): Partition[] | undefined {
  if (offset < 0) return undefined;
  const header = read(offset, sector);
  if (header.length < 92 || String.fromCharCode(...header.subarray(0, 8)) !== SIGNATURE) return undefined;
  const view = viewOf(header);
  const length = view.getUint32(12, true);
  if (length < 92 || length > header.length) return undefined;
  const summed = header.slice(0, length).fill(0, 16, 20);
  if (crc32(summed) !== view.getUint32(16, true)) return undefined;
  const count = view.getUint32(80, true);
  const bytes = view.getUint32(84, true);
  if (count > MOST_ENTRIES || bytes < 128 || bytes > MOST_ENTRY_BYTES) return undefined;
  const table = read(Number(view.getBigUint64(72, true)) * sector, count * bytes);
  if (table.length < count * bytes || crc32(table) !== view.getUint32(88, true)) return undefined;
  const found: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const entry = table.subarray(i * bytes, (i + 1) * bytes);
    if (entry.subarray(0, 16).some((byte) => byte !== 0)) found.push(partition(entry, i + 1, sector));
  }
  return found;
}

function partition(entry: Uint8Array, number: number, sector: number): Partition {
  const view = viewOf(entry);
  const type = guid(view);
  const first = Number(view.getBigUint64(32, true));
  const last = Number(view.getBigUint64(40, true));
  return {
    scheme: 'gpt',
    number,
    letter: '',
    label: nameOf(view),
    type: TYPES.get(type) ?? type,
    offset: first * sector,
    size: Math.max(0, last - first + 1) * sector,
  };
}

function nameOf(view: DataView): string {
  let name = '';
  for (let i = 0; i < NAME_UNITS; i++) {
    const unit = view.getUint16(NAME_AT + 2 * i, true);
    if (unit === 0) break;
    name += String.fromCharCode(unit);
  }
  return name;
}

/** The first three groups are little-endian numbers, the rest bytes. */
function guid(view: DataView): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const bytes = Array.from({ length: 8 }, (_, i) => hex(view.getUint8(8 + i), 2)).join('');
  const head = [hex(view.getUint32(0, true), 8), hex(view.getUint16(4, true), 4), hex(view.getUint16(6, true), 4)];
  return [...head, bytes.slice(0, 4), bytes.slice(4)].join('-');
}
