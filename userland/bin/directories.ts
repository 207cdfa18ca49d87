// SPDX-License-Identifier: BSD-2-Clause
/** mkdir(1), rmdir(1), ln(1), link names. */

import { parseMode } from '../lib/mode_change.ts';
import { baseName, dirName, join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import { isDirectory, statOrNone } from '../lib/tree_walk.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';

export const mkdir: Program = (ctx) => {
  const usage = () => ctx.usage('mkdir [-p] [-m mode] dirname ...');
  const { options, rest } = ctx.getopt('m:p', usage);
  if (rest.length === 0) usage();
  const parents = options.some((o) => o.flag === 'p');
  const modeText = options.findLast((o) => o.flag === 'm')?.value;
  const change = modeText === undefined ? undefined : parseMode(modeText, 0);
  if (modeText !== undefined && change === undefined) ctx.fail(`invalid file mode: ${modeText}`);
  const mode = change?.(0o777, true);
  for (const name of rest) {
    try {
      if (parents) makePath(name);
      else ctx.sys.mkdir(name, mode ?? 0o777);
      if (mode !== undefined) ctx.sys.chmod(name, mode);
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  return ctx.status;

  function makePath(name: string): void {
    const parts = name.split('/');
    for (let i = 1; i <= parts.length; i++) {
      const path = parts.slice(0, i).join('/');
      if (path === '' || (parts[i - 1] === '' && i < parts.length)) continue;
      try {
        ctx.sys.mkdir(path, 0o777);
      } catch (error) {
        // Already there, or a mount point of a read-only file system: fine when it is a directory.
        if (!isErrno(error, 'EEXIST', 'EISDIR', 'EROFS')) throw error;
        const st = statOrNone(ctx, path, true);
        if (st === undefined || !isDirectory(st))
          throw isErrno(error, 'EEXIST') && i < parts.length ? new SyscallError(20, 'mkdir') : error;
      }
    }
  }
};

export const rmdir: Program = (ctx) => {
  const usage = () => ctx.usage('rmdir [-p] directory ...');
  const { options, rest } = ctx.getopt('p', usage);
  if (rest.length === 0) usage();
  for (const name of rest) {
    try {
      ctx.sys.rmdir(name);
      if (options.length > 0) for (let d = dirName(name); d !== '.' && d !== '/'; d = dirName(d)) ctx.sys.rmdir(d);
    } catch (error) {
      ctx.warnError(name, error);
    }
  }
  return ctx.status;
};

export const ln: Program = (ctx) => {
  const usage = () => ctx.usage('ln [-fhinsv] source_file [target_file]', 'ln [-fhinsv] source_file ... target_dir');
  const { options, rest } = ctx.getopt('fhinsv', usage);
  const flags = new Set(options.map((o) => o.flag));
  if (rest.length === 0) usage();
  const target = rest.length === 1 ? '.' : (rest[rest.length - 1] as string);
  const sources = rest.length === 1 ? rest : rest.slice(0, -1);
  const st = statOrNone(ctx, target, !(flags.has('h') || flags.has('n')));
  const intoDir = st !== undefined && isDirectory(st);
  if (!intoDir && sources.length > 1) usage();
  for (const source of sources) {
    const to = intoDir ? join(target, baseName(source)) : target;
    try {
      if (!flags.has('s')) {
        const from = ctx.sys.stat(source);
        if (isDirectory(from)) {
          ctx.warn(`${source}: is a directory`);
          continue;
        }
      }
      const there = statOrNone(ctx, to, false);
      if (there && flags.has('f')) ctx.sys.unlink(to);
      if (flags.has('s')) ctx.sys.symlink(source, to);
      else ctx.sys.link(source, to);
      if (flags.has('v')) ctx.print(`${to} ${flags.has('s') ? '->' : '=>'} ${source}\n`);
    } catch (error) {
      ctx.warnError(flags.has('s') || isErrno(error, 'EEXIST', 'EXDEV') ? to : source, error);
    }
  }
  return ctx.status;
};
