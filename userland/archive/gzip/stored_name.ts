// SPDX-License-Identifier: BSD-2-Clause
import { decodeZ } from '../../lib/bytes.ts';
import { O_RDONLY } from '../../librump/constants.gen.ts';
import type { Librump } from '../../librump/librump.ts';
import { isGzip } from './gunzip_source.ts';

const FEXTRA = 4;
const FNAME = 8;
const HEADER_BYTES = 10;

/** The name in the header of a gzip file; empty when there is none. */
export function storedName(sys: Librump, path: string): string {
  const fd = sys.open(path, O_RDONLY);
  try {
    const head = sys.read(fd, 4096);
    const flags = head[3] ?? 0;
    if (!isGzip(head) || (flags & FNAME) === 0) return '';
    const extra = (flags & FEXTRA) === 0 ? 0 : 2 + (head[HEADER_BYTES] ?? 0) + 256 * (head[HEADER_BYTES + 1] ?? 0);
    return decodeZ(head, HEADER_BYTES + extra, Math.max(0, head.length - HEADER_BYTES - extra));
  } finally {
    sys.close(fd);
  }
}
