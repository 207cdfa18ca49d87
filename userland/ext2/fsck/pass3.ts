// SPDX-License-Identifier: BSD-2-Clause
import { EXT2_ROOTINO } from '../dinode.ts';
import { makeDirectory, removeEntry, setDotDot } from './directory_writer.ts';
import { DIRECTORY, type Ext2Check, UNALLOCATED } from './ext2_check.ts';
import type { LostFound } from './lost_found.ts';
import { releaseInodeBlocks } from './pass1b.ts';
import { pathname } from './pathname.ts';

/** Between phases 1 and 2: without a root directory nothing can be looked up. */
export function ensureRoot(check: Ext2Check): void {
  const state = check.state[EXT2_ROOTINO];
  if (state === DIRECTORY) return;
  const what = state === UNALLOCATED ? 'ROOT INODE UNALLOCATED' : 'ROOT INODE NOT DIRECTORY';
  if (!check.dialog.decide(what, state === UNALLOCATED ? 'ALLOCATE' : 'REALLOCATE'))
    check.dialog.abandon('THERE IS NO ROOT DIRECTORY');
  if (state !== UNALLOCATED) {
    releaseInodeBlocks(check, EXT2_ROOTINO, check.volume.readInode(EXT2_ROOTINO));
    check.clearInode(EXT2_ROOTINO);
    check.files--;
  }
  makeDirectory(check, EXT2_ROOTINO, EXT2_ROOTINO, 0o755);
  check.links[EXT2_ROOTINO] = 0; // phase 2 counts
}

/** Phase 3: every directory hangs on the root, and knows by what. */
export function pass3(check: Ext2Check, lostFound: LostFound): void {
  check.dialog.heading('Phase 3 - Check Connectivity');
  const root = check.places.get(EXT2_ROOTINO);
  if (root !== undefined) root.parent = EXT2_ROOTINO;
  const connected = new Set([EXT2_ROOTINO]);
  for (const ino of [...check.places.keys()]) connect(check, lostFound, ino, connected);
  for (const [ino, place] of check.places) {
    if (place.parent === 0 || place.dotdot === place.parent) continue;
    const message = `BAD INODE NUMBER FOR '..'  I=${ino} (${place.dotdot} should be ${place.parent})\nDIR=${pathname(check, ino)}`;
    if (!check.dialog.decide(message, 'FIX')) continue;
    setDotDot(check, ino, place.parent);
    place.dotdot = place.parent;
  }
}

/** Walk up from a directory; one without a parent, or a circle, is connected to lost+found. */
function connect(check: Ext2Check, lostFound: LostFound, start: number, connected: Set<number>): void {
  const way = new Set<number>();
  let ino = start;
  while (!connected.has(ino)) {
    way.add(ino);
    const parent = check.places.get(ino)?.parent ?? 0;
    if (parent !== 0 && !way.has(parent)) {
      ino = parent;
      continue;
    }
    const message = `UNREF DIR${check.describe(ino, check.volume.readInode(ino))}`;
    if (check.dialog.repair(message, 'RECONNECT', 'RECONNECTED')) {
      if (parent !== 0) detach(check, ino, parent);
      lostFound.connect(ino);
    }
    break;
  }
  for (const each of way) connected.add(each);
}

/** Directories in a circle: one of them leaves it. */
function detach(check: Ext2Check, ino: number, parent: number): void {
  removeEntry(check, parent, ino);
  const place = check.places.get(ino);
  if (place !== undefined) place.parent = 0;
}
