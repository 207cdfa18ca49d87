// SPDX-License-Identifier: BSD-2-Clause
/** Disk tools on files of this machine, without a kernel: the few system calls they make, done by Node. */
import fs from 'node:fs';
import { decode, encode } from '../lib/bytes.ts';
import { concat } from '../lib/input_stream.ts';
import type { Program } from '../lib/program.ts';
import { ProgramContext } from '../lib/program_context.ts';
import { O_CREAT, O_RDWR } from '../librump/constants.gen.ts';
import { EIO, ENOENT } from '../librump/errno.gen.ts';
import type { Librump } from '../librump/librump.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SyscallError } from '../librump/syscall_error.ts';

const BULK = 65536;

export interface HostRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Run a program on host files; what it reads from standard input is `stdin`. */
export function runOnHost(program: Program, argv: readonly string[], stdin = ''): HostRun {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  let input = encode(stdin);
  const bulk = new Uint8Array(BULK);
  const sys = {
    bulk,
    isatty: () => false,
    geteuid: () => 0,
    getegid: () => 0,
    getvfsstat: () => [],
    clockGettime: () => ({ sec: BigInt(Math.floor(Date.now() / 1000)), nsec: 0 }),
    writeAll: (fd: number, data: Uint8Array) => void (fd === 1 ? out : err).push(data.slice()),
    read: (_fd: number, n: number) => {
      const part = input.subarray(0, n);
      input = input.subarray(part.length);
      return part;
    },
    open: (path: string, flags: number) => {
      if (!fs.existsSync(path) && (flags & O_CREAT) === 0) throw new SyscallError(ENOENT, 'open');
      return fs.openSync(path, (flags & 3) !== O_RDWR ? 'r' : fs.existsSync(path) ? 'r+' : 'w+');
    },
    stat: (path: string) => fs.statSync(path),
    fstat: (fd: number) => ({ mode: 0o100644, size: BigInt(fs.fstatSync(fd).size) }),
    ftruncate: (fd: number, size: number) => fs.ftruncateSync(fd, size),
    preadBulk: (fd: number, length: number, offset: number) => fs.readSync(fd, bulk, 0, Math.min(length, BULK), offset),
    pwrite: (fd: number, data: Uint8Array, offset: number) => {
      const n = fs.writeSync(fd, data, 0, data.length, offset);
      if (n === 0 && data.length > 0) throw new SyscallError(EIO, 'pwrite');
      return n;
    },
    fsync: () => undefined,
    close: (fd: number) => fs.closeSync(fd),
    sigaction: () => undefined,
  } as unknown as Librump;
  const host = { now: () => performance.now() } as never;
  const ctx = new ProgramContext(sys, host, 1, argv, new Map());
  let status: number;
  try {
    status = program(ctx);
  } catch (error) {
    if (!(error instanceof ProgramEnd)) throw error;
    status = error.status;
  }
  ctx.out.flush();
  ctx.err.flush();
  return { status, out: decode(concat(out)), err: decode(concat(err)) };
}
