// SPDX-License-Identifier: BSD-2-Clause
/** The BSD disklabel, little-endian: 148 bytes and 16 for each partition, with a checksum. */
import { decodeZ, encodeInto } from '../../lib/bytes.ts';

export interface LabelPartition {
  size: number;
  offset: number;
  /** Bytes of a fragment; the session of a CD. */
  fsize: number;
  fstype: number;
  /** Fragments of a block. */
  frag: number;
  cpg: number;
}

/** The numbers of the header by name, and where they are. */
// biome-ignore format: a table
export const LABEL_NUMBERS = {
  type: [4, 2], subtype: [6, 2], secsize: [40, 4], nsectors: [44, 4], ntracks: [48, 4], ncylinders: [52, 4], secpercyl: [56, 4],
  secperunit: [60, 4], sparespertrack: [64, 2], sparespercyl: [66, 2], acylinders: [68, 4], rpm: [72, 2], interleave: [74, 2],
  trackskew: [76, 2], cylskew: [78, 2], headswitch: [80, 4], trkseek: [84, 4], flags: [88, 4], drivedata: [92, 4],
  bbsize: [140, 4], sbsize: [144, 4],
} as const satisfies Readonly<Record<string, readonly [at: number, bytes: 2 | 4]>>;

export type LabelNumber = keyof typeof LABEL_NUMBERS;

export interface Label {
  typename: string;
  packname: string;
  readonly numbers: Record<LabelNumber, number>;
  /** At most 16; the index is the letter. */
  readonly partitions: LabelPartition[];
}

export const MOST_PARTITIONS = 16;
export const RAW_PART = 2;
const MAGIC = 0x82564557;
const MAGIC2_AT = 132;
const CHECKSUM_AT = 136;
const COUNT_AT = 138;
const TABLE_AT = 148;
const ENTRY_BYTES = 16;
const MOST_READ = 22;
const NAMES = Object.keys(LABEL_NUMBERS) as LabelNumber[];

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function unusedPartition(): LabelPartition {
  return { size: 0, offset: 0, fsize: 0, fstype: 0, frag: 0, cpg: 0 };
}

/** A label of one track; partition c is the whole disk. */
export function defaultLabel(secsize: number, sectors: number): Label {
  const numbers = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<LabelNumber, number>;
  Object.assign(numbers, {
    secsize,
    nsectors: 32,
    ntracks: 64,
    secpercyl: 2048,
    rpm: 3600,
    interleave: 1,
    bbsize: 8192,
    sbsize: 8192,
  });
  numbers.secperunit = Math.min(sectors, 0xffffffff);
  numbers.ncylinders = Math.ceil(numbers.secperunit / numbers.secpercyl);
  const partitions = Array.from({ length: RAW_PART + 1 }, unusedPartition);
  partitions[RAW_PART] = { ...unusedPartition(), size: numbers.secperunit };
  return { typename: 'unknown', packname: 'fictitious', numbers, partitions };
}

/** Place of a sound label in the bytes, on a multiple of 4; -1: none. */
export function findLabel(bytes: Uint8Array): number {
  const v = view(bytes);
  for (let at = 0; at + TABLE_AT + ENTRY_BYTES <= bytes.length; at += 4) {
    if (v.getUint32(at, true) !== MAGIC || v.getUint32(at + MAGIC2_AT, true) !== MAGIC) continue;
    const count = v.getUint16(at + COUNT_AT, true);
    const end = at + TABLE_AT + count * ENTRY_BYTES;
    if (count > 0 && count <= MOST_READ && end <= bytes.length && checksum(bytes, at, end) === 0) return at;
  }
  return -1;
}

function checksum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) sum ^= view(bytes).getUint16(at, true);
  return sum;
}

/** The label at `at`, where findLabel() found it or the kernel put it. */
export function readLabel(bytes: Uint8Array, at = 0): Label {
  const v = view(bytes);
  const number = ([where, size]: readonly [number, 2 | 4]) =>
    size === 2 ? v.getUint16(at + where, true) : v.getUint32(at + where, true);
  const numbers = Object.fromEntries(NAMES.map((name) => [name, number(LABEL_NUMBERS[name])]));
  const count = Math.min(v.getUint16(at + COUNT_AT, true), MOST_PARTITIONS);
  return {
    typename: decodeZ(bytes, at + 8, 16),
    packname: decodeZ(bytes, at + 24, 16),
    numbers: numbers as Record<LabelNumber, number>,
    partitions: Array.from({ length: count }, (_, i) => {
      const entry = at + TABLE_AT + i * ENTRY_BYTES;
      return {
        size: v.getUint32(entry, true),
        offset: v.getUint32(entry + 4, true),
        fsize: v.getUint32(entry + 8, true),
        fstype: v.getUint8(entry + 12),
        frag: v.getUint8(entry + 13),
        cpg: v.getUint16(entry + 14, true),
      };
    }),
  };
}

/** The bytes of the label, sealed. */
export function writeLabel(label: Label): Uint8Array {
  const bytes = new Uint8Array(TABLE_AT + MOST_PARTITIONS * ENTRY_BYTES);
  const v = view(bytes);
  v.setUint32(0, MAGIC, true);
  v.setUint32(MAGIC2_AT, MAGIC, true);
  encodeInto(label.typename, bytes, 8, 15);
  encodeInto(label.packname, bytes, 24, 15);
  for (const name of NAMES) {
    const [at, size] = LABEL_NUMBERS[name];
    if (size === 2) v.setUint16(at, label.numbers[name], true);
    else v.setUint32(at, label.numbers[name], true);
  }
  v.setUint16(COUNT_AT, label.partitions.length, true);
  for (const [i, part] of label.partitions.entries()) {
    const at = TABLE_AT + i * ENTRY_BYTES;
    v.setUint32(at, part.size, true);
    v.setUint32(at + 4, part.offset, true);
    v.setUint32(at + 8, part.fsize, true);
    v.setUint8(at + 12, part.fstype);
    v.setUint8(at + 13, part.frag);
    v.setUint16(at + 14, part.cpg, true);
  }
  v.setUint16(CHECKSUM_AT, checksum(bytes, 0, TABLE_AT + label.partitions.length * ENTRY_BYTES), true);
  return bytes;
}

/** What keeps the label from being written. */
export function labelFaults(label: Label): string[] {
  const { secsize, secperunit } = label.numbers;
  const faults: string[] = [];
  if (secsize < 512 || (secsize & (secsize - 1)) !== 0) faults.push(`sector size ${secsize}`);
  if (secperunit === 0) faults.push('total sectors 0');
  if (label.partitions.length === 0) faults.push('no partitions');
  for (const [i, part] of label.partitions.entries()) {
    const letter = String.fromCharCode(97 + i);
    if (part.size === 0 && part.offset !== 0) faults.push(`partition ${letter}: size 0, but offset ${part.offset}`);
    if (part.offset > secperunit) faults.push(`partition ${letter}: offset past end of unit`);
    else if (part.offset + part.size > secperunit) faults.push(`partition ${letter}: extends past end of unit`);
  }
  return faults;
}
