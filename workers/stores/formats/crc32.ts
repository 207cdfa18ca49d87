// SPDX-License-Identifier: BSD-2-Clause
/** CRC-32 of IEEE 802.3 as gzip and zip have it, of bytes that come in pieces. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  return crc;
});

export class Crc32 {
  private crc = 0xffffffff;
  /** Bytes summed. */
  length = 0;

  add(bytes: Uint8Array): void {
    let { crc } = this;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
    this.crc = crc;
    this.length += bytes.length;
  }

  get value(): number {
    return ~this.crc >>> 0;
  }
}
