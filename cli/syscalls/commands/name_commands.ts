// SPDX-License-Identifier: BSD-2-Clause
/** Commands on names: directories, links, renames, nodes, the working directory, extended attributes. */
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, failed, type Outcome, ok, okText } from '../command.ts';
import { escapedName, escapedText } from '../escaped_text.ts';
import { slots64 } from '../guest_block.ts';

const READ_SIZE = 8192;
const PATH_MAX = 1024;
const ATTR_MAX = 65536;
/** No call gives more, whatever it asks for. */
const GETDENTS_MAX = 65536;
const NAME_SHOWN = 40;
const DIRENT_NAME = 13;
const TYPES: Readonly<Record<number, string>> = {
  0: 'unknown',
  1: 'fifo',
  2: 'chr',
  4: 'dir',
  6: 'blk',
  8: 'reg',
  10: 'lnk',
  12: 'sock',
  14: 'wht',
};

interface Entry {
  readonly name: string;
  readonly shown: string;
  /** An unused slot of the directory, which readdir(3) leaves out. */
  readonly deleted: boolean;
}

/** Decode the dirents in [at, at + length). */
function entries(c: Call, at: number, length: number): Entry[] {
  const { u8, view } = c.guest;
  const found: Entry[] = [];
  for (let pos = at; pos < at + length; ) {
    const reclen = view.getUint16(pos + 8, true);
    const bytes = u8.slice(pos + DIRENT_NAME, pos + DIRENT_NAME + view.getUint16(pos + 10, true));
    const name = escapedName(bytes);
    const type = view.getUint8(pos + 12);
    const deleted = view.getBigUint64(pos, true) === 0n;
    found.push({
      name: String.fromCharCode(...bytes),
      shown: `  - ${name.slice(0, NAME_SHOWN)} ${TYPES[type] ?? type}${deleted ? ' (fileno 0)' : ''}`,
      deleted,
    });
    if (reclen === 0) break;
    pos += reclen;
  }
  return found;
}

function readdir(c: Call): Outcome {
  const open = c.guest.call(N.SYS_open, c.path(), 0, 0);
  if (open.errno !== 0) return failed(open.errno);
  const how = c.left > 0 ? c.text() : '';
  const at = c.guest.alloc(READ_SIZE);
  const all: Entry[] = [];
  let errno = 0;
  for (;;) {
    const got = c.guest.call(N.SYS_getdents, open.value, at, READ_SIZE);
    errno = got.errno;
    if (errno !== 0 || got.value === 0) break;
    all.push(...entries(c, at, got.value).filter((entry) => !entry.deleted));
  }
  c.guest.call(N.SYS_close, open.value);
  if (errno !== 0) return failed(errno);
  if (how === 'count') return ok(all.length);
  if (how === 'sorted') all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return ok(
    all.length,
    '',
    all.map((entry) => entry.shown),
  );
}

function getdents(c: Call): Outcome {
  const fd = c.int();
  const length = c.int();
  const at = c.guest.alloc(length < 0 ? GETDENTS_MAX : length);
  const answer = c.guest.call(N.SYS_getdents, fd, at, length);
  return c.outcome(answer, (a) =>
    ok(
      a.value,
      '',
      entries(c, at, a.value).map((entry) => entry.shown),
    ),
  );
}

function readlink(c: Call, byFd: boolean): Outcome {
  const before = byFd ? [c.int(), c.path()] : [c.path()];
  const room = c.intOr(PATH_MAX);
  const at = c.guest.alloc(Math.max(room, 0));
  const answer = c.guest.call(byFd ? N.SYS_readlinkat : N.SYS_readlink, ...before, at, room);
  return c.outcome(answer, (a) => ok(a.value, escapedText(c.guest.u8.slice(at, at + a.value))));
}

function getcwd(c: Call): Outcome {
  const at = c.guest.alloc(PATH_MAX);
  const answer = c.guest.call(N.SYS___getcwd, at, PATH_MAX);
  return c.outcome(answer, (a) => okText(escapedText(c.guest.u8.slice(at, at + a.value - 1))));
}

function mknod(c: Call): Outcome {
  return c.simple(N.SYS_mknod, c.path(), c.int(), ...slots64(c.wide()));
}

function extattrSet(c: Call): Outcome {
  const before = [c.path(), c.int(), c.path()];
  const value = c.text();
  return c.simple(N.SYS_extattr_set_file, ...before, c.guest.bytes(value), value.length);
}

function extattrGet(c: Call): Outcome {
  const at = c.guest.alloc(ATTR_MAX);
  const answer = c.guest.call(N.SYS_extattr_get_file, c.path(), c.int(), c.path(), at, ATTR_MAX);
  return c.outcome(answer, (a) => ok(a.value, escapedText(c.guest.u8.slice(at, at + a.value))));
}

export const nameCommands: CommandTable = {
  mkdir: (c) => c.simple(N.SYS_mkdir, c.path(), c.int()),
  mkdirat: (c) => c.simple(N.SYS_mkdirat, c.int(), c.path(), c.int()),
  rmdir: (c) => c.simple(N.SYS_rmdir, c.path()),
  unlink: (c) => c.simple(N.SYS_unlink, c.path()),
  unlinkat: (c) => c.simple(N.SYS_unlinkat, c.int(), c.path(), c.int()),
  link: (c) => c.simple(N.SYS_link, c.path(), c.path()),
  linkat: (c) => c.simple(N.SYS_linkat, c.int(), c.path(), c.int(), c.path(), c.int()),
  symlink: (c) => c.simple(N.SYS_symlink, c.path(), c.path()),
  symlinkat: (c) => c.simple(N.SYS_symlinkat, c.path(), c.int(), c.path()),
  readlink: (c) => readlink(c, false),
  readlinkat: (c) => readlink(c, true),
  rename: (c) => c.simple(N.SYS_rename, c.path(), c.path()),
  posix_rename: (c) => c.simple(N.SYS___posix_rename, c.path(), c.path()),
  renameat: (c) => c.simple(N.SYS_renameat, c.int(), c.path(), c.int(), c.path()),
  mkfifo: (c) => c.simple(N.SYS_mkfifo, c.path(), c.int()),
  mknod,
  chdir: (c) => c.simple(N.SYS_chdir, c.path()),
  fchdir: (c) => c.simple(N.SYS_fchdir, c.int()),
  getcwd,
  chroot: (c) => c.simple(N.SYS_chroot, c.path()),
  fchroot: (c) => c.simple(N.SYS_fchroot, c.int()),
  revoke: (c) => c.simple(N.SYS_revoke, c.path()),
  readdir,
  getdents,
  extattr_set: extattrSet,
  extattr_get: extattrGet,
};
