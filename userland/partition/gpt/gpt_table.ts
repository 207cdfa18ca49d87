// SPDX-License-Identifier: BSD-2-Clause
/**
 * A GUID partition table (UEFI specification, chapter 5.3) in memory: header and entries, read from either copy on the disk and
 * written to both. What is not understood is kept.
 */
import type { Disk } from '../../disk/raw_device.ts';
import { crc32 } from '../../lib/crc32.ts';
import { readU64, writeS64 } from '../../librump/struct_codec.ts';
import { NIL_GUID, randomGuid, readGuid, writeGuid } from './guid.ts';

const SIGNATURE = 'EFI PART';
const REVISION = 0x00010000;
const HEADER_BYTES = 92;
const ENTRY_BYTES = 128;
const MOST_TABLE_BYTES = 1 << 20;
const NAME_UNITS = 36;
// biome-ignore format: a table
const AT = {
  revision: 8, size: 12, crc: 16, self: 24, other: 32, first: 40, last: 48, guid: 56, table: 72, count: 80, bytes: 84, tableCrc: 88,
} as const;
const ENTRY = { guid: 16, first: 32, last: 40, attributes: 48, name: 56 } as const;

export interface GptEntry {
  /** From 1. */
  readonly index: number;
  readonly type: string;
  readonly guid: string;
  readonly first: number;
  /** The last sector itself. */
  readonly last: number;
  readonly name: string;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export class GptTable {
  private constructor(
    /** One sector, the copy's own numbers in it. */
    readonly header: Uint8Array,
    readonly entries: Uint8Array,
  ) {}

  /** An empty table for the disk; undefined: the disk is too small for it. */
  static create(disk: Disk, count: number): GptTable | undefined {
    const sectors = disk.size / disk.sectorSize;
    const tableSectors = Math.ceil((count * ENTRY_BYTES) / disk.sectorSize);
    const last = sectors - 2 - tableSectors;
    const first = 2 + tableSectors;
    if (last < first) return undefined;
    const header = new Uint8Array(disk.sectorSize);
    const v = view(header);
    for (let i = 0; i < SIGNATURE.length; i++) header[i] = SIGNATURE.charCodeAt(i);
    v.setUint32(AT.revision, REVISION, true);
    v.setUint32(AT.size, HEADER_BYTES, true);
    writeS64(v, AT.first, first);
    writeS64(v, AT.last, last);
    writeGuid(header, AT.guid, randomGuid());
    v.setUint32(AT.count, count, true);
    v.setUint32(AT.bytes, ENTRY_BYTES, true);
    return new GptTable(header, new Uint8Array(tableSectors * disk.sectorSize));
  }

  /** The copy whose header is in sector `lba`; undefined: there is none that can be believed. */
  static read(disk: Disk, lba: number): GptTable | undefined {
    const { sectorSize } = disk;
    const sectors = Math.floor(disk.size / sectorSize);
    if (lba < 1 || lba >= sectors) return undefined;
    const header = disk.read(lba * sectorSize, sectorSize);
    if (!isHeader(header, lba, sectors)) return undefined;
    const v = view(header);
    const used = v.getUint32(AT.count, true) * v.getUint32(AT.bytes, true);
    const room = Math.ceil(used / sectorSize) * sectorSize;
    const start = readU64(v, AT.table) * sectorSize;
    if (start + room > disk.size) return undefined;
    const entries = disk.read(start, room);
    if (crc32(entries.subarray(0, used)) !== v.getUint32(AT.tableCrc, true)) return undefined;
    return new GptTable(header, entries);
  }

  get guid(): string {
    return readGuid(this.header, AT.guid);
  }
  get firstUsable(): number {
    return readU64(view(this.header), AT.first);
  }
  get lastUsable(): number {
    return readU64(view(this.header), AT.last);
  }
  /** The disk has grown to so many sectors. */
  fit(sectors: number): void {
    writeS64(view(this.header), AT.last, sectors - 2 - this.tableSectors);
  }
  get count(): number {
    return view(this.header).getUint32(AT.count, true);
  }
  /** Where this copy's entries begin, and how many sectors they take. */
  get tableStart(): number {
    return readU64(view(this.header), AT.table);
  }
  get tableSectors(): number {
    return this.entries.length / this.header.length;
  }

  /** The entries in use. */
  list(): GptEntry[] {
    return Array.from({ length: this.count }, (_, i) => this.entry(i + 1)).filter((e) => e !== undefined);
  }

  entry(index: number): GptEntry | undefined {
    const bytes = this.bytesOf(index);
    if (bytes === undefined) return undefined;
    const type = readGuid(bytes, 0);
    if (type === NIL_GUID) return undefined;
    return {
      index,
      type,
      guid: readGuid(bytes, ENTRY.guid),
      first: readU64(view(bytes), ENTRY.first),
      last: readU64(view(bytes), ENTRY.last),
      name: nameOf(bytes),
    };
  }

  /** Make the entry so; what is left out stays. */
  set(index: number, change: Partial<Omit<GptEntry, 'index'>>): void {
    const bytes = this.bytesOf(index);
    if (bytes === undefined) return;
    if (change.type !== undefined) writeGuid(bytes, 0, change.type);
    if (change.guid !== undefined) writeGuid(bytes, ENTRY.guid, change.guid);
    if (change.first !== undefined) writeS64(view(bytes), ENTRY.first, change.first);
    if (change.last !== undefined) writeS64(view(bytes), ENTRY.last, change.last);
    if (change.name === undefined) return;
    for (let i = 0; i < NAME_UNITS; i++)
      view(bytes).setUint16(ENTRY.name + 2 * i, i < change.name.length ? change.name.charCodeAt(i) : 0, true);
  }

  remove(index: number): void {
    this.bytesOf(index)?.fill(0);
  }

  /** Both copies: the one at the end first, so that one is whole at any moment. */
  write(disk: Disk): void {
    const last = Math.floor(disk.size / disk.sectorSize) - 1;
    this.writeCopy(disk, last, last - this.tableSectors, 1);
    disk.flush();
    this.writeCopy(disk, 1, 2, last);
    disk.flush();
  }

  private writeCopy(disk: Disk, self: number, table: number, other: number): void {
    const v = view(this.header);
    const used = this.count * v.getUint32(AT.bytes, true);
    writeS64(v, AT.self, self);
    writeS64(v, AT.other, other);
    writeS64(v, AT.table, table);
    v.setUint32(AT.tableCrc, crc32(this.entries.subarray(0, used)), true);
    v.setUint32(AT.crc, 0, true);
    v.setUint32(AT.crc, crc32(this.header.subarray(0, v.getUint32(AT.size, true))), true);
    disk.write(table * disk.sectorSize, this.entries);
    disk.write(self * disk.sectorSize, this.header);
  }

  private bytesOf(index: number): Uint8Array | undefined {
    const bytes = view(this.header).getUint32(AT.bytes, true);
    return index < 1 || index > this.count ? undefined : this.entries.subarray((index - 1) * bytes, index * bytes);
  }
}

function isHeader(header: Uint8Array, lba: number, sectors: number): boolean {
  const v = view(header);
  const size = v.getUint32(AT.size, true);
  const bytes = v.getUint32(AT.bytes, true);
  const count = v.getUint32(AT.count, true);
  if (String.fromCharCode(...header.subarray(0, 8)) !== SIGNATURE || v.getUint32(AT.revision, true) !== REVISION)
    return false;
  if (size < HEADER_BYTES || size > header.length || readU64(v, AT.self) !== lba) return false;
  const summed = header.slice(0, size);
  summed.fill(0, AT.crc, AT.crc + 4);
  if (crc32(summed) !== v.getUint32(AT.crc, true)) return false;
  if (bytes < ENTRY_BYTES || bytes % 8 !== 0 || count === 0 || count * bytes > MOST_TABLE_BYTES) return false;
  return readU64(v, AT.first) <= readU64(v, AT.last) && readU64(v, AT.last) < sectors;
}

function nameOf(entry: Uint8Array): string {
  let name = '';
  for (let i = 0; i < NAME_UNITS; i++) {
    const unit = view(entry).getUint16(ENTRY.name + 2 * i, true);
    if (unit === 0) break;
    name += String.fromCharCode(unit);
  }
  return name;
}
