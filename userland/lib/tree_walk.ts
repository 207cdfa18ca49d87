// SPDX-License-Identifier: BSD-2-Clause
import type { Stat } from '../librump/structs.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { join } from './paths.ts';
import type { ProgramContext } from './program_context.ts';

export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;

export function isDirectory(st: Stat): boolean {
  return (st.mode & S_IFMT) === S_IFDIR;
}

export function isRegular(st: Stat): boolean {
  return (st.mode & S_IFMT) === S_IFREG;
}

export function isLink(st: Stat): boolean {
  return (st.mode & S_IFMT) === S_IFLNK;
}

/** stat or lstat; undefined when there is no such file. Other errors are thrown. */
export function statOrNone(ctx: ProgramContext, path: string, follow: boolean): Stat | undefined {
  try {
    return follow ? ctx.sys.stat(path) : ctx.sys.lstat(path);
  } catch (error) {
    if (error instanceof SyscallError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Is the directory one of those it was reached through? */
export function isCycle(st: Stat, above: readonly Stat[]): boolean {
  return above.some((a) => a.ino === st.ino && a.dev === st.dev);
}

/**
 * Visit a file and, when it is a directory, everything below. `enter` before the contents (false: not into it),
 * `leave` after. Errors are warnings, as fts(3) users print them; a directory that is its own ancestor (kernfs shows the root
 * below itself) is not entered again.
 */
export function walkTree(
  ctx: ProgramContext,
  path: string,
  visit: { enter(path: string, st: Stat, depth: number): boolean; leave?(path: string, st: Stat, depth: number): void },
  options: { readonly followTop?: boolean; readonly followAll?: boolean; readonly sort?: boolean } = {},
  above: readonly Stat[] = [],
): void {
  const depth = above.length;
  let st: Stat;
  try {
    st = options.followAll || (options.followTop && depth === 0) ? ctx.sys.stat(path) : ctx.sys.lstat(path);
  } catch (error) {
    ctx.warnError(path, error);
    return;
  }
  const into = visit.enter(path, st, depth);
  if (into && isDirectory(st) && isCycle(st, above)) {
    ctx.warn(`${path}: directory causes a cycle`);
  } else if (into && isDirectory(st)) {
    let names: string[] = [];
    try {
      names = ctx.sys.readdir(path).map((e) => e.name);
    } catch (error) {
      ctx.warnError(path, error);
    }
    if (options.sort) names.sort();
    for (const name of names)
      if (name !== '.' && name !== '..') walkTree(ctx, join(path, name), visit, options, [...above, st]);
  }
  visit.leave?.(path, st, depth);
}
