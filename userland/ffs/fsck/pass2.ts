// SPDX-License-Identifier: BSD-2-Clause
/** Phase 2: every directory's names, and what can be reached from the root. */
import { type Direntry, direntries, direntryAt, UFS_DIRBLKSIZ } from '../direntry.ts';
import { UFS_ROOTINO } from '../geometry.ts';
import { type Checker, CONNECTED, DIRECTORY, type DirectoryInfo } from './checker.ts';
import { connect } from './connect.ts';
import { clearEntry, cutChunk, resizeDirectory, setDotdot } from './directory_edit.ts';
import { type Chunk, eachChunk } from './directory_read.ts';
import { checkDots } from './dots.ts';
import { entryStays } from './entry_check.ts';
import { fileFinding, forgetPath, pathOf } from './messages.ts';
import { checkRoot } from './root_check.ts';

export function pass2(c: Checker): void {
  checkRoot(c);
  const all = [...c.directories.values()];
  for (const [i, info] of all.entries()) {
    c.options.progress?.(i, all.length);
    if (c.state[info.ino] === DIRECTORY || c.state[info.ino] === CONNECTED) scanDirectory(c, info);
  }
  connect(c);
  forgetPath(c);
  for (const info of c.directories.values()) if (info.parent !== 0) checkDotdot(c, info);
}

function scanDirectory(c: Checker, info: DirectoryInfo): void {
  forgetPath(c);
  checkSize(c, info);
  const names = new Set<string>();
  const missing = eachChunk(c, info.ino, (chunk) => {
    scanChunk(c, info, chunk, names);
    return true;
  });
  if (missing < 0) return;
  if (!c.say.decide(`DIRECTORY ${pathOf(c, info.ino)}: CONTAINS EMPTY BLOCKS`, 'ADJUST LENGTH')) return;
  resizeDirectory(c, info, missing);
}

function checkSize(c: Checker, info: DirectoryInfo): void {
  const { size } = info;
  if (size % UFS_DIRBLKSIZ === 0) return;
  const message = `DIRECTORY ${pathOf(c, info.ino)}: LENGTH ${size} NOT MULTIPLE OF ${UFS_DIRBLKSIZ}`;
  if (c.say.repair(message, 'ADJUST', 'ADJUSTED'))
    resizeDirectory(c, info, Math.ceil(size / UFS_DIRBLKSIZ) * UFS_DIRBLKSIZ);
}

function scanChunk(c: Checker, info: DirectoryInfo, chunk: Chunk, names: Set<string>): void {
  let changed = checkChunk(c, info, chunk);
  if (chunk.offset === 0 && checkDots(c, info, chunk)) changed = true;
  let nth = chunk.offset === 0 ? 0 : 2;
  for (const entry of direntries(c.sb, chunk.bytes)) {
    const dot = (nth === 0 && entry.name === '.') || (nth === 1 && entry.name === '..');
    nth++;
    if (entry.ino === 0) continue;
    if (dot) {
      if (entry.name === '.' && entry.ino === info.ino) (c.links[entry.ino] as number)--;
      continue;
    }
    const fate = entryStays(c, info, entry, chunk, names);
    if (fate === 'remove') clearEntry(c, chunk.bytes, entry);
    if (fate !== 'stay') changed = true;
  }
  if (changed) c.disk.write(chunk.diskOffset, chunk.bytes);
}

/** Does the chain of entries reach the end of the chunk? */
function checkChunk(c: Checker, info: DirectoryInfo, chunk: Chunk): boolean {
  let last: Direntry | undefined;
  for (let at = 0; at < UFS_DIRBLKSIZ; ) {
    const entry = direntryAt(c.sb, chunk.bytes, at);
    if (typeof entry === 'string') {
      c.debug(`directory ${info.ino}, byte ${chunk.offset + at}: ${entry}`);
      if (!c.say.decide(fileFinding(c, 'DIRECTORY CORRUPTED', info.ino, pathOf(c, info.ino)), 'SALVAGE')) return false;
      cutChunk(c, chunk.bytes, last);
      return true;
    }
    last = entry;
    at += entry.reclen;
  }
  return false;
}

function checkDotdot(c: Checker, info: DirectoryInfo): void {
  const { ino, parent } = info;
  if (c.state[ino] !== CONNECTED && c.state[ino] !== DIRECTORY) return;
  if (info.dotdot === 0) return;
  if (info.dotdot !== parent) {
    const message = () => fileFinding(c, "BAD INODE NUMBER FOR '..'", ino, pathOf(c, ino));
    if (info.dotdot > 0 && !c.say.decide(message(), 'FIX')) {
      if (info.dotdot >= UFS_ROOTINO && info.dotdot < c.inodeLimit) (c.links[info.dotdot] as number)--;
      return;
    }
    setDotdot(c, info, parent);
  }
  (c.links[parent] as number)--;
}
