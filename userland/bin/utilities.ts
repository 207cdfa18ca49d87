// SPDX-License-Identifier: BSD-2-Clause
/** expr(1), xargs(1), which(1). */
import { spawnChild, waitChild } from '../lib/child.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { regexSource } from '../lib/regex.ts';

const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
  [':'],
];

export const expr: Program = (ctx) => {
  const args = ctx.argv.slice(ctx.argv[1] === '--' ? 2 : 1);
  if (args.length === 0) ctx.usage('expr expression');
  let at = 0;
  const isNumber = (s: string) => /^-?[0-9]+$/.test(s);
  const level = (n: number): string => {
    const ops = LEVELS[n];
    if (ops === undefined) return primary();
    let left = level(n + 1);
    while (at < args.length && ops.includes(args[at] as string)) left = apply(args[at++] as string, left, level(n + 1));
    return left;
  };
  const primary = (): string => {
    const t = args[at++];
    if (t === undefined) ctx.fail('syntax error', 2);
    if (t === '(') {
      const v = level(0);
      if (args[at++] !== ')') ctx.fail('syntax error', 2);
      return v;
    }
    if (t === 'length' && at < args.length) return String([...primary()].length);
    return t as string;
  };
  const empty = (s: string) => s === '' || (isNumber(s) && BigInt(s) === 0n);
  const apply = (op: string, a: string, b: string): string => {
    if (op === '|') return empty(a) ? (empty(b) ? '0' : b) : a;
    if (op === '&') return empty(a) || empty(b) ? '0' : a;
    if (op === ':') {
      const m = new RegExp(`^(?:${regexSource(b, 'basic')})`).exec(a);
      return b.includes('\\(') ? (m?.[1] ?? '') : String(m ? [...m[0]].length : 0);
    }
    if (LEVELS[2]?.includes(op)) {
      const order =
        isNumber(a) && isNumber(b)
          ? BigInt(a) < BigInt(b)
            ? -1
            : BigInt(a) > BigInt(b)
              ? 1
              : 0
          : a < b
            ? -1
            : a > b
              ? 1
              : 0;
      const yes = {
        '=': order === 0,
        '!=': order !== 0,
        '<': order < 0,
        '<=': order <= 0,
        '>': order > 0,
        '>=': order >= 0,
      }[op];
      return yes ? '1' : '0';
    }
    if (!isNumber(a) || !isNumber(b)) ctx.fail('non-numeric argument', 2);
    const [x, y] = [BigInt(a), BigInt(b)];
    if ((op === '/' || op === '%') && y === 0n) ctx.fail('division by zero', 2);
    return String(op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y);
  };
  const value = level(0);
  if (at < args.length) ctx.fail('syntax error', 2);
  ctx.print(`${value}\n`);
  return empty(value) ? 1 : 0;
};

export const xargs: Program = (ctx) => {
  const usage = () =>
    ctx.usage('xargs [-0prt] [-E eofstr] [-I replstr] [-L number] [-n number] [-s size] [utility [argument ...]]');
  const { options, rest } = ctx.getopt('0E:I:L:n:prs:tx', usage);
  const flags = new Map(options.map((o) => [o.flag, o.value]));
  const command = rest.length === 0 ? ['echo'] : rest;
  const replace = flags.get('I');
  const most =
    replace !== undefined
      ? 1
      : flags.has('n')
        ? Number(flags.get('n'))
        : flags.has('L')
          ? Number(flags.get('L'))
          : 5000;
  if (!(most > 0)) ctx.fail('illegal argument count');
  let worst = 0;
  let ran = false;
  const run = (items: readonly string[]) => {
    ran = true;
    const argv =
      replace === undefined ? [...command, ...items] : command.map((a) => a.replaceAll(replace, items[0] ?? ''));
    if (flags.has('t')) {
      ctx.err.write(`${argv.join(' ')}\n`);
      ctx.err.flush();
    }
    const status = waitChild(
      ctx,
      spawnChild(ctx, argv, () => nullInput(ctx)),
    );
    if (status === 127 || status === 126) worst = status;
    else if (status !== 0 && worst === 0) worst = 1;
  };
  let batch: string[] = [];
  for (const item of items(ctx, flags.has('0'), replace !== undefined || flags.has('L'), flags.get('E'))) {
    batch.push(item);
    if (batch.length >= most) {
      run(batch);
      batch = [];
      if (worst >= 126) return worst;
    }
  }
  if (batch.length > 0 || (!ran && !flags.has('r') && replace === undefined)) run(batch);
  return worst;
};

function nullInput(ctx: ProgramContext): void {
  const fd = ctx.sys.open('/dev/null', 0);
  ctx.sys.dup2(fd, 0);
  if (fd !== 0) ctx.sys.close(fd);
}

/** Words of standard input with xargs' quoting; whole lines or NUL-ended items on demand. */
function* items(ctx: ProgramContext, nul: boolean, lines: boolean, end: string | undefined): Generator<string> {
  const input = ctx.input(0);
  if (nul || lines) {
    for (let l = input.readLine(nul ? 0 : 10); l !== undefined; l = input.readLine(nul ? 0 : 10)) {
      if (nul) yield l;
      else if (l.trim() !== '') yield l.replace(/^[ \t]+/, '');
    }
    return;
  }
  for (let l = input.readLine(); l !== undefined; l = input.readLine()) {
    for (const m of l.matchAll(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/g)) {
      const word = m[0].replace(
        /"([^"]*)"|'([^']*)'|\\(.)/g,
        (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? '',
      );
      if (word === end) return;
      yield word;
    }
  }
}
