// SPDX-License-Identifier: BSD-2-Clause
/** The commands of fsdb(8) that change things. What follows from a change - counts, maps - is left to fsck_ffs(8). */
import { groupId, userId } from '../../lib/format.ts';
import { type Dinode, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from '../dinode.ts';
import { type Direntry, direntrySize, FFS_MAXNAMLEN, modeToType, putDirentry } from '../direntry.ts';
import type { FsdbCommand } from './fsdb_commands.ts';
import { active, number } from './fsdb_look.ts';
import { nameText, toName } from './fsdb_print.ts';
import { type DirectoryChunk, FsdbError, type FsdbSession } from './fsdb_session.ts';

const TYPES: Record<string, number> = { file: S_IFREG, dir: S_IFDIR, socket: S_IFSOCK, fifo: S_IFIFO };

/** A command that changes the current inode and shows it. */
function inodeCommand(name: string, help: string, change: (di: Dinode, word: string) => void, args = 1): FsdbCommand {
  return {
    names: [name],
    args: [args, args],
    help,
    run: (session, [word]) => {
      session.changeInode((di) => change(di, word ?? ''));
      return active(session);
    },
  };
}

function limited(text: string, what: string, max: number): number {
  const value = number(text, what);
  if (value > max) throw new FsdbError(`bad ${what} \`${text}'`);
  return value;
}

function octal(text: string): number {
  if (!/^[0-7]{1,4}$/.test(text)) throw new FsdbError(`bad mode \`${text}'`);
  return Number.parseInt(text, 8);
}

/** YYYYMMDDHHMMSS[.nsec] */
function time(text: string): { sec: number; nsec: number } {
  const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  const [year, month, day, hour, minute, second] = (m ?? []).slice(1, 7).map(Number) as number[];
  const ms = m === null ? Number.NaN : Date.UTC(year!, month! - 1, day, hour, minute, second);
  if (Number.isNaN(ms)) throw new FsdbError(`bad time \`${text}', must be YYYYMMDDHHMMSS[.nsec]`);
  return { sec: ms / 1000, nsec: Number(m?.[7] ?? 0) };
}

function timeCommand(name: 'mtime' | 'ctime' | 'atime'): FsdbCommand {
  return inodeCommand(name, `Change ${name} of current inode to TIME`, (di, word) => {
    const { sec, nsec } = time(word);
    di[name] = sec;
    di[`${name}nsec`] = nsec;
  });
}

function put(session: FsdbSession, chunk: DirectoryChunk, ...entries: readonly Direntry[]): void {
  for (const entry of entries) putDirentry(session.sb, chunk.bytes, entry);
  session.write(chunk.diskOffset, chunk.bytes);
}

function slotAt(session: FsdbSession, word: string): { entry: Direntry; chunk: DirectoryChunk } {
  const wanted = number(word, 'slot');
  const found = session.findSlot(({ slot }) => slot === wanted);
  if (found === undefined) throw new FsdbError(`slot ${wanted} not in use`);
  return found;
}

function checkName(name: string): string {
  if (name.length > FFS_MAXNAMLEN || name.includes('/')) throw new FsdbError(`bad name \`${nameText(name)}'`);
  return name;
}

/** A new entry where the directory has room; it does not grow. */
function enter(session: FsdbSession, ino: number, name: string): string {
  const need = direntrySize(checkName(name).length);
  const type = modeToType(session.inode(ino).mode);
  if (session.findSlot(({ entry }) => entry.ino !== 0 && entry.name === name) !== undefined)
    throw new FsdbError(`\`${nameText(name)}' exists`);
  const used = (entry: Direntry) => (entry.ino === 0 ? 0 : direntrySize(entry.name.length));
  const room = session.findSlot(({ entry }) => entry.reclen - used(entry) >= need);
  if (room === undefined) throw new FsdbError(`could not enter name ('${nameText(name)}'): no room`);
  const { entry, chunk } = room;
  const at = entry.at + used(entry);
  const added = { at, ino, reclen: entry.reclen - used(entry), type, name };
  if (used(entry) === 0) put(session, chunk, added);
  else put(session, chunk, { ...entry, reclen: used(entry) }, added);
  return `Ino ${ino} entered as \`${nameText(name)}'\n`;
}

/** The place of an entry goes to the one before it. */
function remove(session: FsdbSession, name: string): string {
  let before: Direntry | undefined;
  const found = session.findSlot(({ entry }) => {
    if (entry.at === 0) before = undefined;
    if (entry.ino !== 0 && entry.name === name) return true;
    before = entry;
    return false;
  });
  if (found === undefined) throw new FsdbError(`could not remove name ('${nameText(name)}')`);
  const { entry, chunk } = found;
  if (before === undefined) put(session, chunk, { ...entry, ino: 0 });
  else put(session, chunk, { ...before, reclen: before.reclen + entry.reclen });
  return `Name \`${nameText(name)}' removed\n`;
}

function clear(session: FsdbSession, ino: number): string {
  session.changeInode((di) => di.bytes.fill(0), session.check(ino));
  return session.current === ino ? active(session) : '';
}

function setLinks(di: Dinode, links: number): void {
  if (links < 0 || links > 32767) throw new FsdbError(`bad link count \`${links}'`);
  di.nlink = links;
}

function owner(find: (text: string) => number | undefined, what: string, text: string): number {
  const id = /^\d+$/.test(text) ? limited(text, what, 0xffffffff) : find(text);
  if (id === undefined) throw new FsdbError(`unknown ${what} \`${text}'`);
  return id;
}

export const EDIT_COMMANDS: readonly FsdbCommand[] = [
  {
    names: ['clri'],
    args: [1, 1],
    help: 'Clear inode INUM',
    run: (session, [word]) => clear(session, number(word as string, 'inode number')),
  },
  inodeCommand('uplink', 'Increment link count', (di) => setLinks(di, di.nlink + 1), 0),
  inodeCommand('downlink', 'Decrement link count', (di) => setLinks(di, di.nlink - 1), 0),
  inodeCommand('linkcount', 'Set link count to COUNT', (di, word) => setLinks(di, number(word, 'link count'))),
  {
    names: ['rm', 'del'],
    args: [1, 1],
    help: 'Remove NAME from current inode directory',
    run: (session, [name]) => remove(session, toName(name as string)),
  },
  {
    names: ['ln'],
    args: [2, 2],
    help: 'Hardlink INO into current inode directory as NAME',
    run: (session, [ino, name]) =>
      enter(session, session.check(number(ino as string, 'inode number')), toName(name as string)),
  },
  {
    names: ['chinum'],
    args: [2, 2],
    help: 'Change dir entry number INDEX to INUM',
    run: (session, [slot, word]) => {
      const { entry, chunk } = slotAt(session, slot as string);
      put(session, chunk, { ...entry, ino: limited(word as string, 'inode number', 0xffffffff) });
      return '';
    },
  },
  {
    names: ['chname'],
    args: [2, 2],
    help: 'Change dir entry number INDEX to NAME',
    run: (session, [slot, word]) => {
      const { entry, chunk } = slotAt(session, slot as string);
      const name = checkName(toName(word as string));
      if (direntrySize(name.length) > entry.reclen) throw new FsdbError(`new name \`${word}' does not fit into slot`);
      put(session, chunk, { ...entry, name });
      return '';
    },
  },
  inodeCommand('chtype', 'Change type of current inode to TYPE', (di, word) => {
    const type = TYPES[word];
    if (type === undefined) throw new FsdbError(`unknown type \`${word}': try one of file, dir, socket, fifo`);
    di.mode = (di.mode & ~S_IFMT) | type;
  }),
  inodeCommand('chmod', 'Change mode of current inode to MODE', (di, word) => {
    di.mode = (di.mode & S_IFMT) | octal(word);
  }),
  inodeCommand('chown', 'Change owner of current inode to OWNER', (di, word) => {
    di.uid = owner(userId, 'uid', word);
  }),
  inodeCommand('chgrp', 'Change group of current inode to GROUP', (di, word) => {
    di.gid = owner(groupId, 'gid', word);
  }),
  inodeCommand('chflags', 'Change flags of current inode to FLAGS', (di, word) => {
    di.flags = limited(word, 'flags', 0xffffffff);
  }),
  inodeCommand('chgen', 'Change generation number of current inode to GEN', (di, word) => {
    di.gen = limited(word, 'generation', 0xffffffff);
  }),
  timeCommand('mtime'),
  timeCommand('ctime'),
  timeCommand('atime'),
];
