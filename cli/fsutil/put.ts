// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus put IMAGE FILE ... [TARGET]`: files of the host into the image. "-" is standard input. */
import fs from 'node:fs';
import { baseName, join } from '../../userland/lib/paths.ts';
import type { Program } from '../../userland/lib/program.ts';
import type { ProgramContext } from '../../userland/lib/program_context.ts';
import { isDirectory, statOrNone } from '../../userland/lib/tree_walk.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../userland/librump/constants.gen.ts';
import type { Timespec } from '../../userland/librump/structs.ts';
import { SyscallError } from '../../userland/librump/syscall_error.ts';
import { readStream } from '../host_stream.ts';
import { hostFault, hostNames, hostPath, hostStat } from './host_path.ts';

export const put: Program = (ctx) => {
  const usage = () => ctx.usage('rumpus put [-prv] IMAGE[:PART] file ... [target]');
  const { options, rest } = ctx.getopt('prRv', usage);
  if (rest.length === 0) usage();
  const flags = new Set(options.map(({ flag }) => (flag === 'R' ? 'r' : flag)));
  const target = rest.length === 1 ? '/' : (rest.at(-1) as string);
  const files = rest.length === 1 ? rest : rest.slice(0, -1);
  const there = statOrNone(ctx, target, true);
  const into = there !== undefined && isDirectory(there);
  if (!into && files.length > 1) ctx.fail(`${target}: no such directory in the image`);
  const copy = new Put(ctx, flags);
  for (const file of files) copy.top(file, into ? join(target, baseName(file)) : target);
  return ctx.status;
};

class Put {
  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlySet<string>,
  ) {}

  top(from: string, to: string): void {
    if (from === '-')
      this.guard(from, to, () => this.contents(0, this.ctx.sys.open(to, O_WRONLY | O_CREAT | O_TRUNC, 0o666)));
    else this.copy(from, to);
  }

  /** Links are followed unless whole trees are copied, as cp(1) does. */
  private copy(from: string, to: string): void {
    this.guard(from, to, () => {
      const st = hostStat(from, !this.flags.has('r'));
      if (st === undefined) this.ctx.warn(`${from}: No such file or directory`);
      else if (!st.isDirectory()) this.leaf(from, to, st);
      else if (this.flags.has('r')) this.directory(from, to, st);
      else this.ctx.warn(`${from} is a directory (not copied; -r copies it)`);
    });
  }

  private leaf(from: string, to: string, st: fs.Stats): void {
    if (this.flags.has('v')) this.ctx.print(`${from} -> ${to}\n`);
    if (st.isSymbolicLink()) this.link(from, to);
    else if (st.isFile() || !this.flags.has('r')) this.file(from, to, st);
    else if (st.isSocket()) this.ctx.warn(`${from} is a socket (not copied)`);
    else this.special(to, st);
  }

  private directory(from: string, to: string, st: fs.Stats): void {
    const { ctx } = this;
    const there = statOrNone(ctx, to, true);
    if (there === undefined) ctx.sys.mkdir(to, (st.mode & 0o777) | 0o700);
    for (const name of hostNames(from)) this.copy(join(from, name), join(to, name));
    if (this.flags.has('p')) this.attributes(to, st);
    else if (there === undefined) ctx.sys.chmod(to, st.mode & 0o777);
  }

  private file(from: string, to: string, st: fs.Stats): void {
    const source = fs.openSync(hostPath(from), 'r');
    try {
      this.contents(source, this.ctx.sys.open(to, O_WRONLY | O_CREAT | O_TRUNC, st.mode & 0o777));
    } finally {
      fs.closeSync(source);
    }
    if (this.flags.has('p')) this.attributes(to, st);
  }

  private contents(source: number, target: number): void {
    const { sys } = this.ctx;
    const { bulk } = sys;
    try {
      for (let n = readStream(source, bulk); n > 0; n = readStream(source, bulk))
        for (let done = 0; done < n; ) done += sys.writeBulk(target, n - done, done);
    } finally {
      sys.close(target);
    }
  }

  private link(from: string, to: string): void {
    const { ctx } = this;
    if (statOrNone(ctx, to, false) !== undefined) ctx.sys.unlink(to);
    ctx.sys.symlink(fs.readlinkSync(hostPath(from)), to);
  }

  /** Fifos and devices as nodes. */
  private special(to: string, st: fs.Stats): void {
    const { ctx } = this;
    if (statOrNone(ctx, to, false) !== undefined) ctx.sys.unlink(to);
    if (st.isFIFO()) ctx.sys.mkfifo(to, st.mode & 0o777);
    else ctx.sys.mknod(to, st.mode, st.rdev);
    if (this.flags.has('p')) this.attributes(to, st);
  }

  private attributes(to: string, st: fs.Stats): void {
    this.ctx.sys.chmod(to, st.mode & 0o7777);
    this.ctx.sys.utimens(to, timespec(st.atimeMs), timespec(st.mtimeMs));
  }

  /** A fault of one file is told, and the next one goes on. */
  private guard(from: string, to: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (error instanceof SyscallError) this.ctx.warnError(to, error);
      else this.ctx.warn(`${from}: ${hostFault(error)}`);
    }
  }
}

function timespec(ms: number): Timespec {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
}
