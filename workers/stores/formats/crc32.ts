// SPDX-License-Identifier: BSD-2-Clause
import { crc32 } from '../../../userland/lib/crc32.ts';

/** The checksum that gzip and zip have, of bytes that come in pieces. */
export class Crc32 {
  value = 0;
  /** Bytes summed. */
  length = 0;

  add(bytes: Uint8Array): void {
    this.value = crc32(bytes, this.value);
    this.length += bytes.length;
  }
}
