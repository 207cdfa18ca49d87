// SPDX-License-Identifier: BSD-2-Clause
import { groupName, modeString, userName } from '../lib/format.ts';
import { baseName } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isDirectory, isLink, statOrNone, walkTree } from '../lib/tree_walk.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { confirm } from './cp.ts';

/** rm(1). */
export const rm: Program = (ctx) => {
  const usage = () => ctx.usage('rm [-f | -i] [-dPRrvWx] file ...');
  const { options, rest } = ctx.getopt('dfiPRrvWx', usage);
  const flags = new Set(options.map((o) => (o.flag === 'r' ? 'R' : o.flag)));
  const force = options.findLast((o) => o.flag === 'f' || o.flag === 'i')?.flag === 'f';
  const ask = !force && flags.has('i');
  if (rest.length === 0) {
    if (force) return 0;
    usage();
  }
  for (const name of rest) {
    const base = baseName(name);
    if (base === '.' || base === '..') {
      ctx.warn('"." and ".." may not be removed');
      continue;
    }
    if (base === '/') {
      ctx.warn('"/" may not be removed');
      continue;
    }
    removeOne(ctx, name, flags, force, ask);
  }
  return ctx.status;
};

function removeOne(ctx: ProgramContext, name: string, flags: ReadonlySet<string>, force: boolean, ask: boolean): void {
  const { sys } = ctx;
  try {
    const st = statOrNone(ctx, name, false);
    if (st === undefined) {
      if (!force) throw new SyscallError(2, 'lstat');
      return;
    }
    if (isDirectory(st) && flags.has('R')) {
      removeTree(
        ctx,
        name,
        flags.has('v'),
        ask ? (path, dir) => confirm(ctx, dir ? `remove ${path}? ` : `remove ${path}? `) : undefined,
      );
      return;
    }
    if (isDirectory(st) && !flags.has('d')) {
      ctx.warn(`${name}: is a directory`);
      return;
    }
    if (
      ask
        ? !confirm(ctx, `remove ${name}? `)
        : !force &&
          !writable(ctx, name, isLink(st)) &&
          ctx.sys.isatty(0) &&
          !confirm(ctx, `override ${modeString(st.mode)} ${userName(st.uid)}:${groupName(st.gid)} for ${name}? `)
    )
      return;
    if (isDirectory(st)) sys.rmdir(name);
    else sys.unlink(name);
    if (flags.has('v')) ctx.print(`${name}\n`);
  } catch (error) {
    ctx.warnError(name, error);
  }
}

function writable(ctx: ProgramContext, name: string, link: boolean): boolean {
  if (link) return true;
  try {
    ctx.sys.access(name, 2);
    return true;
  } catch (error) {
    return error instanceof SyscallError && error.code !== 'EACCES';
  }
}

/** Remove a file or a whole tree, contents first. */
export function removeTree(
  ctx: ProgramContext,
  name: string,
  verbose = false,
  ask?: (path: string, isDir: boolean) => boolean,
): void {
  walkTree(ctx, name, {
    enter(path, st) {
      if (isDirectory(st)) return true;
      if (ask && !ask(path, false)) return false;
      attempt(ctx, path, () => ctx.sys.unlink(path), verbose);
      return false;
    },
    leave(path, st) {
      if (isDirectory(st) && (!ask || ask(path, true))) attempt(ctx, path, () => ctx.sys.rmdir(path), verbose);
    },
  });
}

function attempt(ctx: ProgramContext, path: string, body: () => void, verbose: boolean): void {
  try {
    body();
    if (verbose) ctx.print(`${path}\n`);
  } catch (error) {
    ctx.warnError(path, error);
  }
}
