// SPDX-License-Identifier: BSD-2-Clause
import type { Direntry } from '../direntry.ts';
import { UFS_ROOTINO, UFS_WINO } from '../geometry.ts';
import { BAD_DIRECTORY, BAD_FILE, type Checker, type DirectoryInfo, FREE } from './checker.ts';
import type { Chunk } from './directory_read.ts';
import { fileFinding, join, pathOf } from './messages.ts';

const DT_WHT = 14;

/** `changed`: it stays, with another type. */
export type Fate = 'stay' | 'remove' | 'changed';

/** One entry other than "." and ".."; that it stays is counted as a link. */
export function entryStays(c: Checker, info: DirectoryInfo, entry: Direntry, chunk: Chunk, names: Set<string>): Fate {
  const { ino } = entry;
  const path = () => join(pathOf(c, info.ino), entry.name);
  const remove = (what: string) => c.say.decide(fileFinding(c, what, ino, path()), 'REMOVE');
  if (entry.name === '.' || entry.name === '..') {
    if (c.say.decide(fileFinding(c, `EXTRA '${entry.name}' ENTRY`, info.ino, pathOf(c, info.ino)), 'FIX'))
      return 'remove';
  } else if (names.has(entry.name)) {
    if (remove('DUPLICATE NAME')) return 'remove';
  } else names.add(entry.name);
  if (ino === UFS_WINO) return entry.type === DT_WHT || !remove('BAD WHITEOUT ENTRY') ? 'stay' : 'remove';
  if (ino < UFS_ROOTINO || ino >= c.inodeLimit) return remove('I OUT OF RANGE') ? 'remove' : 'stay';
  const wrong = stateProblem(c, ino);
  if (wrong !== undefined && remove(wrong)) return 'remove';
  if (c.state[ino] === FREE) return 'stay';
  if (!nameOfDirectory(c, info, ino, path)) return 'remove';
  (c.links[ino] as number)--;
  return checkType(c, entry, chunk, path) ? 'changed' : 'stay';
}

function stateProblem(c: Checker, ino: number): string | undefined {
  switch (c.state[ino]) {
    case FREE:
      return 'UNALLOCATED';
    case BAD_FILE:
      return 'DUP/BAD';
    case BAD_DIRECTORY:
      return c.directories.get(ino)?.size === 0 ? 'ZERO LENGTH DIRECTORY' : 'DUP/BAD';
    default:
      return undefined;
  }
}

/** A directory has one name: false when this one goes. */
function nameOfDirectory(c: Checker, info: DirectoryInfo, ino: number, path: () => string): boolean {
  const target = c.directories.get(ino);
  if (target === undefined) return true;
  if (target.parent === 0) {
    target.parent = info.ino;
    return true;
  }
  const message = `${path()} IS AN EXTRANEOUS HARD LINK TO DIRECTORY ${pathOf(c, ino)}\n`;
  return !c.say.repair(message, 'REMOVE', 'REMOVED');
}

function checkType(c: Checker, entry: Direntry, chunk: Chunk, path: () => string): boolean {
  const type = c.type[entry.ino] as number;
  if (c.sb.oldDirectories || entry.type === type) return false;
  if (!c.say.decide(fileFinding(c, 'BAD TYPE VALUE', entry.ino, path()), 'FIX')) return false;
  chunk.bytes[entry.at + 6] = type;
  return true;
}
