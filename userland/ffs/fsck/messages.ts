// SPDX-License-Identifier: BSD-2-Clause
/** How findings name files: by inode and, where a directory leads to it, by path. */
import { printable } from '../../disk/fsck_dialog.ts';
import { strftime } from '../../lib/format.ts';
import { S_IFDIR, S_IFMT } from '../dinode.ts';
import { UFS_ROOTINO } from '../geometry.ts';
import { BAD_DIRECTORY, type Checker, CONNECTED, DIRECTORY } from './checker.ts';
import { findName } from './directory_read.ts';

const MAX_DEPTH = 64;

/** `I=12  OWNER=root MODE=100644` and, on the next line, size and time. */
export function inodeText(c: Checker, ino: number): string {
  if (ino < UFS_ROOTINO || ino >= c.inodeLimit) return ` I=${ino} `;
  const di = c.inode(ino);
  const time = Math.abs(di.mtime) < 1e11 ? strftime('%b %e %H:%M %Y', di.mtime) : '?';
  const owner = c.options.userName(di.uid);
  return ` I=${ino}  OWNER=${owner} MODE=${di.mode.toString(8)}\nSIZE=${di.size} MTIME=${time} `;
}

export function isDirectory(c: Checker, ino: number): boolean {
  const state = c.state[ino];
  return state === DIRECTORY || state === CONNECTED || state === BAD_DIRECTORY;
}

/** DIR or FILE. */
export function kindText(c: Checker, ino: number): string {
  return isDirectory(c, ino) ? 'DIR' : 'FILE';
}

/** Path of a directory, as far up as its parents are known. The last one asked for is remembered until forgetPath(). */
export function pathOf(c: Checker, ino: number): string {
  if (c.lastPath?.ino !== ino) c.lastPath = { ino, path: climb(c, ino) };
  return c.lastPath.path;
}

export function forgetPath(c: Checker): void {
  c.lastPath = undefined;
}

function climb(c: Checker, ino: number): string {
  let path = '';
  let at = ino;
  for (let depth = 0; at !== UFS_ROOTINO; depth++) {
    const parent = c.directories.get(at)?.parent ?? 0;
    const name = parent === 0 || depth >= MAX_DEPTH ? undefined : findName(c, parent, at);
    if (name === undefined) return `?${path}`;
    path = `/${printable(name)}${path}`;
    at = parent;
  }
  return path === '' ? '/' : path;
}

export function join(directory: string, name: string): string {
  return `${directory === '/' ? '' : directory}/${printable(name)}`;
}

/** A finding about a file, with what is known of it: inode, owner, size, and its name. */
export function fileFinding(c: Checker, what: string, ino: number, path: string): string {
  const known = ino >= UFS_ROOTINO && ino < c.inodeLimit && (c.inode(ino).mode & S_IFMT) !== 0;
  const label = !known ? 'NAME' : (c.inode(ino).mode & S_IFMT) === S_IFDIR ? 'DIR' : 'FILE';
  return `${what} ${inodeText(c, ino)}\n${label}=${path}\n`;
}
