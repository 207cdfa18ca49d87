// SPDX-License-Identifier: BSD-2-Clause
import { spawnChild, waitChild } from '../lib/child.ts';
import { fnmatch } from '../lib/fnmatch.ts';
import { deviceNumbers, groupId, groupName, MONTHS, modeString, two, userId, userName } from '../lib/format.ts';
import { parseMode } from '../lib/mode_change.ts';
import { baseName } from '../lib/paths.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { isDirectory, isLink, isRegular, walkTree } from '../lib/tree_walk.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import type { Stat } from '../librump/structs.ts';
import { SyscallError } from '../librump/syscall_error.ts';
import { confirm } from './cp.ts';

interface Visit {
  readonly path: string;
  readonly st: Stat;
  readonly depth: number;
  prune: boolean;
}

type Test = (v: Visit) => boolean;

/** find(1). */
export const find: Program = (ctx) => new Find(ctx).run();

class Find {
  private args: string[] = [];
  private at = 0;
  private acts = false;
  private depthFirst = false;
  private sameDevice = false;
  private minDepth = 0;
  private maxDepth = Number.POSITIVE_INFINITY;
  private follow = false;
  private readonly batches: { argv: string[]; paths: string[] }[] = [];
  private now = 0;

  constructor(private readonly ctx: ProgramContext) {}

