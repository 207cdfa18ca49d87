// SPDX-License-Identifier: BSD-2-Clause
/** Phase 4: as many links as names; what has none, or is bad, goes. */
import { SF_LOG } from '../dinode.ts';
import { UFS_LINK_MAX, UFS_ROOTINO } from '../geometry.ts';
import { walkBlocks } from './block_walk.ts';
import { BAD_DIRECTORY, BAD_FILE, type Checker, CONNECTED, DIRECTORY, FILE, FREE } from './checker.ts';
import { findEntry } from './directory_read.ts';
import { reconnect } from './lost_found.ts';
import { inodeText, kindText } from './messages.ts';
import { remapBlocks } from './remap_blocks.ts';

export function pass4(c: Checker): void {
  clearLostDirectories(c);
  for (let ino = UFS_ROOTINO; ino < c.inodeLimit; ino++) {
    if (ino % 4096 === 0) c.options.progress?.(ino, c.inodeLimit);
    const state = c.state[ino];
    if (state === FILE || state === CONNECTED) checkLinks(c, ino);
    else if (state === BAD_FILE) clear(c, ino, 'BAD/DUP');
    else if (state === BAD_DIRECTORY) clear(c, ino, c.directories.get(ino)?.size === 0 ? 'ZERO LENGTH' : 'BAD/DUP');
  }
  for (const ino of c.markedAsJournal) if (c.state[ino] !== FREE) unmark(c, ino);
  if (c.remap) remapBlocks(c);
}

/** It has a name: a journal has none. */
function unmark(c: Checker, ino: number): void {
  if (!c.say.decide(`MARKED AS JOURNAL ${kindText(c, ino)} ${inodeText(c, ino)}`, 'FIX')) return;
  const di = c.inode(ino);
  di.flags &= ~SF_LOG;
  c.writeInode(ino, di);
}

/** Directories that were not connected in phase 3: what only they name has no name then. */
function clearLostDirectories(c: Checker): void {
  for (const info of [...c.directories.values()]) {
    if (c.state[info.ino] !== DIRECTORY) continue;
    const named: number[] = [];
    findEntry(c, info.ino, (e) => {
      if (e.name !== '.' && e.name !== '..') named.push(e.ino);
      return false;
    });
    if (!clear(c, info.ino, 'UNREF')) continue;
    for (const ino of named) if (c.links[ino] !== undefined) (c.links[ino] as number)++;
    if (info.parent !== 0 && c.links[info.dotdot] !== undefined) (c.links[info.dotdot] as number)++;
  }
}

function checkLinks(c: Checker, ino: number): void {
  if (c.links[ino] === 0) {
    if (c.unlinked.has(ino)) clear(c, ino, 'UNREF');
    return;
  }
  const di = c.inode(ino);
  const nameless = di.nlink === c.links[ino] && ino !== UFS_ROOTINO;
  const journal = c.markedAsJournal.has(ino);
  if (!nameless) adjust(c, ino);
  else if (journal || !reconnect(c, ino)) clear(c, ino, 'UNREF');
  else if (c.links[ino] !== 0) adjust(c, ino);
}

function adjust(c: Checker, ino: number): void {
  const di = c.inode(ino);
  const excess = c.links[ino] as number;
  const kind = ino === c.lostFound ? 'lost+found' : kindText(c, ino);
  const count = Math.min(Math.max(di.nlink, 0) - excess, UFS_LINK_MAX);
  const message = `LINK COUNT ${kind} ${inodeText(c, ino)} COUNT ${di.nlink} SHOULD BE ${count}`;
  if (excess < 0 && c.say.preen) c.say.decide(`${message}\nLINK COUNT INCREASING`, 'ADJUST');
  if (!c.say.repair(message, 'ADJUST', 'ADJUSTED')) return;
  di.nlink = count;
  c.writeInode(ino, di);
}

/** @returns true: the inode is free, and its blocks */
function clear(c: Checker, ino: number, why: string): boolean {
  if (!c.say.repair(`${why} ${kindText(c, ino)} ${inodeText(c, ino)}`, 'CLEAR', 'CLEARED')) return false;
  if (why === 'BAD/DUP' || c.duplicates.size > 0) c.remap = true;
  else freeBlocks(c, ino);
  c.clearInode(ino);
  return true;
}

/** Nobody else has them. */
function freeBlocks(c: Checker, ino: number): void {
  walkBlocks(c, c.inode(ino), (frag, count) => {
    if (!c.dataRange(frag, count)) return 'skip';
    c.setUsed(frag, count, false);
    return 'on';
  });
}
