// SPDX-License-Identifier: BSD-2-Clause

const TABLE = Uint16Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16 with the reflected polynomial 0x8005, as group descriptors have it: start with 0xffff, nothing inverted. */
export function crc16(start: number, data: Uint8Array): number {
  let crc = start;
  for (const byte of data) crc = (crc >> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  return crc;
}
