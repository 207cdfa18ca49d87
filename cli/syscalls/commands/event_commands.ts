// SPDX-License-Identifier: BSD-2-Clause
/** Commands on kqueues. */
import { kevent as K } from '../../../userland/librump/structs.gen.ts';
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, type Outcome, ok } from '../command.ts';

const MAX_EVENTS = 16;
const TIMESPEC_SIZE = 16;

function kevadd(c: Call): Outcome {
  const kq = c.int();
  const at = c.guest.alloc(K.size);
  const { view } = c.guest;
  view.setUint32(at + K.ident, c.int(), true);
  view.setUint32(at + K.filter, c.int(), true);
  view.setUint32(at + K.flags, c.int(), true);
  view.setUint32(at + K.fflags, c.intOr(0), true);
  view.setBigInt64(at + K.data, BigInt(c.intOr(0)), true);
  return c.simple(N.SYS_kevent, kq, at, 1, 0, 0, 0);
}

function kevwait(c: Call): Outcome {
  const kq = c.int();
  const at = c.guest.alloc(MAX_EVENTS * K.size);
  const zero = c.guest.alloc(TIMESPEC_SIZE);
  const { view } = c.guest;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return c.outcome(c.guest.call(N.SYS_kevent, kq, 0, 0, at, MAX_EVENTS, zero), (a) => {
    const lines = Array.from({ length: a.value }, (_, i) => {
      const e = at + i * K.size;
      const flags = hex(view.getUint32(e + K.flags, true));
      const fflags = hex(view.getUint32(e + K.fflags, true));
      return `  - filter=${view.getUint32(e + K.filter, true)} flags=${flags} fflags=${fflags} data=${view.getBigInt64(e + K.data, true)}`;
    });
    return ok(a.value, '', lines);
  });
}

export const eventCommands: CommandTable = {
  kqueue: (c) => c.simple(N.SYS_kqueue),
  kevadd,
  kevwait,
};
