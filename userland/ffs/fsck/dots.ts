// SPDX-License-Identifier: BSD-2-Clause
/** "." and "..": the first two entries of a directory. */
import { DiskBytes } from '../byte_order.ts';
import { type Direntry, DT_DIR, direntries } from '../direntry.ts';
import { UFS_ROOTINO } from '../geometry.ts';
import { type Checker, type DirectoryInfo, DOTDOT_OPEN } from './checker.ts';
import { rebuildFirstChunk } from './directory_edit.ts';
import type { Chunk } from './directory_read.ts';
import { fileFinding, pathOf } from './messages.ts';

/** In the first chunk; what ".." leads to is noted and judged when the parents are known. @returns true: changed */
export function checkDots(c: Checker, info: DirectoryInfo, chunk: Chunk): boolean {
  let changed = checkDot(c, info, chunk);
  const second = [...direntries(c.sb, chunk.bytes)][1];
  if (second?.name === '..' && second.ino !== 0) {
    if (checkType(c, info, chunk, second)) changed = true;
    if (info.dotdot !== DOTDOT_OPEN) info.dotdot = second.ino;
    return changed;
  }
  if (!ask(c, info, "MISSING '..'")) return changed;
  rebuildFirstChunk(c, info.ino, UFS_ROOTINO, chunk.bytes);
  info.dotdot = DOTDOT_OPEN;
  return true;
}

function checkDot(c: Checker, info: DirectoryInfo, chunk: Chunk): boolean {
  const [first, second] = [...direntries(c.sb, chunk.bytes)];
  if (first?.name === '.' && first.ino !== 0) {
    let changed = checkType(c, info, chunk, first);
    if (first.ino !== info.ino && ask(c, info, "BAD INODE NUMBER FOR '.'")) {
      new DiskBytes(chunk.bytes, c.sb.order).set32(first.at, info.ino);
      changed = true;
    }
    return changed;
  }
  if (!ask(c, info, "MISSING '.'")) return false;
  const dotdot = [first, second].find((e) => e?.name === '..')?.ino ?? 0;
  rebuildFirstChunk(c, info.ino, dotdot || UFS_ROOTINO, chunk.bytes);
  if (dotdot === 0) info.dotdot = DOTDOT_OPEN;
  return true;
}

function checkType(c: Checker, info: DirectoryInfo, chunk: Chunk, entry: Direntry): boolean {
  if (c.sb.oldDirectories || entry.type === DT_DIR) return false;
  if (!ask(c, info, `BAD TYPE VALUE FOR '${entry.name}'`)) return false;
  chunk.bytes[entry.at + 6] = DT_DIR;
  return true;
}

function ask(c: Checker, info: DirectoryInfo, what: string): boolean {
  return c.say.decide(fileFinding(c, what, info.ino, pathOf(c, info.ino)), 'FIX');
}
