// SPDX-License-Identifier: BSD-2-Clause
/** Commands on sockets. They reach the kernel as they are; without the net faction it answers ENOSYS. */
import * as N from '../../../userland/librump/syscalls.gen.ts';
import { type Call, type CommandTable, errorName, failed, type Outcome, ok } from '../command.ts';
import { escapedText } from '../escaped_text.ts';
import { ScriptError } from '../script_error.ts';
import { storePair } from './file_commands.ts';

const AF_LOCAL = 1;
const AF_INET = 2;
const SOCKADDR_MAX = 128;
const SOCKADDR_IN_SIZE = 16;
const PATH_AT = 2;
const SO_ERROR = 0x1007;
const SOL_SOCKET = 0xffff;
const FIRST_EPHEMERAL = 49152;

interface Address {
  readonly at: number;
  readonly length: number;
}

/** A socket address `in:A.B.C.D:PORT` or `un:PATH` in guest memory. */
function address(c: Call): Address {
  const text = c.text();
  const at = c.guest.alloc(SOCKADDR_MAX);
  const { u8, view } = c.guest;
  if (text.startsWith('un:')) {
    const path = text.slice(3);
    const length = PATH_AT + path.length + 1;
    u8[at] = length;
    u8[at + 1] = AF_LOCAL;
    for (let i = 0; i < path.length; i++) u8[at + PATH_AT + i] = path.charCodeAt(i);
    return { at, length };
  }
  const match = /^in:(\d+)\.(\d+)\.(\d+)\.(\d+):(.+)$/.exec(text);
  if (match === null) throw new ScriptError(`bad address ${text}`);
  u8[at] = SOCKADDR_IN_SIZE;
  u8[at + 1] = AF_INET;
  view.setUint16(at + 2, Number(c.number(match[5] as string)), false);
  for (let i = 0; i < 4; i++) u8[at + 4 + i] = Number(match[i + 1]);
  return { at, length: SOCKADDR_IN_SIZE };
}

function showAddress(c: Call, at: number, length: number): string {
  const { u8, view } = c.guest;
  if (length === 0) return 'none';
  if (u8[at + 1] === AF_LOCAL) {
    const raw = u8.slice(at + PATH_AT, at + length);
    const end = raw.indexOf(0);
    return `un:${String.fromCharCode(...(end < 0 ? raw : raw.slice(0, end)))}`;
  }
  const port = view.getUint16(at + 2, false);
  c.world.variables.set('port', port);
  return `in:${u8.slice(at + 4, at + 8).join('.')}:${port >= FIRST_EPHEMERAL ? 'EPHEMERAL' : port}`;
}

/** accept, getsockname, getpeername: a descriptor and room for an address. */
function named(c: Call, number: number): Outcome {
  const fd = c.int();
  const at = c.guest.alloc(SOCKADDR_MAX);
  const lengthAt = c.guest.alloc(4);
  c.guest.view.setUint32(lengthAt, SOCKADDR_MAX, true);
  const answer = c.guest.call(number, fd, at, lengthAt);
  return c.outcome(answer, (a) => ok(a.value, `addr=${showAddress(c, at, c.guest.view.getUint32(lengthAt, true))}`));
}

function withAddress(c: Call, number: number): Outcome {
  const fd = c.int();
  const { at, length } = address(c);
  return c.simple(number, fd, at, length);
}

function sendto(c: Call): Outcome {
  const fd = c.int();
  const text = c.text();
  const flags = c.int();
  const to = c.left > 0 ? address(c) : { at: 0, length: 0 };
  return c.simple(N.SYS_sendto, fd, c.guest.bytes(text), text.length, flags, to.at, to.length);
}

function recvfrom(c: Call): Outcome {
  const fd = c.int();
  const length = c.int();
  const flags = c.intOr(0);
  const data = c.guest.alloc(Math.max(length, 0));
  const from = c.guest.alloc(SOCKADDR_MAX);
  const lengthAt = c.guest.alloc(4);
  c.guest.view.setUint32(lengthAt, SOCKADDR_MAX, true);
  return c.outcome(c.guest.call(N.SYS_recvfrom, fd, data, length, flags, from, lengthAt), (a) => {
    const peer = showAddress(c, from, c.guest.view.getUint32(lengthAt, true));
    return ok(a.value, `${escapedText(c.guest.u8.slice(data, data + a.value))} addr=${peer}`);
  });
}

function socketpair(c: Call): Outcome {
  const wanted = [c.int(), c.int()] as const;
  const names = c.rest().map((token) => token.text);
  const at = c.guest.alloc(8);
  const answer = c.guest.call(N.SYS_socketpair, ...wanted, 0, at);
  if (answer.errno !== 0) return failed(answer.errno);
  return storePair(c, names, {
    errno: 0,
    value: c.guest.view.getInt32(at, true),
    second: c.guest.view.getInt32(at + 4, true),
  });
}

function setsockopt(c: Call): Outcome {
  const wanted = [c.int(), c.int(), c.int()] as const;
  const at = c.guest.alloc(4);
  c.guest.view.setInt32(at, c.int(), true);
  return c.simple(N.SYS_setsockopt, ...wanted, at, 4);
}

function getsockopt(c: Call): Outcome {
  const [fd, level, option] = [c.int(), c.int(), c.int()] as const;
  const at = c.guest.alloc(4);
  const lengthAt = c.guest.alloc(4);
  c.guest.view.setUint32(lengthAt, 4, true);
  return c.outcome(c.guest.call(N.SYS_getsockopt, fd, level, option, at, lengthAt), (a) => {
    const value = c.guest.view.getInt32(at, true);
    const byName = level === SOL_SOCKET && option === SO_ERROR && value !== 0;
    return ok(a.value, byName ? errorName(value) : String(value));
  });
}

export const socketCommands: CommandTable = {
  socket: (c) => c.simple(N.SYS_socket, c.int(), c.int(), c.intOr(0)),
  socketpair,
  bind: (c) => withAddress(c, N.SYS_bind),
  connect: (c) => withAddress(c, N.SYS_connect),
  listen: (c) => c.simple(N.SYS_listen, c.int(), c.int()),
  accept: (c) => named(c, N.SYS_accept),
  getsockname: (c) => named(c, N.SYS_getsockname),
  getpeername: (c) => named(c, N.SYS_getpeername),
  sendto,
  recvfrom,
  shutdown: (c) => c.simple(N.SYS_shutdown, c.int(), c.int()),
  setsockopt,
  getsockopt,
};
