// SPDX-License-Identifier: BSD-2-Clause
/** gzip(1), gunzip(1), zcat(1), gzcat(1). */

import { confirm } from '../../bin/cp.ts';
import { baseName, dirName, join } from '../../lib/paths.ts';
import type { Program } from '../../lib/program.ts';
import type { ProgramContext } from '../../lib/program_context.ts';
import { isDirectory, isRegular, statOrNone, walkTree } from '../../lib/tree_walk.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from '../../librump/constants.gen.ts';
import type { Stat } from '../../librump/structs.ts';
import { type ByteSink, type ByteSource, DescriptorStream } from '../byte_stream.ts';
import { GunzipSource, GzipError } from './gunzip_source.ts';
import { GzipSink } from './gzip_sink.ts';
import { storedName } from './stored_name.ts';

const USAGE = 'gzip [-123456789acdfhklLNnqrtVv] [-S .suffix] [<file> [<file> ...]]';
const DEFAULT_LEVEL = 6;
/** Suffixes gunzip takes, and what is put in their place. */
const SUFFIXES: readonly (readonly [string, string])[] = [
  ['.gz', ''],
  ['-gz', ''],
  ['.z', ''],
  ['-z', ''],
  ['.tgz', '.tar'],
  ['.taz', '.tar'],
];

export const gzip: Program = (ctx) => {
  const usage = () => ctx.usage(USAGE);
  const { options, rest } = ctx.getopt('123456789acdfhklLNnqrS:tVv', usage);
  const flags = new Map(options.map(({ flag, value }) => [flag, value]));
  if (flags.has('h')) usage();
  const run = new GzipRun(ctx, flags);
  for (const file of rest.length === 0 ? ['-'] : rest) run.operand(file);
  return ctx.status;
};

