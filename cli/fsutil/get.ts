// SPDX-License-Identifier: BSD-2-Clause
/**
 * `rumpus get IMAGE FILE ... [TARGET]`: files of the image to the host. The image may be hostile: a name in it is one
 * component of a path or is refused, and nothing is written through a symbolic link below the target.
 */
import fs from 'node:fs';
import { baseName, join } from '../../userland/lib/paths.ts';
import type { Program } from '../../userland/lib/program.ts';
import type { ProgramContext } from '../../userland/lib/program_context.ts';
import { isDirectory, isLink, isRegular } from '../../userland/lib/tree_walk.ts';
import { O_RDONLY } from '../../userland/librump/constants.gen.ts';
import type { Stat, Timespec } from '../../userland/librump/structs.ts';
import { SyscallError } from '../../userland/librump/syscall_error.ts';
import { writeStream } from '../host_stream.ts';
import { hostFault, hostPath, hostStat, isPlainName } from './host_path.ts';

export const get: Program = (ctx) => {
  const usage = () => ctx.usage('rumpus get [-prv] IMAGE[:PART] file ... [target]');
  const { options, rest } = ctx.getopt('prRv', usage);
  if (rest.length === 0) usage();
  const flags = new Set(options.map(({ flag }) => (flag === 'R' ? 'r' : flag)));
  const target = rest.length === 1 ? '.' : (rest.at(-1) as string);
  const files = rest.length === 1 ? rest : rest.slice(0, -1);
  const into = hostStat(target, true)?.isDirectory() === true;
  if (!into && files.length > 1) ctx.fail(`${target}: no such directory`);
  const copy = new Get(ctx, flags);
  for (const file of files) {
    // The root has no name of its own: what is in it goes into the target.
    const name = baseName(file);
    copy.copy(file, into && isPlainName(name) ? join(target, name) : target, true);
  }
  return ctx.status;
};

class Get {
  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlySet<string>,
  ) {}

  copy(from: string, to: string, top: boolean): void {
    const { sys } = this.ctx;
    try {
      const st = this.flags.has('r') ? sys.lstat(from) : sys.stat(from);
      if (isDirectory(st)) this.directory(from, to, st, top);
      else this.leaf(from, to, st, top);
    } catch (error) {
      if (error instanceof SyscallError) this.ctx.warnError(from, error);
      else this.ctx.warn(`${to}: ${hostFault(error)}`);
    }
  }

  private leaf(from: string, to: string, st: Stat, top: boolean): void {
    if (!top) makeWay(to);
    if (this.flags.has('v')) this.ctx.print(`${from} -> ${to}\n`);
    if (isLink(st)) this.link(from, to);
    else if (isRegular(st)) this.file(from, to, st);
    else this.ctx.warn(`${from} is a device, fifo or socket (not copied)`);
  }

  private directory(from: string, to: string, st: Stat, top: boolean): void {
    const there = hostStat(to, top);
    if (!this.flags.has('r')) this.ctx.warn(`${from} is a directory (not copied; -r copies it)`);
    else if (there?.isDirectory() === false) this.ctx.warn(`${to} is no directory (${from} not copied)`);
    else this.tree(from, to, st, there === undefined);
  }

  private tree(from: string, to: string, st: Stat, isNew: boolean): void {
    const { ctx } = this;
    if (isNew) fs.mkdirSync(hostPath(to), 0o700);
    for (const { name } of ctx.sys.readdir(from)) {
      if (name === '.' || name === '..') continue;
      if (isPlainName(name)) this.copy(join(from, name), join(to, name), false);
      else ctx.warn(`${from}: a name with a slash (not copied)`);
    }
    if (this.flags.has('p')) this.attributes(to, st);
    else if (isNew) fs.chmodSync(hostPath(to), st.mode & 0o777 & ~process.umask());
  }

  private file(from: string, to: string, st: Stat): void {
    const { sys } = this.ctx;
    const source = sys.open(from, O_RDONLY);
    try {
      const target = fs.openSync(hostPath(to), 'w', st.mode & 0o777);
      try {
        for (let n = sys.readBulk(source); n > 0; n = sys.readBulk(source))
          writeStream(target, sys.bulk.subarray(0, n));
      } finally {
        fs.closeSync(target);
      }
    } finally {
      sys.close(source);
    }
    if (this.flags.has('p')) this.attributes(to, st);
  }

  private link(from: string, to: string): void {
    makeWay(to);
    fs.symlinkSync(hostPath(this.ctx.sys.readlink(from)), hostPath(to));
  }

  /** Mode and times; set-id bits stay behind, since the owner does. */
  private attributes(to: string, st: Stat): void {
    fs.chmodSync(hostPath(to), st.mode & 0o1777);
    fs.utimesSync(hostPath(to), seconds(st.atime), seconds(st.mtime));
  }
}

/** A link or file of that name goes, so that nothing is written through it. */
function makeWay(to: string): void {
  const there = hostStat(to, false);
  if (there !== undefined && !there.isDirectory()) fs.unlinkSync(hostPath(to));
}

function seconds(time: Timespec): number {
  return time.sec + time.nsec / 1e9;
}
