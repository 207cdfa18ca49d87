// SPDX-License-Identifier: BSD-2-Clause
import { printable } from '../../disk/fsck_dialog.ts';
import { decode } from '../../lib/bytes.ts';
import { EXT2_ROOTINO } from '../dinode.ts';
import { nameOf } from './directory_writer.ts';
import type { Ext2Check } from './ext2_check.ts';

const MAXDEPTH = 64;

/** The way from the root to a directory, for messages; `?` stands for what is not known. */
export function pathname(check: Ext2Check, dir: number): string {
  const parts: string[] = [];
  for (let ino = dir; ino !== EXT2_ROOTINO; ) {
    const place = check.places.get(ino);
    const parent = place?.parent || place?.dotdot || 0;
    // Each step reads a directory: a hostile image does not get many.
    const known = parts.length < MAXDEPTH && check.isDirectory(parent) && check.pathnames-- > 0;
    const name = known ? nameOf(check, parent, ino) : undefined;
    if (name === undefined) return ['?', ...parts].join('/');
    parts.unshift(printable(decode(name)));
    ino = parent;
  }
  return ['', ...parts].join('/');
}
