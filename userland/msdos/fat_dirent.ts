// SPDX-License-Identifier: BSD-2-Clause
/** Directory entries of FAT: 32 bytes each, a short name or a part of a long one. */
import { DIRENT_BYTES, type FatBits, latin1, putLatin1, viewOf } from './fat_format.ts';

export const SLOT_END = 0x00;
export const SLOT_DELETED = 0xe5;
export const ATTR_VOLUME = 0x08;
export const ATTR_DIRECTORY = 0x10;
const ATTR_LONG = 0x0f;
const ATTR_MASK = 0x3f;
const SLOT_E5 = 0x05;
const LAST_PART = 0x40;
const PART_CHARS = 13;
export const MAX_PARTS = 20;
export const DOT = '.          ';
export const DOTDOT = '..         ';

export const isLongPart = (slot: Uint8Array): boolean => ((slot[11] as number) & ATTR_MASK) === ATTR_LONG;
export const isDirectory = (slot: Uint8Array): boolean => ((slot[11] as number) & ATTR_DIRECTORY) !== 0;
export const isVolumeLabel = (slot: Uint8Array): boolean =>
  ((slot[11] as number) & (ATTR_VOLUME | ATTR_DIRECTORY)) === ATTR_VOLUME;

/** The 11 bytes of the name as they are. */
export const rawName = (slot: Uint8Array): string => latin1(slot.subarray(0, 11));

export function startCluster(slot: Uint8Array, bits: FatBits): number {
  const v = viewOf(slot);
  const high = bits === 32 ? v.getUint16(20, true) : 0;
  return high * 65536 + v.getUint16(26, true);
}

export function setStartCluster(slot: Uint8Array, bits: FatBits, cluster: number): void {
  const v = viewOf(slot);
  if (bits === 32) v.setUint16(20, cluster >>> 16, true);
  v.setUint16(26, cluster & 0xffff, true);
}

export const fileSize = (slot: Uint8Array): number => viewOf(slot).getUint32(28, true);

export function setFileSize(slot: Uint8Array, size: number): void {
  viewOf(slot).setUint32(28, size, true);
}

/** NAME.EXT */
export function shortName(slot: Uint8Array): string {
  const raw = rawName(slot);
  const base = raw.slice(0, 8).trimEnd();
  const extension = raw.slice(8).trimEnd();
  const first = slot[0] === SLOT_E5 ? `\xe5${base.slice(1)}` : base;
  return extension === '' ? first : `${first}.${extension}`;
}

/** Seconds since 1970, in the years 1980 to 2107, as an entry has them. */
export function dosTime(seconds: number): { time: number; date: number } {
  const t = new Date(seconds * 1000);
  const year = Math.min(Math.max(t.getUTCFullYear() - 1980, 0), 127);
  return {
    time: (t.getUTCHours() << 11) | (t.getUTCMinutes() << 5) | (t.getUTCSeconds() >> 1),
    date: (year << 9) | ((t.getUTCMonth() + 1) << 5) | t.getUTCDate(),
  };
}

/** A new entry; `name` is raw, 11 characters. */
export function newEntry(name: string, attributes: number, now: number): Uint8Array {
  const slot = new Uint8Array(DIRENT_BYTES);
  putLatin1(slot, 0, name, 11);
  slot[11] = attributes;
  const { time, date } = dosTime(now);
  const v = viewOf(slot);
  v.setUint16(14, time, true);
  v.setUint16(16, date, true);
  v.setUint16(18, date, true);
  v.setUint16(22, time, true);
  v.setUint16(24, date, true);
  return slot;
}

/** Of a short name, as its long parts carry it. */
export function nameChecksum(slot: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 11; i++) sum = (((sum & 1) << 7) + (sum >> 1) + (slot[i] as number)) & 0xff;
  return sum;
}

/** The parts of a long name on their way to the short entry behind them. */
export class LongName {
  /** Where the parts are on the disk, in the order they were met. */
  offsets: number[] = [];
  private expected = 0;
  private checksum = 0;
  private broken = false;
  private text = '';

  /** True when nothing was begun. */
  get empty(): boolean {
    return this.offsets.length === 0;
  }

  /** @returns false when the part does not belong to what was met before: take the orphans, then add it again */
  add(slot: Uint8Array, offset: number): boolean {
    const order = (slot[0] as number) & ~LAST_PART;
    const last = ((slot[0] as number) & LAST_PART) !== 0;
    if (last && !this.empty) return false;
    if (!last && !this.empty && (order !== this.expected || slot[13] !== this.checksum)) this.broken = true;
    if (this.empty) {
      this.checksum = slot[13] as number;
      this.broken = !last || order < 1 || order > MAX_PARTS;
    }
    this.offsets.push(offset);
    this.expected = order - 1;
    this.text = partText(slot) + this.text;
    return this.offsets.length <= MAX_PARTS;
  }

  /** The name, when the parts are whole and of this short entry. */
  of(slot: Uint8Array): string | undefined {
    if (this.empty || this.broken || this.expected !== 0 || nameChecksum(slot) !== this.checksum) return undefined;
    return this.text;
  }

  /** Begin again. @returns where the parts were */
  take(): number[] {
    const { offsets } = this;
    this.offsets = [];
    this.text = '';
    this.broken = false;
    return offsets;
  }
}

function partText(slot: Uint8Array): string {
  const v = viewOf(slot);
  let text = '';
  for (let i = 0; i < PART_CHARS; i++) {
    const at = i < 5 ? 1 + 2 * i : i < 11 ? 14 + 2 * (i - 5) : 28 + 2 * (i - 11);
    const c = v.getUint16(at, true);
    if (c === 0) break;
    text += String.fromCharCode(c);
  }
  return text;
}

const BAD_CHARACTER = /[\x00-\x1f"*+,./:;<=>?[\\\]|\x7f]/;

/** What a short name may not be: characters that no program makes, or nothing before the extension. */
export function isBadName(raw: string): boolean {
  const body = raw.charCodeAt(0) === SLOT_E5 ? raw.slice(1) : raw;
  return raw[0] === ' ' || BAD_CHARACTER.test(body);
}

/** `raw` with an underscore for each character that may not be there. */
export function mendedName(raw: string): string {
  const mended = [...raw].map((c) => (BAD_CHARACTER.test(c) ? '_' : c)).join('');
  return mended[0] === ' ' ? `_${mended.slice(1)}` : mended;
}