  run(): number {
    const { ctx } = this;
    this.now = ctx.sys.clockGettime(0).sec;
    const argv = ctx.argv.slice(1);
    let sort = false;
    let followTop = false;
    const paths: string[] = [];
    while (/^-[HLPXdsx]+$/.test(argv[0] ?? '')) {
      for (const c of (argv.shift() as string).slice(1)) {
        if (c === 'd') this.depthFirst = true;
        else if (c === 's') sort = true;
        else if (c === 'x') this.sameDevice = true;
        else if (c === 'L') this.follow = true;
        else if (c === 'H') followTop = true;
      }
    }
    if (argv[0] === '-f') paths.push(...argv.splice(0, 2).slice(1));
    while (argv[0] !== undefined && !/^[-(!]/.test(argv[0])) paths.push(argv.shift() as string);
    if (paths.length === 0) ctx.usage('find [-H | -L | -P] [-dEhsXx] file [file ...] [expression]');
    this.args = argv;
    const test = argv.length === 0 ? () => true : this.or();
    if (this.at < this.args.length) ctx.fail(`${this.args[this.at]}: unknown option`);
    const whole: Test = this.acts ? test : (v) => test(v) && this.print(v.path);
    for (const path of paths) this.walk(path, whole, sort, followTop);
    for (const b of this.batches) this.flush(b);
    return ctx.status;
  }

  private walk(top: string, test: Test, sort: boolean, followTop: boolean): void {
    let dev = -1;
    const evaluate = (path: string, st: Stat, depth: number): boolean => {
      const v: Visit = { path, st, depth, prune: false };
      if (depth >= this.minDepth && depth <= this.maxDepth) test(v);
      return !v.prune;
    };
    walkTree(
      this.ctx,
      top,
      {
        enter: (path, st, depth) => {
          if (depth === 0) dev = st.dev;
          const cross = this.sameDevice && st.dev !== dev;
          let into = true;
          if (!this.depthFirst || !isDirectory(st)) into = evaluate(path, st, depth);
          return into && !cross && depth < this.maxDepth;
        },
        leave: (path, st, depth) => {
          if (this.depthFirst && isDirectory(st)) evaluate(path, st, depth);
        },
      },
      { followTop, followAll: this.follow, sort },
    );
  }

  private print(path: string): boolean {
    this.ctx.print(`${path}\n`);
    return true;
  }

  private or(): Test {
    let left = this.and();
    while (this.args[this.at] === '-o' || this.args[this.at] === '-or') {
      this.at++;
      const [a, b] = [left, this.and()];
      left = (v) => a(v) || b(v);
    }
    return left;
  }

  private and(): Test {
    let left = this.not();
    for (;;) {
      const t = this.args[this.at];
      if (t === '-a' || t === '-and') this.at++;
      else if (t === undefined || t === ')' || t === '-o' || t === '-or') return left;
      const [a, b] = [left, this.not()];
      left = (v) => a(v) && b(v);
    }
  }

  private not(): Test {
    const t = this.args[this.at];
    if (t === '!' || t === '-not') {
      this.at++;
      const inner = this.not();
      return (v) => !inner(v);
    }
    if (t === '(') {
      this.at++;
      const inner = this.or();
      if (this.args[this.at++] !== ')') this.ctx.fail("(: missing closing ')'");
      return inner;
    }
    return this.primary();
  }

  private next(name: string): string {
    const v = this.args[this.at++];
    if (v === undefined) this.ctx.fail(`${name}: requires additional arguments`);
    return v as string;
  }

  /** +n, -n, n with a unit letter. */
  private number(name: string, unit = 1): (value: number) => boolean {
    const text = this.next(name);
    const m = /^([+-]?)([0-9]+)$/.exec(text);
    if (!m) this.ctx.fail(`${name}: ${text}: illegal numeric value`);
    const n = Number(m?.[2]) * unit;
    return m?.[1] === '+' ? (x) => x > n : m?.[1] === '-' ? (x) => x < n : (x) => x === n;
  }

  private primary(): Test {
    const { ctx } = this;
    const name = this.next('');
    const days = (pick: (st: Stat) => number, seconds: number): Test => {
      const match = this.number(name);
      return (v) => match(Math.ceil((this.now - pick(v.st)) / seconds));
    };
    switch (name) {
      case '-name': {
        const p = this.next(name);
        return (v) => fnmatch(p, baseName(v.path));
      }
      case '-iname': {
        const p = this.next(name).toLowerCase();
        return (v) => fnmatch(p, baseName(v.path).toLowerCase());
      }
      case '-path': {
        const p = this.next(name);
        return (v) => fnmatch(p, v.path);
      }
      case '-type':
        return this.typeTest(this.next(name));
      case '-size':
        return this.sizeTest();
      case '-perm':
        return this.permTest(this.next(name));
      case '-links': {
        const m = this.number(name);
        return (v) => m(v.st.nlink);
      }
      case '-inum': {
        const m = this.number(name);
        return (v) => m(v.st.ino);
      }
      case '-user': {
        const t = this.next(name);
        const id = userId(t);
        if (id === undefined) ctx.fail(`${name}: ${t}: no such user`);
        return (v) => v.st.uid === id;
      }
      case '-group': {
        const t = this.next(name);
        const id = groupId(t);
        if (id === undefined) ctx.fail(`${name}: ${t}: no such group`);
        return (v) => v.st.gid === id;
      }
      case '-mtime':
        return days((s) => s.mtime.sec, 86400);
      case '-atime':
        return days((s) => s.atime.sec, 86400);
      case '-ctime':
        return days((s) => s.ctime.sec, 86400);
      case '-mmin':
        return days((s) => s.mtime.sec, 60);
      case '-amin':
        return days((s) => s.atime.sec, 60);
      case '-cmin':
        return days((s) => s.ctime.sec, 60);
      case '-newer': {
        const file = this.next(name);
        let than: Stat;
        try {
          than = ctx.sys.stat(file);
        } catch (error) {
          return ctx.failError(file, error);
        }
        return (v) =>
          v.st.mtime.sec > than.mtime.sec || (v.st.mtime.sec === than.mtime.sec && v.st.mtime.nsec > than.mtime.nsec);
      }
      case '-empty':
        return (v) =>
          (isRegular(v.st) && v.st.size === 0) ||
          (isDirectory(v.st) && ctx.sys.readdir(v.path).every((e) => e.name === '.' || e.name === '..'));
      case '-true':
        return () => true;
      case '-false':
        return () => false;
      case '-depth':
        this.depthFirst = true;
        return () => true;
      case '-xdev':
      case '-mount':
        this.sameDevice = true;
        return () => true;
      case '-follow':
        this.follow = true;
        return () => true;
      case '-maxdepth':
        this.maxDepth = Number(this.next(name));
        return () => true;
      case '-mindepth':
        this.minDepth = Number(this.next(name));
        return () => true;
      case '-prune':
        return (v) => {
          v.prune = true;
          return true;
        };
    }
    return this.action(name);
  }

  private action(name: string): Test {
    const { ctx } = this;
    this.acts = true;
    switch (name) {
      case '-print':
        return (v) => this.print(v.path);
      case '-print0':
        return (v) => {
          ctx.print(`${v.path}\0`);
          return true;
        };
      case '-ls':
        return (v) => {
          ctx.print(longLine(ctx, v));
          return true;
        };
      case '-quit':
        return () => {
          throw new ProgramEnd(ctx.status);
        };
      case '-delete':
        this.depthFirst = true;
        return (v) => {
          if (v.path === '.' || v.path === '..') return true;
          try {
            if (isDirectory(v.st)) ctx.sys.rmdir(v.path);
            else ctx.sys.unlink(v.path);
            return true;
          } catch (error) {
            if (!(error instanceof SyscallError)) throw error;
            ctx.warnError(`-delete: ${v.path}`, error);
            return false;
          }
        };
      case '-exec':
      case '-ok': {
        const argv: string[] = [];
        for (;;) {
          const a = this.args[this.at++];
          if (a === undefined) ctx.fail(`${name}: no terminating ";" or "+"`);
          if (a === ';') break;
          if (a === '+' && argv[argv.length - 1] === '{}') {
            argv.pop();
            const batch = { argv, paths: [] as string[] };
            this.batches.push(batch);
            return (v) => {
              batch.paths.push(v.path);
              if (batch.paths.length >= 500) this.flush(batch);
              return true;
            };
          }
          argv.push(a as string);
        }
        return (v) => {
          const command = argv.map((a) => a.replaceAll('{}', v.path));
          if (name === '-ok' && !confirm(ctx, `"${command.join(' ')}"? `)) return false;
          return waitChild(ctx, spawnChild(ctx, command)) === 0;
        };
      }
      default:
        return ctx.fail(`${name}: unknown option`);
    }
  }

  private flush(batch: { argv: string[]; paths: string[] }): void {
    if (batch.paths.length === 0) return;
    if (waitChild(this.ctx, spawnChild(this.ctx, [...batch.argv, ...batch.paths])) !== 0) this.ctx.status = 1;
    batch.paths.length = 0;
  }

  private typeTest(letter: string): Test {
    const kind = {
      b: 0o060000,
      c: 0o020000,
      d: 0o040000,
      f: 0o100000,
      l: 0o120000,
      p: 0o010000,
      s: 0o140000,
      W: 0o160000,
    }[letter];
    if (kind === undefined) this.ctx.fail(`-type: ${letter}: unknown type`);
    return (v) => (v.st.mode & 0o170000) === kind;
  }

  private sizeTest(): Test {
    const text = this.next('-size');
    const m = /^([+-]?)([0-9]+)([ckMG]?)$/.exec(text);
    if (!m) this.ctx.fail(`-size: ${text}: illegal numeric value`);
    const unit = { '': 512, c: 1, k: 1024, M: 1048576, G: 1073741824 }[m?.[3] ?? ''] as number;
    const n = Number(m?.[2]);
    const units = (v: Visit) => Math.ceil(v.st.size / unit);
    return m?.[1] === '+' ? (v) => units(v) > n : m?.[1] === '-' ? (v) => units(v) < n : (v) => units(v) === n;
  }

  private permTest(text: string): Test {
    const all = text.startsWith('-');
    const any = text.startsWith('+');
    const mode = parseMode(all || any ? text.slice(1) : text, 0)?.(0, false);
    if (mode === undefined) this.ctx.fail(`-perm: ${text}: illegal mode string`);
    const m = mode as number;
    return (v) => (all ? (v.st.mode & m) === m : any ? (v.st.mode & m) !== 0 : (v.st.mode & 0o7777) === m);
  }
}

function longLine(ctx: ProgramContext, { path, st }: Visit): string {
  const d = new Date(st.mtime.sec * 1000);
  const dev = deviceNumbers(st.rdev);
  const kind = st.mode & 0o170000;
  const size = kind === 0o020000 || kind === 0o060000 ? `${dev.major}, ${dev.minor}` : String(st.size);
  const target = isLink(st) ? ` -> ${ctx.sys.readlink(path)}` : '';
  return `${String(st.ino).padStart(6)} ${String(st.blocks).padStart(4)} ${modeString(st.mode)} ${String(st.nlink).padStart(3)} ${userName(st.uid).padEnd(8)} ${groupName(st.gid).padEnd(8)} ${size.padStart(8)} ${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())} ${path}${target}\n`;
}
