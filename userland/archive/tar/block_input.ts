// SPDX-License-Identifier: BSD-2-Clause
import type { ByteSource } from '../byte_stream.ts';
import { BLOCK } from './tar_header.ts';

/** A source in blocks of 512 bytes and in runs of any length, with its position. */
export class BlockInput {
  private chunk: Uint8Array = new Uint8Array(0);
  /** Bytes taken so far. */
  position = 0;

  constructor(private readonly source: ByteSource) {}

  /** Between 1 and `most` bytes, valid until the next call; none at the end. */
  some(most: number): Uint8Array {
    if (this.chunk.length === 0) this.chunk = this.source.read();
    const bytes = this.chunk.subarray(0, Math.min(most, this.chunk.length));
    this.chunk = this.chunk.subarray(bytes.length);
    this.position += bytes.length;
    return bytes;
  }

  /** A block of its own; undefined at the end, also in the middle of a block. */
  block(): Uint8Array | undefined {
    return this.exactly(BLOCK);
  }

  exactly(length: number): Uint8Array | undefined {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const bytes = this.some(length - at);
      if (bytes.length === 0) return undefined;
      out.set(bytes, at);
      at += bytes.length;
    }
    return out;
  }

  /** Pass over so many bytes; false when the source ends before. */
  skip(length: number): boolean {
    for (let left = length; left > 0; ) {
      const bytes = this.some(left);
      if (bytes.length === 0) return false;
      left -= bytes.length;
    }
    return true;
  }
}

/** Bytes up to the next multiple of the block. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
