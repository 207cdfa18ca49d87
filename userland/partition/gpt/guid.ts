// SPDX-License-Identifier: BSD-2-Clause
/** GUIDs as a GPT stores them: the first three groups are little-endian numbers. */

export const NIL_GUID = '00000000-0000-0000-0000-000000000000';

/** Places of the bytes in the text, in order. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return SHAPE.test(text);
}

export function readGuid(bytes: Uint8Array, at: number): string {
  const hex = ORDER.map((place) => (bytes[at + place] as number).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function writeGuid(bytes: Uint8Array, at: number, guid: string): void {
  const hex = guid.replaceAll('-', '');
  for (const [i, place] of ORDER.entries()) bytes[at + place] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
}

/** A random one (RFC 4122, version 4). */
export function randomGuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[7] = ((bytes[7] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return readGuid(bytes, 0);
}
