// SPDX-License-Identifier: BSD-2-Clause
/** Commands on processes and credentials. */
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, failed, type Outcome, ok, okText } from '../command.ts';
import { ScriptError } from '../script_error.ts';

const MAIN = 'main';
const NGROUPS_MAX = 16;
const TIMESPEC_SIZE = 16;
const RFORK_FLAGS: Readonly<Record<string, number>> = { share: 0, copy: 1, clear: 2 };

function lwproc(c: Call, name: string): (...args: number[]) => number {
  return c.guest.kernel.exports[`rump_pub_lwproc_${name}`] as (...args: number[]) => number;
}

function rfork(c: Call): Outcome {
  const name = c.text();
  const flags = RFORK_FLAGS[c.text()];
  if (flags === undefined) throw new ScriptError('rfork: copy, clear or share');
  const errno = lwproc(c, 'rfork')(flags);
  if (errno !== 0) return failed(errno);
  c.world.processes.set(name, lwproc(c, 'curlwp')());
  c.world.current = name;
  return ok(0);
}

function switchTo(c: Call, name: string): Outcome {
  const lwp = c.world.processes.get(name);
  if (lwp === undefined) throw new ScriptError(`no process ${name}`);
  lwproc(c, 'switch')(lwp);
  c.world.current = name;
  return ok(0);
}

function exitproc(c: Call): Outcome {
  lwproc(c, 'releaselwp')();
  c.world.processes.delete(c.world.current);
  return switchTo(c, MAIN);
}

function getids(c: Call): Outcome {
  const id = (number: number): number => c.guest.call(number).value >>> 0;
  return okText(`uid=${id(N.SYS_getuid)} euid=${id(N.SYS_geteuid)} gid=${id(N.SYS_getgid)} egid=${id(N.SYS_getegid)}`);
}

function setgroups(c: Call): Outcome {
  const groups = c.rest().map((token) => Number(c.number(token.text)));
  const at = c.guest.alloc(4 * groups.length);
  groups.forEach((group, i) => {
    c.guest.view.setUint32(at + 4 * i, group, true);
  });
  return c.simple(N.SYS_setgroups, groups.length, at);
}

function getgroups(c: Call): Outcome {
  const at = c.guest.alloc(4 * NGROUPS_MAX);
  const answer = c.guest.call(N.SYS_getgroups, NGROUPS_MAX, at);
  return c.outcome(answer, (a) =>
    ok(a.value, Array.from({ length: a.value }, (_, i) => c.guest.view.getUint32(at + 4 * i, true)).join(' ')),
  );
}

function msleep(c: Call): Outcome {
  const ms = c.int();
  const at = c.guest.alloc(TIMESPEC_SIZE);
  c.guest.view.setBigInt64(at, BigInt(Math.floor(ms / 1000)), true);
  c.guest.view.setInt32(at + 8, (ms % 1000) * 1_000_000, true);
  return c.outcome(c.guest.call(N.SYS_nanosleep, at, 0), () => okText(''));
}

export const processCommands: CommandTable = {
  rfork,
  switch: (c) => switchTo(c, c.text()),
  exitproc,
  getids,
  setuid: (c) => c.simple(N.SYS_setuid, c.int()),
  seteuid: (c) => c.simple(N.SYS_seteuid, c.int()),
  setgid: (c) => c.simple(N.SYS_setgid, c.int()),
  setegid: (c) => c.simple(N.SYS_setegid, c.int()),
  setgroups,
  getgroups,
  msleep,
};