class GzipRun {
  private readonly decompress: boolean;
  private readonly toOutput: boolean;
  private readonly level: number;
  private readonly suffix: string;
  private listed = 0;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlyMap<string, string>,
  ) {
    const zcat = ctx.name === 'zcat' || ctx.name === 'gzcat';
    this.decompress = zcat || ctx.name === 'gunzip' || flags.has('d') || flags.has('t') || flags.has('l');
    this.toOutput = zcat || flags.has('c');
    this.level = Number([...flags.keys()].findLast((flag) => /^[1-9]$/.test(flag)) ?? DEFAULT_LEVEL);
    this.suffix = flags.get('S') ?? '.gz';
  }

  /** A fault of one file is told, and the next one goes on. */
  operand(name: string): void {
    try {
      if (name === '-') this.standard();
      else this.named(this.existing(name));
    } catch (error) {
      this.fault(name, error);
    }
  }

  private named(path: string): void {
    const { ctx } = this;
    if (!isDirectory(ctx.sys.lstat(path))) this.file(path);
    else if (this.flags.has('r')) walkTree(ctx, path, { enter: (below, st) => this.below(below, st) });
    else ctx.warn(`${path} is a directory`);
  }

  /** gunzip finds `f.gz` under the name `f` as well. */
  private existing(name: string): string {
    if (!this.decompress || statOrNone(this.ctx, name, false) !== undefined) return name;
    return statOrNone(this.ctx, name + this.suffix, false) === undefined ? name : name + this.suffix;
  }

  private below(path: string, st: Stat): boolean {
    if (isRegular(st))
      try {
        this.file(path);
      } catch (error) {
        this.fault(path, error);
      }
    return true;
  }

  private fault(name: string, error: unknown): void {
    if (error instanceof GzipError) this.ctx.warn(`${name}: ${error.message}`);
    else this.ctx.warnError(name, error);
  }

  private standard(): void {
    const { ctx } = this;
    const input = new DescriptorStream(ctx.sys, 0);
    const output = new DescriptorStream(ctx.sys, 1);
    const refused = !this.decompress && !this.flags.has('f') && ctx.sys.isatty(1);
    if (this.flags.has('l')) this.list('stdin', 0);
    else if (refused) ctx.warn('standard output is a terminal -- ignoring');
    else if (this.flags.has('t')) this.expand(input, nowhere, 'stdin');
    else if (this.decompress) this.expand(input, output, 'stdin');
    else this.squeeze(input, output, undefined);
  }

  private file(path: string): void {
    const { ctx } = this;
    const st = ctx.sys.lstat(path);
    const regular = isRegular(st) || this.flags.has('f');
    if (!regular) ctx.warn(`${path} is not a regular file -- ignored`);
    const target = this.decompress ? this.plainName(path) : this.packedName(path);
    if (!regular || target === undefined || this.hasOtherLinks(path, st)) return;
    const fd = ctx.sys.open(path, O_RDONLY);
    try {
      this.opened(fd, path, target, st);
    } finally {
      ctx.sys.close(fd);
    }
  }

  /** The other names would keep the old contents. */
  private hasOtherLinks(path: string, st: Stat): boolean {
    const stays = this.toOutput || ['f', 'k', 'l', 't'].some((flag) => this.flags.has(flag));
    if (stays || st.nlink < 2) return false;
    this.complain(`${path} has ${st.nlink - 1} other link${st.nlink === 2 ? '' : 's'} -- skipping`);
    return true;
  }

  private opened(fd: number, path: string, target: string, st: Stat): void {
    const { sys } = this.ctx;
    const input = new DescriptorStream(sys, fd);
    if (this.flags.has('l')) this.list(path, fd);
    else if (this.flags.has('t')) {
      this.expand(input, nowhere, path);
      if (this.flags.has('v')) this.say(`${path}:\tOK`);
    } else if (this.toOutput) this.work(input, new DescriptorStream(sys, 1), path, st);
    else this.replace(input, path, target, st);
  }

  private packedName(path: string): string | undefined {
    if (this.toOutput || !path.endsWith(this.suffix) || this.flags.has('f')) return path + this.suffix;
    this.complain(`${path} already has ${this.suffix} suffix -- unchanged`);
    return undefined;
  }

  private plainName(path: string): string | undefined {
    const known = [[this.suffix, ''] as const, ...SUFFIXES].find(([suffix]) => path.endsWith(suffix));
    if (known !== undefined) return path.slice(0, path.length - known[0].length) + known[1];
    if (this.toOutput || this.flags.has('t') || this.flags.has('l')) return path;
    this.complain(`${path}: unknown suffix -- ignored`);
    return undefined;
  }

  private complain(message: string): void {
    if (!this.flags.has('q')) this.ctx.warn(message);
    this.ctx.status = 1;
  }

  /** The new file takes the place of the old one, with its owner, mode and times. */
  private replace(input: ByteSource, path: string, wanted: string, st: Stat): void {
    const { ctx } = this;
    const target = this.flags.has('N') ? this.originalName(path, wanted) : wanted;
    if (!this.mayWrite(target)) return;
    const fd = ctx.sys.open(target, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      this.work(input, new DescriptorStream(ctx.sys, fd), path, st);
    } catch (error) {
      ctx.sys.unlink(target);
      throw error;
    } finally {
      ctx.sys.close(fd);
    }
    ctx.sys.lchown(target, st.uid, st.gid);
    ctx.sys.chmod(target, st.mode & 0o7777);
    ctx.sys.utimens(target, st.atime, st.mtime);
    if (!this.flags.has('k')) ctx.sys.unlink(path);
  }

  /** The name in the header, in the folder of the file. */
  private originalName(path: string, otherwise: string): string {
    const name = this.decompress ? storedName(this.ctx.sys, path) : '';
    return name === '' ? otherwise : join(dirName(path), baseName(name));
  }

  private mayWrite(target: string): boolean {
    const { ctx } = this;
    if (statOrNone(ctx, target, false) === undefined) return true;
    if (!this.flags.has('f')) {
      if (!ctx.sys.isatty(0)) {
        ctx.warn(`${target} already exists -- skipping`);
        return false;
      }
      if (!confirm(ctx, `${target} already exists -- do you wish to overwrite (y or n)? `)) return false;
    }
    ctx.sys.unlink(target);
    return true;
  }

  private work(input: ByteSource, output: ByteSink, path: string, st: Stat): void {
    const { before, after } = this.decompress
      ? this.expand(input, output, path)
      : this.squeeze(input, output, { path, st });
    if (!this.flags.has('v')) return;
    const saved = (this.decompress ? 1 - before / Math.max(1, after) : 1 - after / Math.max(1, before)) * 100;
    const how = this.toOutput
      ? ''
      : `${this.flags.has('k') ? ' -- created' : ' -- replaced with'} ${this.decompress ? this.plainName(path) : this.packedName(path)}`;
    this.say(`${path}:\t${saved.toFixed(1).padStart(5)}%${how}`);
  }

  private squeeze(
    input: ByteSource,
    output: ByteSink,
    file: { path: string; st: Stat } | undefined,
  ): { before: number; after: number } {
    const named = file !== undefined && !this.flags.has('n');
    const header = { level: this.level, mtime: named ? Math.max(0, file.st.mtime.sec) : 0 };
    const sink = new GzipSink(kept(output), named ? { ...header, name: baseName(file.path) } : header);
    let before = 0;
    for (let bytes = input.read(); bytes.length > 0; bytes = input.read()) {
      before += bytes.length;
      sink.write(bytes);
    }
    sink.close();
    return { before, after: sink.written };
  }

  private expand(input: ByteSource, output: ByteSink, path: string): { before: number; after: number } {
    const source = new GunzipSource(input);
    for (let bytes = source.read(); bytes.length > 0; bytes = source.read()) output.write(bytes);
    if (source.garbage) this.complain(`${path}: trailing garbage ignored`);
    return { before: source.taken, after: source.given };
  }

  private list(path: string, fd: number): void {
    const { ctx } = this;
    const input = new DescriptorStream(ctx.sys, fd);
    if (this.listed++ === 0) ctx.print('  compressed uncompressed  ratio uncompressed_name\n');
    const { before, after } = this.expand(input, nowhere, path);
    const ratio = after === 0 ? 0 : (1 - before / after) * 100;
    const sizes = `${String(before).padStart(12)} ${String(after).padStart(12)}`;
    ctx.print(`${sizes} ${ratio.toFixed(1).padStart(5)}% ${this.plainName(path) ?? path}\n`);
  }

  private say(line: string): void {
    this.ctx.err.write(`${line}\n`);
    this.ctx.err.flush();
  }
}

const nowhere: ByteSink = { write: () => undefined, close: () => undefined };

/** The sink stays open when the stream into it ends. */
function kept(sink: ByteSink): ByteSink {
  return { write: (bytes) => sink.write(bytes), close: () => undefined };
}
