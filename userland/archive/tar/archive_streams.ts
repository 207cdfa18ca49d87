// SPDX-License-Identifier: BSD-2-Clause
/** An archive as a stream: compressed or not, with faults of the medium told apart from faults of a member. */

import { decode } from '../../lib/bytes.ts';
import { concat } from '../../lib/input_stream.ts';
import { SyscallError } from '../../librump/syscall_error.ts';
import { type ByteSink, type ByteSource, PeekSource } from '../byte_stream.ts';
import { GunzipSource, isGzip } from '../gzip/gunzip_source.ts';
import { GzipSink } from '../gzip/gzip_sink.ts';
import { TarError } from './tar_error.ts';

const DEFAULT_LEVEL = 6;
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

/** The archive, uncompressed when it is compressed by gzip. @throws TarError for other compression */
export function archiveSource(source: ByteSource): ByteSource {
  const peeked = new PeekSource(guardedSource(source));
  const head = peeked.peek(8);
  const other = OTHERS.find(([, magic]) => magic.every((byte, at) => head[at] === byte));
  if (other !== undefined) throw new TarError(`compressed by ${other[0]}, which is not known here`);
  return isGzip(head) ? new GunzipSource(peeked) : peeked;
}

export function archiveSink(sink: ByteSink, compressed: boolean): ByteSink {
  const guarded = guardedSink(sink);
  return compressed ? new GzipSink(guarded, { level: DEFAULT_LEVEL, mtime: 0 }) : guarded;
}

/** Names in a file, a line each. */
export function namesIn(source: ByteSource): string[] {
  const parts: Uint8Array[] = [];
  for (let bytes = source.read(); bytes.length > 0; bytes = source.read()) parts.push(bytes.slice());
  source.close();
  return decode(concat(parts))
    .split('\n')
    .filter((name) => name !== '');
}

function guardedSource(source: ByteSource): ByteSource {
  return { read: () => told(() => source.read()), close: () => source.close() };
}

function guardedSink(sink: ByteSink): ByteSink {
  return { write: (bytes) => told(() => sink.write(bytes)), close: () => told(() => sink.close()) };
}

function told<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof SyscallError) throw new TarError(error.message);
    throw error;
  }
}
