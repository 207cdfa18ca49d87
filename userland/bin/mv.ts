// SPDX-License-Identifier: BSD-2-Clause
import { baseName, join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isDirectory, statOrNone } from '../lib/tree_walk.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { Copier, confirm } from './cp.ts';
import { removeTree } from './rm.ts';

/** mv(1). */
export const mv: Program = (ctx) => {
  const usage = () => ctx.usage('mv [-fiv] source target', 'mv [-fiv] source ... directory');
  const { options, rest } = ctx.getopt('fiv', usage);
  if (rest.length < 2) usage();
  const interactive = options.findLast((o) => o.flag !== 'v')?.flag === 'i';
  const verbose = options.some((o) => o.flag === 'v');
  const target = rest[rest.length - 1] as string;
  const st = statOrNone(ctx, target, true);
  const intoDir = st !== undefined && isDirectory(st);
  if (!intoDir && rest.length > 2) usage();
  for (const source of rest.slice(0, -1))
    move(ctx, source, intoDir ? join(target, baseName(source)) : target, interactive, verbose);
  return ctx.status;
};

function move(ctx: ProgramContext, from: string, to: string, interactive: boolean, verbose: boolean): void {
  const { sys } = ctx;
  try {
    const there = statOrNone(ctx, to, false);
    if (interactive && there && !confirm(ctx, `overwrite ${to}? `)) return;
    try {
      sys.rename(from, to);
    } catch (error) {
      // Another file system, or one that cannot rename: copy and remove.
      if (!(error instanceof SyscallError) || (error.code !== 'EXDEV' && error.code !== 'EOPNOTSUPP')) {
        if (error instanceof SyscallError && statOrNone(ctx, from, false)) {
          ctx.warn(`rename ${from} to ${to}: ${error.message}`);
          return;
        }
        throw error;
      }
      if (!new Copier(ctx, new Set(['R', 'P', 'p', 'f'])).copy(from, to, 0)) return;
      removeTree(ctx, from);
    }
    if (verbose) ctx.print(`${from} -> ${to}\n`);
  } catch (error) {
    ctx.warnError(from, error);
  }
}
