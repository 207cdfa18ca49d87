// SPDX-License-Identifier: BSD-2-Clause
/**
 * One zstd frame (RFC 8878) with anything behind it: qcow2 pads compressed clusters. fzstd wants a frame without a tail, so the
 * blocks are walked for its length first.
 */
import { decompress } from 'fzstd';

const MAGIC = 0xfd2fb528;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const SIZE_BYTES = [0, 2, 4, 8];

/** Unpack the frame at the start of `packed`, up to the length of `out`. Throws Error on damage. */
export function unzstdFrame(packed: Uint8Array, out: Uint8Array): void {
  // With a place to write to, nothing is allocated on the word of the frame's header.
  decompress(packed.subarray(0, frameLength(packed)), out);
}

function frameLength(packed: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('not a zstd frame');
  const descriptor = view.getUint8(4);
  const single = (descriptor & 32) !== 0;
  const sizeBytes = SIZE_BYTES[descriptor >> 6] || (single ? 1 : 0);
  let at = 5 + (single ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + sizeBytes;
  for (let last = false; !last; ) {
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (block & 1) !== 0;
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}
