// SPDX-License-Identifier: BSD-2-Clause

import { decode } from '../lib/bytes.ts';
import { InputStream } from '../lib/input_stream.ts';
import type { Librump } from '../librump/librump.ts';

/** A line of fstab(5). */
export interface FstabEntry {
  readonly spec: string;
  readonly file: string;
  readonly type: string;
  readonly options: readonly string[];
  /** Order of fsck, 0: never. */
  readonly pass: number;
}

/** /etc/fstab. @throws SyscallError of open(2) */
export function readFstab(sys: Librump, path = '/etc/fstab'): FstabEntry[] {
  const fd = sys.open(path, 0);
  try {
    return parseFstab(decode(new InputStream(sys, fd).readAll()));
  } finally {
    sys.close(fd);
  }
}

export function parseFstab(text: string): FstabEntry[] {
  const entries: FstabEntry[] = [];
  for (const line of text.split('\n')) {
    const [spec, file, type, options, , pass] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (spec === undefined || file === undefined || type === undefined) continue;
    entries.push({ spec, file, type, options: (options ?? 'rw').split(','), pass: Number(pass ?? 0) || 0 });
  }
  return entries;
}
