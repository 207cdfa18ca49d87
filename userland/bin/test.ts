// SPDX-License-Identifier: BSD-2-Clause
import type { Program } from '../lib/program.ts';
import type { Librump } from '../librump/librump.ts';
import type { Stat } from '../librump/structs.ts';
import { SyscallError } from '../librump/syscall_error.ts';

class TestError extends Error {}

/** test(1) and [(1): 0 true, 1 false, 2 wrong expression. */
export function testMain(sys: Librump, argv: readonly string[], complain: (message: string) => void): number {
  let args = argv.slice(1);
  const name = (argv[0] ?? 'test').replace(/^.*\//, '');
  if (name === '[') {
    if (args[args.length - 1] !== ']') {
      complain('[: missing ]');
      return 2;
    }
    args = args.slice(0, -1);
  }
  try {
    return new TestExpression(sys, args).evaluate() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    complain(`${name}: ${error.message}`);
    return 2;
  }
}

const UNARY = new Set('bcdefghknoprstuwxzLOGSN'.split('').map((c) => `-${c}`));
const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-gt', '-ge', '-lt', '-le', '-nt', '-ot', '-ef']);

class TestExpression {
  private at = 0;

  constructor(
    private readonly sys: Librump,
    private readonly args: readonly string[],
  ) {}

  evaluate(): boolean {
    const { args } = this;
    // POSIX: up to four arguments the count decides, so that operands may look like operators.
    if (args.length === 0) return false;
    if (args.length === 1) return args[0] !== '';
    if (args.length === 2)
      return args[0] === '!'
        ? args[1] === ''
        : UNARY.has(args[0] as string)
          ? this.unary(args[0] as string, args[1] as string)
          : this.bad(args[0] as string);
    if (args.length === 3 && BINARY.has(args[1] as string))
      return this.binary(args[0] as string, args[1] as string, args[2] as string);
    const value = this.or();
    if (this.at < args.length) throw new TestError(`${args[this.at]}: unexpected operator`);
    return value;
  }

  private bad(what: string): never {
    throw new TestError(`${what}: unexpected operator`);
  }

  private or(): boolean {
    let v = this.and();
    while (this.args[this.at] === '-o') {
      this.at++;
      const right = this.and();
      v = v || right;
    }
    return v;
  }

  private and(): boolean {
    let v = this.not();
    while (this.args[this.at] === '-a') {
      this.at++;
      const right = this.not();
      v = v && right;
    }
    return v;
  }

  private not(): boolean {
    if (this.args[this.at] === '!' && this.at + 1 < this.args.length) {
      this.at++;
      return !this.not();
    }
    return this.primary();
  }

  private primary(): boolean {
    const { args, at } = this;
    const a = args[at];
    if (a === undefined) throw new TestError('argument expected');
    const op = args[at + 1];
    if (op !== undefined && BINARY.has(op) && at + 2 < args.length) {
      this.at += 3;
      return this.binary(a, op, args[at + 2] as string);
    }
    if (a === '(') {
      this.at++;
      const v = this.or();
      if (args[this.at] !== ')') throw new TestError('closing paren expected');
      this.at++;
      return v;
    }
    if (UNARY.has(a) && op !== undefined) {
      this.at += 2;
      return this.unary(a, op);
    }
    this.at++;
    return a !== '';
  }

  private stat(path: string, link = false): Stat | undefined {
    try {
      return link ? this.sys.lstat(path) : this.sys.stat(path);
    } catch (error) {
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }

  private unary(op: string, arg: string): boolean {
    if (op === '-n') return arg !== '';
    if (op === '-z') return arg === '';
    if (op === '-t') return this.sys.isatty(this.number(arg));
    if (op === '-o') return false;
    if (op === '-r' || op === '-w' || op === '-x') {
      try {
        this.sys.access(arg, op === '-r' ? 4 : op === '-w' ? 2 : 1);
        return true;
      } catch (error) {
        if (error instanceof SyscallError) return false;
        throw error;
      }
    }
    const st = this.stat(arg, op === '-h' || op === '-L');
    if (st === undefined) return false;
    const kind = st.mode & 0o170000;
    switch (op) {
      case '-b':
        return kind === 0o060000;
      case '-c':
        return kind === 0o020000;
      case '-d':
        return kind === 0o040000;
      case '-f':
        return kind === 0o100000;
      case '-p':
        return kind === 0o010000;
      case '-S':
        return kind === 0o140000;
      case '-h':
      case '-L':
        return kind === 0o120000;
      case '-g':
        return (st.mode & 0o2000) !== 0;
      case '-u':
        return (st.mode & 0o4000) !== 0;
      case '-k':
        return (st.mode & 0o1000) !== 0;
      case '-s':
        return st.size > 0;
      case '-O':
        return st.uid === this.sys.geteuid();
      case '-G':
        return st.gid === this.sys.getegid();
      case '-N':
        return st.mtime.sec > st.atime.sec;
      default:
        return true;
    }
  }

  private number(text: string): number {
    if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) throw new TestError(`${text}: bad number`);
    return Number(text);
  }

  private binary(a: string, op: string, b: string): boolean {
    switch (op) {
      case '=':
      case '==':
        return a === b;
      case '!=':
        return a !== b;
      case '<':
        return a < b;
      case '>':
        return a > b;
      case '-nt':
      case '-ot':
      case '-ef': {
        const x = this.stat(a);
        const y = this.stat(b);
        if (x === undefined || y === undefined) return false;
        if (op === '-ef') return x.ino === y.ino && x.dev === y.dev;
        const d = x.mtime.sec - y.mtime.sec || x.mtime.nsec - y.mtime.nsec;
        return op === '-nt' ? d > 0 : d < 0;
      }
    }
    const x = this.number(a);
    const y = this.number(b);
    switch (op) {
      case '-eq':
        return x === y;
      case '-ne':
        return x !== y;
      case '-gt':
        return x > y;
      case '-ge':
        return x >= y;
      case '-lt':
        return x < y;
      default:
        return x <= y;
    }
  }
}

export const test: Program = (ctx) => testMain(ctx.sys, ctx.argv, (m) => ctx.warn(m.replace(/^(test|\[): /, '')));
