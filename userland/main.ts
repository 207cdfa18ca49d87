// SPDX-License-Identifier: BSD-2-Clause
/** Entry of userland: what a program worker calls. */
import type { ProgramStart, RunProgram } from './abi.ts';
import type { Program } from './lib/program.ts';
import { ProgramContext } from './lib/program_context.ts';
import { Librump } from './librump/librump.ts';
import { ProgramEnd } from './librump/program_end.ts';
import { SyscallError } from './librump/syscall_error.ts';
import { PROGRAMS } from './program_table.ts';

/** Make what runs argv[0] with the current lwp to its end, and never throws. */
export function runner(find: (name: string) => Program | undefined): RunProgram {
  return (start) => {
    const sys = new Librump(start.kernel, start.host);
    try {
      sys.execNotify(start.argv[0] ?? '');
      const ctx = new ProgramContext(
        sys,
        start.host,
        start.pid,
        start.argv,
        new Map(Object.entries(start.env)),
        start.state,
      );
      return run(ctx, start, find(ctx.name));
    } finally {
      sys.dispose();
    }
  };
}

export const runProgram: RunProgram = runner((name) => PROGRAMS.get(name)?.run);

function run(ctx: ProgramContext, start: ProgramStart, program: Program | undefined): ReturnType<RunProgram> {
  try {
    if (program === undefined) {
      ctx.warn('not found');
      return 127;
    }
    const status = program(ctx);
    ctx.out.flush();
    return status & 0xff;
  } catch (error) {
    return ended(ctx, error, start);
  }
}

function ended(ctx: ProgramContext, error: unknown, start: ProgramStart): ReturnType<RunProgram> {
  try {
    if (error instanceof ProgramEnd) {
      if (error.signal !== undefined) return { signal: error.signal };
      ctx.out.flush();
      return error.status & 0xff;
    }
    if (error instanceof SyscallError) {
      ctx.warn(error.message);
      return 1;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ctx.warn(`internal error: ${text} (argv: ${start.argv.join(' ')})`);
    return 70;
  } catch (second) {
    return second instanceof ProgramEnd && second.signal !== undefined ? { signal: second.signal } : 1;
  }
}
