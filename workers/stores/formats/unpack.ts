// SPDX-License-Identifier: BSD-2-Clause
/**
 * Streams unpacked piece by piece: gzip (also of several members), zstd, raw deflate. What comes out is held only until it is
 * taken, so a small file that unpacks to a huge one fills a store up to its limit, never the memory.
 */

import { Crc32 } from './crc32.ts';
import type { PackedFormat } from './disk_format.ts';
import { damaged, refused } from './disk_map.ts';

/** Input a decoder gets at a time: deflate makes at most 1032 times as much of it, zstd 32768 times in a made-up case. */
const STEP = 16384;
const ZSTD_STEP = 4096;
/** Largest window of a zstd stream, as in zstd itself without --long. */
const ZSTD_WINDOW = 128 << 20;

type Decoder = (chunk: Uint8Array, last: boolean) => Uint8Array[];

export async function* unpack(
  format: Exclude<PackedFormat, 'zip'> | 'deflate',
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const decode = await decoderOf(format);
  const step = format === 'zstd' ? ZSTD_STEP : STEP;
  try {
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += step) yield* decode(chunk.slice(at, at + step), false);
    yield* decode(new Uint8Array(0), true);
  } catch (error) {
    if (!(error instanceof Error) || 'errno' in error || error.name === 'AbortError') throw error;
    throw damaged(`the ${format} stream (${error.message})`);
  }
}

async function decoderOf(format: 'gzip' | 'zstd' | 'deflate'): Promise<Decoder> {
  if (format === 'zstd') return zstd((await import('fzstd')).Decompress);
  const { Gunzip, Inflate } = await import('fflate');
  return format === 'gzip' ? gzip(Gunzip) : deflate(Inflate);
}

function deflate(Inflate: typeof import('fflate').Inflate): Decoder {
  let out: Uint8Array[] = [];
  const stream = new Inflate((piece) => out.push(piece));
  return (chunk, last) => {
    out = [];
    stream.push(chunk, last);
    return out;
  };
}

/** The checksum and length of the last member are compared. */
function gzip(Gunzip: typeof import('fflate').Gunzip): Decoder {
  let out: Uint8Array[] = [];
  let sum = new Crc32();
  let trailer = new Uint8Array(0);
  const stream = new Gunzip((piece) => {
    sum.add(piece);
    out.push(piece);
  });
  stream.onmember = () => {
    sum = new Crc32();
  };
  return (chunk, last) => {
    out = [];
    trailer = Uint8Array.from([...trailer, ...chunk.subarray(-8)].slice(-8));
    stream.push(chunk, last);
    if (last) {
      const view = new DataView(trailer.buffer);
      if (
        trailer.length < 8 ||
        view.getUint32(0, true) !== sum.value ||
        view.getUint32(4, true) !== sum.length % 2 ** 32
      )
        throw new Error('cut short, or its checksum is wrong');
    }
    return out;
  };
}

function zstd(Decompress: typeof import('fzstd').Decompress): Decoder {
  let out: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  const stream = new Decompress((piece) => out.push(piece));
  return (chunk, last) => {
    out = [];
    if (head === undefined && chunk.length > 5) {
      head = chunk;
      checkWindow(chunk);
    }
    stream.push(chunk, last);
    return out;
  };
}

function checkWindow(head: Uint8Array): void {
  const single = ((head[4] as number) & 32) !== 0;
  if (single) return;
  const descriptor = head[5] as number;
  const base = 2 ** (10 + (descriptor >> 3));
  if (base + (base / 8) * (descriptor & 7) > ZSTD_WINDOW)
    throw refused('this zstd stream wants too much memory; pack it again without --long');
}
