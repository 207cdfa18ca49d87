// SPDX-License-Identifier: BSD-2-Clause
/** Inodes, entries and block lists as fsdb(8) shows them. */
import { decode, encode, latin1 } from '../../lib/bytes.ts';
import { deviceNumbers, groupName, printable, strftime, userName } from '../../lib/format.ts';
import {
  type Dinode,
  isShortlink,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../dinode.ts';
import { fragsValid } from '../geometry.ts';
import type { Superblock } from '../superblock.ts';
import type { FsdbSession, Slot } from './fsdb_session.ts';

const BLOCKS_A_LINE = 8;
const TYPES: Record<number, string> = {
  0: 'unknown',
  1: 'fifo',
  2: 'character special',
  4: 'directory',
  6: 'block special',
  8: 'regular',
  10: 'symlink',
  12: 'socket',
  14: 'whiteout',
};

/** A name as it is typed, and as directories hold it: a character for each byte. */
export function toName(text: string): string {
  return latin1(encode(text));
}

export function nameText(name: string): string {
  return printable(decode(Uint8Array.from(name, (c) => c.charCodeAt(0))));
}

function kind(session: FsdbSession, ino: number, di: Dinode): string {
  const device = () => {
    const { major, minor } = deviceNumbers(di.db(0));
    return `(${major},${minor})`;
  };
  switch (di.mode & S_IFMT) {
    case S_IFDIR:
      return 'directory';
    case S_IFREG:
      return 'regular file';
    case S_IFBLK:
      return `block special ${device()}`;
    case S_IFCHR:
      return `character special ${device()}`;
    case S_IFLNK:
      return `symlink to \`${nameText(linkText(session, ino, di))}'`;
    case S_IFSOCK:
      return 'socket';
    case S_IFIFO:
      return 'fifo';
    default:
      return di.mode === 0 ? 'unallocated inode' : 'unknown type';
  }
}

function linkText(session: FsdbSession, ino: number, di: Dinode): string {
  const { sb } = session;
  if (isShortlink(sb, di)) return latin1(di.shortlink.subarray(0, Math.min(di.size, di.shortlink.length)));
  let text = '';
  session.blocks(ino, (frag, count, lbn) => {
    if (lbn === 0 && fragsValid(sb, frag, count))
      text = latin1(session.disk.read(frag * sb.fsize, count * sb.fsize).subarray(0, Math.min(di.size, 1024)));
    return 'stop';
  });
  return text;
}

function stamp(name: string, seconds: number, nsec: number): string {
  const time = Math.abs(seconds) < 1e11 ? strftime('%b %e %H:%M:%S %Y', seconds) : '?';
  return `\t${name}=${time} [${nsec} nsec]\n`;
}

export function inodeText(session: FsdbSession, what: string, ino: number): string {
  const di = session.inode(ino);
  const hex = (n: number) => `0x${(n >>> 0).toString(16)}`;
  return (
    `${what}: ${kind(session, ino, di)}\n` +
    `I=${ino} MODE=${di.mode.toString(8)} SIZE=${di.size}\n` +
    stamp('MTIME', di.mtime, di.mtimensec) +
    stamp('CTIME', di.ctime, di.ctimensec) +
    stamp('ATIME', di.atime, di.atimensec) +
    (session.sb.ufs2 ? stamp('BIRTHTIME', di.birthtime, di.birthnsec) : '') +
    `OWNER=${userName(di.uid)} GRP=${groupName(di.gid)} LINKCNT=${di.nlink} ` +
    `FLAGS=${hex(di.flags)} BLKCNT=0x${di.blocks.toString(16)} GEN=${hex(di.gen)}\n`
  );
}

export function slotText(sb: Superblock, { slot, entry }: Slot): string {
  const type = sb.oldDirectories ? 'no type' : (TYPES[entry.type] ?? `type ${entry.type}`);
  return `slot ${slot} ino ${entry.ino} reclen ${entry.reclen}: ${type}, \`${nameText(entry.name)}'\n`;
}

/** `3 blocks`, then the addresses: those of data, and of the blocks that hold addresses. */
export function blocksText(ino: number, direct: readonly number[], indirect: readonly number[]): string {
  const count = direct.length + indirect.length;
  const list = (frags: readonly number[]) => {
    let text = '';
    frags.forEach((frag, i) => {
      text += i === 0 ? frag : i % BLOCKS_A_LINE === 0 ? `,\n${frag}` : `, ${frag}`;
    });
    return `${text}\n`;
  };
  let text = `I=${ino} ${count} block${count === 1 ? '' : 's'}\n`;
  if (direct.length > 0) text += `Direct blocks:\n${list(direct)}`;
  if (indirect.length > 0) text += `Indirect blocks:\n${list(indirect)}`;
  return text;
}
