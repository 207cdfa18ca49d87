// SPDX-License-Identifier: BSD-2-Clause
/** Files without a name get one in lost+found. */
import { DT_DIR } from '../direntry.ts';
import { UFS_LINK_MAX, UFS_ROOTINO } from '../geometry.ts';
import { allocateDirectory, growDirectory } from './allocate.ts';
import { type Checker, CONNECTED, DIRECTORY, type DirectoryInfo } from './checker.ts';
import { enterName, type NewEntry, removeName, setDotdot } from './directory_edit.ts';
import { findEntry } from './directory_read.ts';
import { inodeText, kindText } from './messages.ts';

const LOST_FOUND = 'lost+found';

/**
 * Offer to give a file or directory without a name one.
 *
 * @returns true: it has one, and the link is counted
 */
export function reconnect(c: Checker, ino: number): boolean {
  const info = c.state[ino] === DIRECTORY ? c.directories.get(ino) : undefined;
  const finding = `UNREF ${kindText(c, ino)} ${inodeText(c, ino)}`;
  if (c.say.preen && c.inode(ino).size === 0) return false;
  if (!c.say.repair(finding, 'RECONNECT', 'RECONNECTED')) return false;
  const parent = lostFound(c);
  if (parent === undefined) return false;
  const name = lostName(c, ino);
  const entry = { name, ino, type: c.type[ino] as number };
  if (namesOf(c, parent).has(name)) return sorry(c, `${name} IS ALREADY IN`);
  if (info !== undefined && c.inode(parent.ino).nlink >= UFS_LINK_MAX) return sorry(c, 'TOO MANY LINKS TO');
  if (!enter(c, parent, entry)) return sorry(c, 'NO SPACE IN');
  namesOf(c, parent).add(name);
  (c.links[ino] as number)--;
  if (info !== undefined) moveHere(c, info, parent);
  return true;
}

/** "#0012": as many digits as the last inode has. */
function lostName(c: Checker, ino: number): string {
  return `#${String(ino).padStart(String(c.inodeLimit - 1).length, '0')}`;
}

function namesOf(c: Checker, parent: DirectoryInfo): Set<string> {
  if (c.lostNames === undefined) {
    const names = new Set<string>();
    findEntry(c, parent.ino, (e) => names.add(e.name) === undefined);
    c.lostNames = names;
  }
  return c.lostNames;
}

function enter(c: Checker, parent: DirectoryInfo, entry: NewEntry): boolean {
  if (enterName(c, parent.ino, entry)) return true;
  return growDirectory(c, parent) && enterName(c, parent.ino, entry);
}

/** Its ".." follows; in a circle of directories the name it had goes. */
function moveHere(c: Checker, info: DirectoryInfo, parent: DirectoryInfo): void {
  const { ino } = info;
  const was = info.parent || info.dotdot;
  if (info.parent !== 0) {
    removeName(c, info.parent, ino);
    (c.links[ino] as number)++;
    (c.links[info.dotdot] as number)++;
  }
  setDotdot(c, info, parent.ino);
  info.parent = parent.ino;
  c.state[ino] = CONNECTED;
  addLink(c, parent.ino);
  c.say.print(`DIR I=${ino} CONNECTED. ${was > 0 ? `PARENT WAS I=${was}` : ''}\n`);
}

/** One more on the disk, and found: nothing is left to be adjusted. */
function addLink(c: Checker, ino: number): void {
  const di = c.inode(ino);
  di.nlink++;
  c.writeInode(ino, di);
}

function sorry(c: Checker, what: string): false {
  c.say.serious(`SORRY. ${what} lost+found DIRECTORY`);
  return false;
}

function lostFound(c: Checker): DirectoryInfo | undefined {
  if (c.lostFound === 0) {
    const found = findEntry(c, UFS_ROOTINO, (e) => e.name === LOST_FOUND)?.entry.ino;
    c.lostFound = found === undefined ? create(c) : c.state[found] === CONNECTED ? found : replace(c, found);
  }
  const info = c.directories.get(c.lostFound);
  if (info === undefined) sorry(c, 'NO');
  return info;
}

/** @returns its inode, 0: there is none now */
function create(c: Checker): number {
  if (!c.say.repair('NO lost+found DIRECTORY', 'CREATE', 'CREATED')) return 0;
  const ino = allocateDirectory(c, UFS_ROOTINO, c.options.lostFoundMode);
  const root = c.directories.get(UFS_ROOTINO);
  if (ino === undefined || root === undefined) return noRoom(c);
  if (!enter(c, root, { name: LOST_FOUND, ino, type: DT_DIR })) {
    c.clearInode(ino);
    c.remap = true;
    return noRoom(c);
  }
  addLink(c, UFS_ROOTINO);
  return ino;
}

function noRoom(c: Checker): 0 {
  c.say.serious('SORRY. CANNOT CREATE lost+found DIRECTORY');
  return 0;
}

/** The name belongs to something else: that loses it. */
function replace(c: Checker, ino: number): number {
  if (!c.say.decide('lost+found IS NOT A DIRECTORY', 'REALLOCATE')) return 0;
  removeName(c, UFS_ROOTINO, ino);
  if (c.links[ino] !== undefined) (c.links[ino] as number)++;
  return create(c);
}
