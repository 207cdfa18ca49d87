// SPDX-License-Identifier: BSD-2-Clause
import { decode } from '../lib/bytes.ts';
import { isErrno } from '../librump/syscall_error.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './shell_error.ts';

/** read [-r] [-p prompt] name…: one line, byte by byte, so that nothing of the next one is taken. */
export function readBuiltin(shell: Shell, argv: string[]): number {
  let raw = false;
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '-r') raw = true;
    else if (arg === '-p') {
      shell.ctx.out.flush();
      shell.ctx.err.write(argv[++i] ?? '');
      shell.ctx.err.flush();
    } else if (arg === '--') {
      i++;
      break;
    } else if (arg.startsWith('-') && arg.length > 1) throw new ShellError(`read: Illegal option ${arg}`);
    else break;
  }
  const names = argv.slice(i);
  if (names.length === 0) throw new ShellError('read: arg count');
  const { chars, eof } = readLogicalLine(shell, raw);
  assign(shell, names, chars);
  return eof ? 1 : 0;
}

interface Char {
  readonly c: string;
  readonly quoted: boolean;
}

function readLogicalLine(shell: Shell, raw: boolean): { chars: Char[]; eof: boolean } {
  const bytes: number[] = [];
  const escaped = new Set<number>();
  const next = (): number => {
    for (;;) {
      try {
        return shell.sys.readBulk(0, 1) === 0 ? -1 : (shell.sys.u8[shell.sys.bulkPtr] as number);
      } catch (error) {
        if (!isErrno(error, 'EINTR') || shell.trapsPending || shell.interrupted) throw error;
      }
    }
  };
  let eof = false;
  for (;;) {
    const b = next();
    if (b < 0) {
      eof = true;
      break;
    }
    if (b === 10) break;
    if (b === 92 && !raw) {
      const n = next();
      if (n < 0) {
        eof = true;
        break;
      }
      if (n === 10) continue;
      escaped.add(bytes.length);
      bytes.push(n);
    } else if (b !== 0) bytes.push(b);
  }
  const chars: Char[] = [];
  const data = Uint8Array.from(bytes);
  let start = 0;
  const flush = (to: number) => {
    for (const c of decode(data, start, to)) chars.push({ c, quoted: false });
    start = to;
  };
  for (const at of [...escaped].sort((a, b) => a - b)) {
    if (at < start) continue;
    flush(at);
    let end = at + 1;
    while (end < data.length && ((data[end] as number) & 0xc0) === 0x80) end++;
    for (const c of decode(data, at, end)) chars.push({ c, quoted: true });
    start = end;
  }
  flush(data.length);
  return { chars, eof };
}

function assign(shell: Shell, names: readonly string[], chars: readonly Char[]): void {
  const ifs = shell.vars.get('IFS') ?? ' \t\n';
  const isWhite = (x: Char | undefined) => x !== undefined && !x.quoted && ' \t\n'.includes(x.c) && ifs.includes(x.c);
  const isSep = (x: Char | undefined) => x !== undefined && !x.quoted && ifs.includes(x.c);
  let at = 0;
  while (isWhite(chars[at])) at++;
  names.forEach((name, k) => {
    if (k === names.length - 1) {
      let end = chars.length;
      while (end > at && isWhite(chars[end - 1])) end--;
      shell.vars.set(
        name,
        chars
          .slice(at, end)
          .map((x) => x.c)
          .join(''),
        shell.options.has('a'),
      );
      return;
    }
    let value = '';
    while (at < chars.length && !isSep(chars[at])) value += (chars[at++] as Char).c;
    while (isWhite(chars[at])) at++;
    if (isSep(chars[at])) {
      at++;
      while (isWhite(chars[at])) at++;
    }
    shell.vars.set(name, value, shell.options.has('a'));
  });
}
