// SPDX-License-Identifier: BSD-2-Clause
import { dirName, join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isLink, statOrNone } from '../lib/tree_walk.ts';
import { ELOOP } from '../librump/errno.gen.ts';
import { SyscallError } from '../librump/syscall_error.ts';

const MOST_LINKS = 32;

/** readlink(1). A name that is no link is no error that is told: the exit status says it. */
export const readlink: Program = (ctx) => {
  const usage = () => ctx.usage('readlink [-fn] [file ...]');
  const { options, rest } = ctx.getopt('fn', usage);
  const flags = new Set(options.map((o) => o.flag));
  if (rest.length === 0) usage();
  let status = 0;
  for (const name of rest) {
    try {
      ctx.print((flags.has('f') ? realPath(ctx, name) : ctx.sys.readlink(name)) + (flags.has('n') ? '' : '\n'));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      status = 1;
    }
  }
  return status;
};

/** The name without links and dots; only the last component may be missing. */
function realPath(ctx: ProgramContext, name: string): string {
  let left = (name.startsWith('/') ? name : join(ctx.sys.getcwd(), name)).split('/');
  let at = '/';
  for (let links = 0; left.length > 0; ) {
    const part = left.shift() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = dirName(at);
      continue;
    }
    const here = join(at, part);
    const st = statOrNone(ctx, here, false);
    if (st !== undefined && isLink(st)) {
      if (++links > MOST_LINKS) throw new SyscallError(ELOOP, 'readlink');
      const target = ctx.sys.readlink(here);
      if (target.startsWith('/')) at = '/';
      left = [...target.split('/'), ...left];
      continue;
    }
    if (st === undefined && left.some((rest) => rest !== '' && rest !== '.')) ctx.sys.lstat(here);
    at = here;
  }
  return at;
}
