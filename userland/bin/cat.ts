// SPDX-License-Identifier: BSD-2-Clause
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { SyscallError } from '../librump/syscall_error.ts';

/** cat(1). */
export const cat: Program = (ctx) => {
  const usage = () => ctx.usage('cat [-beflnSstuv] [-] [file ...]');
  const { options, rest } = ctx.getopt('beflnSstuv', usage);
  const flags = new Set(options.map((o) => o.flag));
  if (flags.has('b')) flags.add('n');
  if (flags.has('e') || flags.has('t')) flags.add('v');
  const cooked = ['n', 's', 'v'].some((f) => flags.has(f));
  for (const name of rest.length === 0 ? ['-'] : rest) {
    let fd = 0;
    try {
      if (name !== '-') fd = ctx.sys.open(name, 0);
      if (cooked) cookedCat(ctx, fd, flags);
      else rawCat(ctx, fd);
    } catch (error) {
      if (error instanceof SyscallError && error.call === 'write') ctx.failError('stdout', error);
      ctx.warnError(name === '-' ? 'stdin' : name, error);
    } finally {
      if (fd > 0) ctx.sys.close(fd);
    }
  }
  return ctx.status;
};

/** Straight from one system call to the next, through the transfer buffer. */
function rawCat(ctx: ProgramContext, fd: number): void {
  const { sys } = ctx;
  for (let n = sys.readBulk(fd); n > 0; n = sys.readBulk(fd))
    for (let done = 0; done < n; ) done += sys.writeBulk(1, n - done, done);
}

function cookedCat(ctx: ProgramContext, fd: number, flags: ReadonlySet<string>): void {
  const input = ctx.input(fd);
  let number = 0;
  let blank = false;
  for (let line = input.readUntil(); line !== undefined; line = input.readUntil()) {
    const ends = line[line.length - 1] === 10;
    const body = ends ? line.subarray(0, line.length - 1) : line;
    if (flags.has('s')) {
      if (body.length === 0 && blank) continue;
      blank = body.length === 0;
    }
    if (flags.has('n') && !(flags.has('b') && body.length === 0)) ctx.print(`${String(++number).padStart(6)}\t`);
    if (flags.has('v')) ctx.print(visible(body, flags.has('t')));
    else ctx.out.writeBytes(body);
    if (ends) ctx.print(flags.has('e') ? '$\n' : '\n');
  }
}

function visible(bytes: Uint8Array, tabs: boolean): string {
  let out = '';
  for (let b of bytes) {
    if (b >= 0x80) {
      out += 'M-';
      b &= 0x7f;
    }
    if (b === 9 && !tabs) out += '\t';
    else if (b < 32) out += `^${String.fromCharCode(b + 64)}`;
    else out += b === 127 ? '^?' : String.fromCharCode(b);
  }
  return out;
}
