// SPDX-License-Identifier: BSD-2-Clause
/**
 * The 512-byte header of a member, IEEE Std 1003.1 ("ustar"), with the binary numbers and the magic of GNU tar read as well.
 *
 *   0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]  124 size[12]  136 mtime[12]  148 checksum[8]  156 type  157 link[100]
 *   257 magic[6]  263 version[2]  265 user[32]  297 group[32]  329 major[8]  337 minor[8]  345 prefix[155]
 */
import { decodeZ, encode, encodeInto } from '../../lib/bytes.ts';

export const BLOCK = 512;

const NAME_BYTES = 100;
const PREFIX_AT = 345;
const PREFIX_BYTES = 155;
const CHECKSUM_AT = 148;
const MAGIC_AT = 257;

/** The fields as they are; numbers in bytes, seconds and so on. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** The type character. */
  readonly type: string;
  readonly link: string;
  readonly user: string;
  readonly group: string;
  readonly major: number;
  readonly minor: number;
}

/** undefined: no header, its checksum is wrong. */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  if (!checksumFits(block)) return undefined;
  const magic = decodeZ(block, MAGIC_AT, 8);
  const isUstar = magic.startsWith('ustar');
  // GNU tar has other things where the prefix is.
  const prefix = isUstar && !magic.startsWith('ustar ') ? decodeZ(block, PREFIX_AT, PREFIX_BYTES) : '';
  const name = decodeZ(block, 0, NAME_BYTES);
  const text = (at: number, length: number): string => (isUstar ? decodeZ(block, at, length) : '');
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    type: String.fromCharCode(block[156] as number),
    link: decodeZ(block, 157, NAME_BYTES),
    user: text(265, 32),
    group: text(297, 32),
    major: isUstar ? number(block, 329, 8) : 0,
    minor: isUstar ? number(block, 337, 8) : 0,
  };
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Old programs summed signed bytes. */
function checksumFits(block: Uint8Array): boolean {
  let plain = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 32 : (block[at] as number);
    plain += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stored = number(block, CHECKSUM_AT, 8);
  return stored === plain || stored === signed;
}

/** Octal text, or binary with the top bit set; NaN for what is neither. Never out of the exact range of a double. */
export function number(block: Uint8Array, at: number, length: number): number {
  const first = block[at] as number;
  if ((first & 0x80) !== 0) return binary(block, at, length);
  const text = decodeZ(block, at, length).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** Two's complement, big-endian, the top bit of the first byte only a mark. */
function binary(block: Uint8Array, at: number, length: number): number {
  const negative = ((block[at] as number) & 0x40) !== 0;
  let value = negative ? -1n : 0n;
  value = (value << 6n) | BigInt((block[at] as number) & 0x3f);
  for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(block[at + i] as number);
  const exact = Number(value);
  return Number.isSafeInteger(exact) ? exact : Number.NaN;
}

/** Where a long name is cut into prefix and name; undefined when it does not fit. */
function splitName(name: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | undefined {
  if (name.length <= NAME_BYTES) return { prefix: name.subarray(0, 0), name };
  const earliest = Math.max(1, name.length - NAME_BYTES - 1);
  const slash = name.indexOf(47, earliest);
  if (slash < 0 || slash > PREFIX_BYTES || slash === name.length - 1) return undefined;
  return { prefix: name.subarray(0, slash), name: name.subarray(slash + 1) };
}

/** The fields that a header cannot hold: they go into an extended header. */
export function misfits(header: TarHeader): (keyof TarHeader)[] {
  const wrong: (keyof TarHeader)[] = [];
  if (splitName(encode(header.name)) === undefined) wrong.push('name');
  if (encode(header.link).length > NAME_BYTES) wrong.push('link');
  if (header.uid < 0 || header.uid > 0o7777777) wrong.push('uid');
  if (header.gid < 0 || header.gid > 0o7777777) wrong.push('gid');
  if (header.size > 0o77777777777) wrong.push('size');
  if (header.mtime < 0 || header.mtime > 0o77777777777) wrong.push('mtime');
  if (header.major > 0o7777777) wrong.push('major');
  if (header.minor > 0o7777777) wrong.push('minor');
  return wrong;
}

/** The block; fields that do not fit are cut, or zero. */
export function formatHeader(header: TarHeader): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const wrong = misfits(header);
  const octal = (field: keyof TarHeader, at: number, length: number): void => {
    const value = wrong.includes(field) ? 0 : (header[field] as number);
    encodeInto(value.toString(8).padStart(length - 1, '0'), block, at, length - 1);
  };
  const whole = encode(header.name);
  const { prefix, name } = splitName(whole) ?? { prefix: whole.subarray(0, 0), name: whole.subarray(0, NAME_BYTES) };
  block.set(name, 0);
  block.set(prefix, PREFIX_AT);
  octal('mode', 100, 8);
  octal('uid', 108, 8);
  octal('gid', 116, 8);
  octal('size', 124, 12);
  octal('mtime', 136, 12);
  block[156] = header.type.charCodeAt(0);
  encodeInto(header.link, block, 157, NAME_BYTES);
  encodeInto('ustar\u000000', block, MAGIC_AT, 8);
  encodeInto(header.user, block, 265, 31);
  encodeInto(header.group, block, 297, 31);
  octal('major', 329, 8);
  octal('minor', 337, 8);
  block.fill(32, CHECKSUM_AT, CHECKSUM_AT + 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  encodeInto(`${sum.toString(8).padStart(6, '0')}\0 `, block, CHECKSUM_AT, 8);
  return block;
}
