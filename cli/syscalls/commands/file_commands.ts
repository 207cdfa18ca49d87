// SPDX-License-Identifier: BSD-2-Clause
/** Commands on open files: open, read, write, seek, descriptors, locks, poll. */

import { flock as F } from '../../../userland/librump/structs.gen.ts';
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, failed, type Outcome, ok } from '../command.ts';
import { escapedText } from '../escaped_text.ts';
import { slots64 } from '../guest_block.ts';

const F_GETLK = 7;
const F_GETFL = 3;
const LOCK_TYPES: Readonly<Record<number, string>> = { 1: 'F_RDLCK', 2: 'F_UNLCK', 3: 'F_WRLCK' };
const POLLFD_SIZE = 8;

/** Result of a read: count and data. */
function readOutcome(c: Call, number: number, show: boolean, offset: boolean): Outcome {
  const fd = c.int();
  const length = c.int();
  const at = c.guest.alloc(Math.max(length, 0));
  const tail = offset ? [0, ...slots64(c.wide())] : [];
  const answer = c.guest.call(number, fd, at, length, ...tail);
  return c.outcome(answer, (a) => ok(a.value, show ? escapedText(c.guest.u8.slice(at, at + a.value)) : ''));
}

function writeOutcome(c: Call, number: number, offset: boolean): Outcome {
  const fd = c.int();
  const text = c.text();
  const at = c.guest.bytes(text);
  const tail = offset ? [0, ...slots64(c.wide())] : [];
  return c.simple(number, fd, at, text.length, ...tail);
}

function lseek(c: Call): Outcome {
  const answer = c.guest.call(N.SYS_lseek, c.int(), 0, ...slots64(c.wide()), c.int());
  return c.outcome(answer, (a) => ok((BigInt(a.second) << 32n) | BigInt(a.value >>> 0)));
}

function fcntl(c: Call): Outcome {
  const fd = c.int();
  const cmd = c.int();
  const answer = c.guest.call(N.SYS_fcntl, fd, cmd, c.intOr(0));
  return c.outcome(answer, (a) =>
    cmd === F_GETFL ? { errno: 0, text: `0x${(a.value >>> 0).toString(16)}`, value: a.value } : ok(a.value),
  );
}

function lock(c: Call): Outcome {
  const fd = c.int();
  const cmd = c.int();
  const type = c.int();
  const at = c.guest.alloc(F.size);
  const { view } = c.guest;
  view.setBigInt64(at + F.l_start, c.wide(), true);
  view.setBigInt64(at + F.l_len, c.wide(), true);
  view.setInt16(at + F.l_type, type, true);
  return c.outcome(c.guest.call(N.SYS_fcntl, fd, cmd, at), (a) =>
    cmd === F_GETLK ? ok(a.value, showLock(view, at)) : ok(a.value),
  );
}

function showLock(view: DataView, at: number): string {
  const type = view.getInt16(at + F.l_type, true);
  return `type=${LOCK_TYPES[type] ?? type} start=${view.getBigInt64(at + F.l_start, true)} len=${view.getBigInt64(at + F.l_len, true)}`;
}

function poll(c: Call): Outcome {
  const timeout = c.int();
  const wanted = c.rest().map((token) => token.text.split(':'));
  const at = c.guest.alloc(wanted.length * POLLFD_SIZE);
  const { view } = c.guest;
  wanted.forEach(([fd, events], i) => {
    view.setInt32(at + i * POLLFD_SIZE, Number(c.number(fd as string)), true);
    view.setInt16(at + i * POLLFD_SIZE + 4, Number(c.number(events ?? '0')), true);
  });
  return c.outcome(c.guest.call(N.SYS_poll, at, wanted.length, timeout), (a) => {
    const revents = wanted.map((_, i) => `re=0x${view.getUint16(at + i * POLLFD_SIZE + 6, true).toString(16)}`);
    return ok(a.value, revents.join(' '));
  });
}

function pipe(c: Call): Outcome {
  const names = c.rest().map((token) => token.text);
  const flags = names[2] === undefined ? undefined : Number(c.number(names[2]));
  if (flags === undefined) return storePair(c, names, c.guest.call(N.SYS_pipe));
  const at = c.guest.alloc(8);
  const answer = c.guest.call(N.SYS_pipe2, at, flags);
  const { view } = c.guest;
  return storePair(c, names, {
    errno: answer.errno,
    value: view.getInt32(at, true),
    second: view.getInt32(at + 4, true),
  });
}

/** Store two descriptors in the named variables. */
export function storePair(
  c: Call,
  names: readonly string[],
  pair: { errno: number; value: number; second: number },
): Outcome {
  if (pair.errno !== 0) return failed(pair.errno);
  if (names[0] !== undefined) c.world.variables.set(names[0], pair.value);
  if (names[1] !== undefined) c.world.variables.set(names[1], pair.second);
  return { errno: 0, text: `0 ${pair.value} ${pair.second}`, value: 0 };
}

export const fileCommands: CommandTable = {
  open: (c) => c.simple(N.SYS_open, c.path(), c.int(), c.intOr(0)),
  openat: (c) => c.simple(N.SYS_openat, c.int(), c.path(), c.int(), c.intOr(0)),
  close: (c) => c.simple(N.SYS_close, c.int()),
  read: (c) => readOutcome(c, N.SYS_read, true, false),
  readn: (c) => readOutcome(c, N.SYS_read, false, false),
  pread: (c) => readOutcome(c, N.SYS_pread, true, true),
  write: (c) => writeOutcome(c, N.SYS_write, false),
  pwrite: (c) => writeOutcome(c, N.SYS_pwrite, true),
  lseek,
  ftruncate: (c) => c.simple(N.SYS_ftruncate, c.int(), 0, ...slots64(c.wide())),
  truncate: (c) => c.simple(N.SYS_truncate, c.path(), 0, ...slots64(c.wide())),
  fsync: (c) => c.simple(N.SYS_fsync, c.int()),
  fdatasync: (c) => c.simple(N.SYS_fdatasync, c.int()),
  sync: (c) => c.simple(N.SYS_sync),
  dup: (c) => c.simple(N.SYS_dup, c.int()),
  dup2: (c) => c.simple(N.SYS_dup2, c.int(), c.int()),
  dup3: (c) => c.simple(N.SYS_dup3, c.int(), c.int(), c.int()),
  fcntl,
  flock: (c) => c.simple(N.SYS_flock, c.int(), c.int()),
  lock,
  poll,
  pipe,
};
