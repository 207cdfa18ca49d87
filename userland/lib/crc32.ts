// SPDX-License-Identifier: BSD-2-Clause

let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    return crc;
  });
}

/** CRC-32 of IEEE 802.3, bit-reversed, as gzip and GPT have it; `before` is the sum of what came first. */
export function crc32(bytes: Uint8Array, before = 0): number {
  table ??= makeTable();
  const sums = table;
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (sums[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
