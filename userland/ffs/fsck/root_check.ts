// SPDX-License-Identifier: BSD-2-Clause
import { S_IFDIR, S_IFMT } from '../dinode.ts';
import { DT_DIR } from '../direntry.ts';
import { UFS_ROOTINO } from '../geometry.ts';
import { allocateDirectory } from './allocate.ts';
import { BAD_DIRECTORY, type Checker, CONNECTED, DIRECTORY, FREE } from './checker.ts';

const ROOT_MODE = 0o755;

/** Inode 2 must be a directory, or nothing else makes sense. */
export function checkRoot(c: Checker): void {
  switch (c.state[UFS_ROOTINO]) {
    case DIRECTORY:
      break;
    case FREE:
      if (!c.say.decide('ROOT INODE UNALLOCATED', 'ALLOCATE')) c.say.abandon('');
      makeRoot(c);
      break;
    case BAD_DIRECTORY:
      if (c.say.decide('DUPS/BAD IN ROOT INODE', 'REALLOCATE')) makeRoot(c);
      else c.say.proceed('');
      break;
    default:
      if (c.say.decide('ROOT INODE NOT DIRECTORY', 'REALLOCATE')) makeRoot(c);
      else if (c.say.ask('FIX')) becomeDirectory(c);
      else c.say.abandon('');
  }
  c.state[UFS_ROOTINO] = CONNECTED;
  const info = c.directories.get(UFS_ROOTINO);
  if (info === undefined) c.say.abandon('NO ROOT DIRECTORY');
  info.parent = UFS_ROOTINO;
}

/** What the old one had is looked for when all is done: another file may have it too. */
function makeRoot(c: Checker): void {
  c.clearInode(UFS_ROOTINO);
  c.unlinked.delete(UFS_ROOTINO);
  c.remap = true;
  if (allocateDirectory(c, UFS_ROOTINO, ROOT_MODE, UFS_ROOTINO) === undefined)
    c.say.abandon('CANNOT ALLOCATE ROOT INODE');
  c.links[UFS_ROOTINO] = 2;
}

function becomeDirectory(c: Checker): void {
  const di = c.inode(UFS_ROOTINO);
  di.mode = (di.mode & ~S_IFMT) | S_IFDIR;
  c.writeInode(UFS_ROOTINO, di);
  c.type[UFS_ROOTINO] = DT_DIR;
  c.directories.set(UFS_ROOTINO, { ino: UFS_ROOTINO, size: di.size, parent: 0, dotdot: 0 });
}
