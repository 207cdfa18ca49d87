// SPDX-License-Identifier: BSD-2-Clause

const SHOWN_WHOLE = 96;

/** 32-bit FNV-1a. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function hexByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function escapedByte(byte: number): string {
  if (byte === 0x0a) return '\\n';
  if (byte === 0x09) return '\\t';
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hexByte(byte);
}

/** Bytes as a script prints them, in quotes: whole up to 96 bytes, then a repetition or a hash. */
export function escapedText(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN_WHOLE) return `"${Array.from(bytes, escapedByte).join('')}"`;
  const first = bytes[0] as number;
  if (bytes.every((byte) => byte === first)) return `"{${hexByte(first)}*${bytes.length}}"`;
  return `"...len=${bytes.length} fnv1a=${fnv1a(bytes).toString(16).padStart(8, '0')}"`;
}

/** A file name as a listing prints it. */
export function escapedName(bytes: Uint8Array): string {
  return Array.from(bytes, escapedByte).join('');
}
