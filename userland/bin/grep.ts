// SPDX-License-Identifier: BSD-2-Clause

import type { InputStream } from '../lib/input_stream.ts';
import { join } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { regexSource } from '../lib/regex.ts';
import { isDirectory, isRegular, statOrNone, walkTree } from '../lib/tree_walk.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SyscallError } from '../librump/syscall_error.ts';

const SPEC = 'EFGA:B:C:ace:f:hHiILlm:noqRrsvwxyU';

/** grep(1): 0 something matched, 1 nothing, 2 trouble. */
export const grep: Program = (ctx) => {
  const usage = (): never => {
    try {
      return ctx.usage(
        'grep [-EFGacHhIiLlnoqRrsvwx] [-A num] [-B num] [-C num] [-e pattern] [-f file] [-m num] [pattern] [file ...]',
      );
    } catch {
      throw new ProgramEnd(2);
    }
  };
  const { options, rest } = ctx.getopt(SPEC, usage);
  const patterns: string[] = [];
  const flags = new Map<string, string>();
  for (const o of options) {
    if (o.flag === 'e') patterns.push(...o.value.split('\n'));
    else if (o.flag === 'f') patterns.push(...readPatterns(ctx, o.value));
    else flags.set(o.flag === 'r' ? 'R' : o.flag === 'y' ? 'i' : o.flag, o.value);
  }
  if (patterns.length === 0 && !options.some((o) => o.flag === 'e' || o.flag === 'f')) {
    const first = rest.shift();
    if (first === undefined) usage();
    patterns.push(...(first as string).split('\n'));
  }
  const kind =
    flags.has('F') || ctx.name === 'fgrep' ? 'fixed' : flags.has('E') || ctx.name === 'egrep' ? 'extended' : 'basic';
  return new Grep(ctx, flags, compile(ctx, patterns, kind, flags)).run(rest);
};

function readPatterns(ctx: ProgramContext, path: string): string[] {
  const out: string[] = [];
  ctx.eachInput([path], (input) => {
    for (let l = input.readLine(); l !== undefined; l = input.readLine()) out.push(l);
  });
  return out;
}

function compile(
  ctx: ProgramContext,
  patterns: readonly string[],
  kind: 'basic' | 'extended' | 'fixed',
  flags: ReadonlyMap<string, string>,
): RegExp {
  try {
    let source = patterns.map((p) => `(?:${regexSource(p, kind)})`).join('|');
    if (patterns.length === 0) source = '(?!)';
    if (flags.has('x')) source = `^(?:${source})$`;
    else if (flags.has('w')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
    return new RegExp(source, flags.has('i') ? 'gi' : 'g');
  } catch (error) {
    ctx.fail(error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'bad pattern', 2);
  }
}

class Grep {
  private matched = false;
  private trouble = false;
  private names: boolean;
  private readonly before: number;
  private readonly after: number;
  private readonly limit: number;
  private separated = false;

  constructor(
    private readonly ctx: ProgramContext,
    private readonly flags: ReadonlyMap<string, string>,
    private readonly re: RegExp,
  ) {
    this.names = flags.has('H');
    this.before = Number(flags.get('B') ?? flags.get('C') ?? 0);
    this.after = Number(flags.get('A') ?? flags.get('C') ?? 0);
    this.limit = flags.has('m') ? Number(flags.get('m')) : Number.POSITIVE_INFINITY;
  }

  run(files: readonly string[]): number {
    const { ctx, flags } = this;
    const list = files.length === 0 && flags.has('R') ? ['.'] : files;
    this.names ||= !flags.has('h') && (list.length > 1 || flags.has('R'));
    if (flags.has('h')) this.names = false;
    if (list.length === 0) this.stream(ctx.input(0), '(standard input)');
    for (const name of list) {
      if (name === '-') this.stream(ctx.input(0), '(standard input)');
      else if (flags.has('R')) this.tree(name);
      else this.file(name);
    }
    if (this.trouble && !(flags.has('q') && this.matched)) return 2;
    return this.matched ? 0 : 1;
  }

  private tree(name: string): void {
    const st = statOrNone(this.ctx, name, true);
    if (st && !isDirectory(st)) {
      this.file(name);
      return;
    }
    walkTree(this.ctx, name, {
      enter: (path, s) => {
        if (isDirectory(s)) return true;
        if (isRegular(s)) this.file(path.startsWith('./') ? join('.', path.slice(2)) : path);
        return false;
      },
    });
  }

  private file(name: string): void {
    const { sys } = this.ctx;
    let fd = -1;
    try {
      fd = sys.open(name, 0);
      if (isDirectory(sys.fstat(fd))) throw new SyscallError(21, 'read');
      this.stream(this.ctx.input(fd), name);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.trouble = true;
      if (!this.flags.has('s')) this.ctx.warn(`${name}: ${error.message}`);
    } finally {
      if (fd >= 0) sys.close(fd);
    }
  }

  private stream(input: InputStream, name: string): void {
    const { flags, ctx } = this;
    const quiet = flags.has('q') || flags.has('l') || flags.has('L') || flags.has('c');
    const held: { n: number; line: string }[] = [];
    let count = 0;
    let due = 0;
    let last = 0;
    let binary: boolean | undefined;
    for (let n = 1; ; n++) {
      const line = input.readLine();
      if (line === undefined) break;
      binary ||= !flags.has('a') && line.includes('\0');
      this.re.lastIndex = 0;
      if (this.re.test(line) === flags.has('v')) {
        if (due > 0 && !quiet) {
          due--;
          this.line(name, n, line, '-');
          last = n;
        } else if (this.before > 0) {
          held.push({ n, line });
          if (held.length > this.before) held.shift();
        }
        continue;
      }
      count++;
      this.matched = true;
      if (flags.has('q')) throw new ProgramEnd(0);
      if (flags.has('l') || flags.has('L')) break;
      if (!quiet) {
        if (binary) {
          ctx.print(`Binary file ${name} matches\n`);
          return;
        }
        const first = held[0]?.n ?? n;
        if ((this.before > 0 || this.after > 0) && this.separated && first > last + 1) ctx.print('--\n');
        this.separated = true;
        for (const h of held) this.line(name, h.n, h.line, '-');
        held.length = 0;
        if (flags.has('o')) this.onlyMatches(name, n, line);
        else this.line(name, n, line, ':');
        due = this.after;
        last = n;
      }
      if (count >= this.limit) break;
    }
    if (flags.has('c')) ctx.print(`${this.names ? `${name}:` : ''}${count}\n`);
    else if (flags.has('l') && count > 0) ctx.print(`${name}\n`);
    else if (flags.has('L') && count === 0) ctx.print(`${name}\n`);
  }

  private line(name: string, n: number, line: string, mark: string): void {
    this.ctx.print(`${this.names ? name + mark : ''}${this.flags.has('n') ? n + mark : ''}${line}\n`);
  }

  private onlyMatches(name: string, n: number, line: string): void {
    if (this.flags.has('v')) return;
    this.re.lastIndex = 0; // matchAll starts where the clone's lastIndex stands
    for (const m of line.matchAll(this.re)) if (m[0] !== '') this.line(name, n, m[0], ':');
  }
}
