// SPDX-License-Identifier: BSD-2-Clause
import { baseName, join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isDirectory, isLink, isRegular, statOrNone } from '../lib/tree_walk.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from '../librump/constants.gen.ts';
import type { Stat } from '../librump/structs.ts';
import { SyscallError } from '../librump/syscall_error.ts';

/** cp(1). */
export const cp: Program = (ctx) => {
  const usage = () =>
    ctx.usage(
      'cp [-R [-H | -L | -P]] [-f | -i] [-alNpv] source_file target_file',
      'cp [-R [-H | -L | -P]] [-f | -i] [-alNpv] source_file ... target_directory',
    );
  const { options, rest } = ctx.getopt('HLPRrafilNpv', usage);
  const flags = new Set(options.map((o) => (o.flag === 'r' ? 'R' : o.flag)));
  if (flags.has('a')) for (const f of 'RPp') flags.add(f);
  if (rest.length < 2) usage();
  const target = rest[rest.length - 1] as string;
  const sources = rest.slice(0, -1);
  const copier = new Copier(ctx, flags);
  const st = statOrNone(ctx, target, true);
  const intoDir = st !== undefined && isDirectory(st);
  if (!intoDir && sources.length > 1) usage();
  for (const s of sources) copier.copy(s, intoDir ? join(target, baseName(s)) : target, 0);
  return ctx.status;
};

/** Copies files and trees with the options of cp(1); mv(1) uses it across file systems. */
export class Copier {
  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlySet<string>,
  ) {}

  copy(from: string, to: string, depth: number): boolean {
    const { ctx, flags } = this;
    const { sys } = ctx;
    try {
      const follow = flags.has('L') || !flags.has('R') || (flags.has('H') && depth === 0);
      const st = follow ? sys.stat(from) : sys.lstat(from);
      const there = statOrNone(ctx, to, !isLink(st));
      if (there && there.ino === st.ino && there.dev === st.dev) {
        ctx.warn(`${from} and ${to} are identical (not copied).`);
        return false;
      }
      if (isDirectory(st)) return this.directory(from, to, st, there, depth);
      if (there && flags.has('i') && !confirm(ctx, `overwrite ${to}? `)) return true;
      if (there && isDirectory(there)) throw new SyscallError(21, 'open');
      if (flags.has('v')) ctx.print(`${from} -> ${to}\n`);
      if (isLink(st)) {
        if (there) sys.unlink(to);
        sys.symlink(sys.readlink(from), to);
      } else if (isRegular(st) || !flags.has('R')) this.file(from, to, st, there);
      else this.special(to, st, there);
      if (flags.has('p')) this.attributes(to, st);
      return true;
    } catch (error) {
      ctx.warnError(
        error instanceof SyscallError &&
          ['open', 'mkdir', 'write', 'mknod', 'mkfifo', 'symlink'].includes(error.call) &&
          this.atTarget
          ? to
          : from,
        error,
      );
      return false;
    } finally {
      this.atTarget = false;
    }
  }

  /** The call that failed was about the target. */
  private atTarget = false;

  private directory(from: string, to: string, st: Stat, there: Stat | undefined, depth: number): boolean {
    const { ctx, flags } = this;
    if (!flags.has('R')) {
      ctx.warn(`${from} is a directory (not copied).`);
      return false;
    }
    if (there && !isDirectory(there)) throw new SyscallError(20, 'mkdir');
    // A directory into itself would never end.
    const inside = `${to}/`.startsWith(`${from.replace(/\/+$/, '')}/`) && depth === 0;
    this.atTarget = true;
    const names = ctx.sys
      .readdir(from)
      .map((e) => e.name)
      .filter((n) => n !== '.' && n !== '..' && !(inside && join(from, n) === to));
    if (!there) ctx.sys.mkdir(to, (st.mode & 0o777) | 0o700);
    this.atTarget = false;
    let ok = true;
    for (const name of names) ok = this.copy(join(from, name), join(to, name), depth + 1) && ok;
    if (flags.has('p')) this.attributes(to, st);
    else if (!there) ctx.sys.chmod(to, st.mode & 0o7777 & ~this.umask());
    return ok;
  }

  private umask(): number {
    const mask = this.ctx.sys.umask(0);
    this.ctx.sys.umask(mask);
    return mask;
  }

  private file(from: string, to: string, st: Stat, there: Stat | undefined): void {
    const { sys } = this.ctx;
    const source = sys.open(from, O_RDONLY);
    try {
      this.atTarget = true;
      let target: number;
      if (there && !this.flags.has('f')) target = sys.open(to, O_WRONLY | O_TRUNC);
      else {
        if (there) sys.unlink(to);
        target = sys.open(to, O_WRONLY | O_CREAT | (there ? O_EXCL : O_TRUNC), st.mode & 0o777);
      }
      try {
        for (let n = sys.readBulk(source); n > 0; n = sys.readBulk(source))
          for (let done = 0; done < n; ) done += sys.writeBulk(target, n - done, done);
      } finally {
        sys.close(target);
      }
    } finally {
      sys.close(source);
    }
  }

  private special(to: string, st: Stat, there: Stat | undefined): void {
    const { sys } = this.ctx;
    this.atTarget = true;
    if (there) sys.unlink(to);
    if ((st.mode & 0o170000) === 0o010000) sys.mkfifo(to, st.mode & 0o777);
    else sys.mknod(to, st.mode, st.rdev);
  }

  attributes(to: string, st: Stat): void {
    const { ctx } = this;
    const attempt = (what: string, body: () => void) => {
      try {
        body();
      } catch (error) {
        ctx.warnError(`${what}: ${to}`, error);
      }
    };
    attempt('utimes', () => ctx.sys.utimens(to, st.atime, st.mtime, false));
    attempt('chown', () => ctx.sys.lchown(to, st.uid, st.gid));
    if (!isLink(st)) attempt('chmod', () => ctx.sys.chmod(to, st.mode & 0o7777));
  }
}

/** Ask on standard error, answer from standard input. */
export function confirm(ctx: ProgramContext, question: string): boolean {
  ctx.out.flush();
  ctx.err.write(question);
  ctx.err.flush();
  let answer = '';
  for (;;) {
    if (ctx.sys.readBulk(0, 1) === 0) break;
    const c = ctx.sys.u8[ctx.sys.bulkPtr] as number;
    if (c === 10) break;
    answer += String.fromCharCode(c);
  }
  return /^[yY]/.test(answer);
}
