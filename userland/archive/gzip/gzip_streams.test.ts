// SPDX-License-Identifier: BSD-2-Clause
/** Against zlib of Node, in both directions. */
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../lib/input_stream.ts';
import type { ByteSource } from '../byte_stream.ts';
import { GunzipSource, GzipError } from './gunzip_source.ts';
import { GzipSink } from './gzip_sink.ts';

/** The bytes in pieces of `step`. */
function source(bytes: Uint8Array, step: number): ByteSource {
  let at = 0;
  return {
    read: () => {
      at += step;
      return bytes.subarray(at - step, at);
    },
    close: () => undefined,
  };
}

function gunzip(bytes: Uint8Array, step = 1000): { text: Uint8Array; garbage: boolean } {
  const stream = new GunzipSource(source(bytes, step));
  const parts: Uint8Array[] = [];
  for (let part = stream.read(); part.length > 0; part = stream.read()) parts.push(part);
  return { text: concat(parts), garbage: stream.garbage };
}

function gzip(bytes: Uint8Array, level: number, name?: string): Uint8Array {
  const parts: Uint8Array[] = [];
  const sink = new GzipSink(
    { write: (part) => void parts.push(part.slice()), close: () => undefined },
    { level, mtime: 1_000_000_000, name },
  );
  for (let at = 0; at < bytes.length; at += 777) sink.write(bytes.subarray(at, at + 777));
  sink.close();
  return concat(parts);
}

/** A bit that means nothing may change; the data may not. */
function unlessRefused(packed: Uint8Array, text: Uint8Array): boolean {
  try {
    return Buffer.from(gunzip(packed).text).equals(text);
  } catch (error) {
    return error instanceof GzipError;
  }
}

const words = new TextEncoder().encode('so many words '.repeat(20_000));
let state = 1;
const noise = Uint8Array.from({ length: 100_000 }, () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state >>> 24;
});

describe('gzip', () => {
  for (const level of [1, 6, 9])
    it(`-${level} is read by zlib`, () => {
      for (const text of [words, noise, new Uint8Array(0)])
        expect(zlib.gunzipSync(gzip(text, level)).equals(text)).toBe(true);
    });

  it('has name and time in its header', () => {
    const bytes = Buffer.from(gzip(words, 6, 'words.txt'));
    expect(bytes.readUInt32LE(4)).toBe(1_000_000_000);
    expect(bytes.toString('latin1', 10, 20)).toBe('words.txt\0');
  });

  it('reads members one after the other, in pieces of any size', () => {
    const packed = concat([zlib.gzipSync(words), zlib.gzipSync(noise), gzip(words, 6, 'name')]);
    for (const step of [97, 4096, 1 << 20])
      expect(Buffer.from(gunzip(packed, step).text).equals(concat([words, noise, words]))).toBe(true);
    const short = concat([zlib.gzipSync('one '), gzip(words.subarray(0, 7), 6, 'name'), zlib.gzipSync(' two')]);
    for (const step of [1, 2, 3]) expect(String(Buffer.from(gunzip(short, step).text))).toBe('one so many two');
  });

  it('leaves out what follows', () => {
    const packed = zlib.gzipSync(words);
    expect(gunzip(concat([packed, new Uint8Array(512)]))).toMatchObject({ garbage: false });
    for (const step of [1, 5, 8192]) {
      const both = gunzip(concat([packed, new TextEncoder().encode('garbage behind the data')]), step);
      expect([both.text.length, both.garbage]).toEqual([words.length, true]);
    }
  });

  it('finds every damage', () => {
    const packed = new Uint8Array(zlib.gzipSync(noise));
    expect(() => gunzip(packed.subarray(0, 5000))).toThrow('unexpected end of file');
    expect(() => gunzip(packed.subarray(0, packed.length - 4))).toThrow(/checksum|end of file/);
    expect(() => gunzip(words)).toThrow('not in gzip format');
    expect(() => gunzip(new Uint8Array(0))).toThrow('not in gzip format');
    const change = fc.tuple(fc.integer({ min: 10, max: packed.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, by]) => {
        const bad = packed.slice();
        bad[at] = (bad[at] as number) ^ by;
        expect(unlessRefused(bad, noise)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
