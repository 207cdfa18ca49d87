// SPDX-License-Identifier: BSD-2-Clause
/** Commands on what a file is: stat and its kin, modes, owners, flags, times, access, pathconf. */
import { stat as S } from '../../../userland/librump/structs.gen.ts';
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, failed, type Outcome, ok, okText } from '../command.ts';
import { ScriptError } from '../script_error.ts';
import { changedFields, readStatRecord, type StatRecord, showStat } from '../stat_record.ts';

const AT_FDCWD = -100;
const TIMESPEC_SIZE = 16;

type StatAnswer = { readonly errno: number; readonly record: StatRecord | undefined };

/** A stat-like call whose buffer is the slot after `before`. */
function statCall(c: Call, number: number, before: readonly number[], after: readonly number[] = []): StatAnswer {
  const at = c.guest.alloc(S.size);
  const { errno } = c.guest.call(number, ...before, at, ...after);
  return { errno, record: errno === 0 ? readStatRecord(c.guest.view, at) : undefined };
}

function shownStat(c: Call, answer: StatAnswer): Outcome {
  if (answer.record === undefined) return failed(answer.errno);
  const shown = showStat(
    answer.record,
    c.rest().map((token) => token.text),
  );
  if (shown === undefined) throw new ScriptError('unknown stat field');
  return ok(0, shown);
}

function fstatat(c: Call): Outcome {
  const before = [c.int(), c.path()];
  return shownStat(c, statCall(c, N.SYS_fstatat, before, [c.int()]));
}

function sameino(c: Call): Outcome {
  const a = statCall(c, N.SYS_lstat, [c.path()]);
  const b = statCall(c, N.SYS_lstat, [c.path()]);
  if (a.record === undefined) return failed(a.errno);
  if (b.record === undefined) return failed(b.errno);
  return okText(a.record.dev === b.record.dev && a.record.ino === b.record.ino ? 'same' : 'different');
}

/** snap/fsnap and diff/fdiff: remember a stat under a name, or compare with the remembered one. */
function remember(c: Call, byFd: boolean): Outcome {
  const name = c.text();
  const answer = byFd ? statCall(c, N.SYS_fstat, [c.int()]) : statCall(c, N.SYS_lstat, [c.path()]);
  if (answer.record === undefined) return failed(answer.errno);
  c.world.snapshots.set(name, answer.record);
  return okText('');
}

function compare(c: Call, byFd: boolean): Outcome {
  const name = c.text();
  const before = c.world.snapshots.get(name);
  if (before === undefined) throw new ScriptError(`no snapshot ${name}`);
  const answer = byFd ? statCall(c, N.SYS_fstat, [c.int()]) : statCall(c, N.SYS_lstat, [c.path()]);
  if (answer.record === undefined) return failed(answer.errno);
  return okText(`changed: ${changedFields(before, answer.record)}`);
}

/** Two timespecs in guest memory from the four numbers of utimens. */
function timespecs(c: Call): number {
  const at = c.guest.alloc(2 * TIMESPEC_SIZE);
  for (const i of [0, 1]) {
    c.guest.view.setBigInt64(at + i * TIMESPEC_SIZE, BigInt.asIntN(64, c.wide()), true);
    c.guest.view.setInt32(at + i * TIMESPEC_SIZE + 8, c.int(), true);
  }
  return at;
}

function utimens(c: Call): Outcome {
  const path = c.path();
  const times = timespecs(c);
  return c.simple(N.SYS_utimensat, AT_FDCWD, path, times, c.intOr(0));
}

export const metaCommands: CommandTable = {
  stat: (c) => shownStat(c, statCall(c, N.SYS_stat, [c.path()])),
  lstat: (c) => shownStat(c, statCall(c, N.SYS_lstat, [c.path()])),
  fstat: (c) => shownStat(c, statCall(c, N.SYS_fstat, [c.int()])),
  fstatat,
  sameino,
  snap: (c) => remember(c, false),
  fsnap: (c) => remember(c, true),
  diff: (c) => compare(c, false),
  fdiff: (c) => compare(c, true),
  chmod: (c) => c.simple(N.SYS_chmod, c.path(), c.int()),
  lchmod: (c) => c.simple(N.SYS_lchmod, c.path(), c.int()),
  fchmod: (c) => c.simple(N.SYS_fchmod, c.int(), c.int()),
  fchmodat: (c) => c.simple(N.SYS_fchmodat, c.int(), c.path(), c.int(), c.int()),
  chown: (c) => c.simple(N.SYS_chown, c.path(), c.int(), c.int()),
  lchown: (c) => c.simple(N.SYS_lchown, c.path(), c.int(), c.int()),
  posix_chown: (c) => c.simple(N.SYS___posix_chown, c.path(), c.int(), c.int()),
  fchown: (c) => c.simple(N.SYS_fchown, c.int(), c.int(), c.int()),
  fchownat: (c) => c.simple(N.SYS_fchownat, c.int(), c.path(), c.int(), c.int(), c.int()),
  chflags: (c) => c.simple(N.SYS_chflags, c.path(), c.int()),
  lchflags: (c) => c.simple(N.SYS_lchflags, c.path(), c.int()),
  fchflags: (c) => c.simple(N.SYS_fchflags, c.int(), c.int()),
  utimens,
  futimens: (c) => c.simple(N.SYS_futimens, c.int(), timespecs(c)),
  access: (c) => c.simple(N.SYS_access, c.path(), c.int()),
  faccessat: (c) => c.simple(N.SYS_faccessat, c.int(), c.path(), c.int(), c.int()),
  umask: (c) =>
    c.outcome(c.guest.call(N.SYS_umask, c.int()), (a) => ({
      errno: 0,
      text: `0${a.value.toString(8)}`,
      value: a.value,
    })),
  pathconf: (c) => c.simple(N.SYS_pathconf, c.path(), c.int()),
  fpathconf: (c) => c.simple(N.SYS_fpathconf, c.int(), c.int()),
};
