// SPDX-License-Identifier: BSD-2-Clause
/** hexdump(1): -b -C -c -d -o -x, -n length, -s skip, -v; and cmp(1). */
import { sizeNumber } from '../lib/format.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { SyscallError } from '../librump/syscall_error.ts';

export const hexdump: Program = (ctx) => {
  const usage = () => ctx.usage('hexdump [-bCcdovx] [-n length] [-s skip] [file ...]');
  const { options, rest } = ctx.getopt('bCcdn:os:vx', usage);
  const style = ctx.name === 'hd' ? 'C' : (options.findLast((o) => 'bCcdox'.includes(o.flag))?.flag ?? 'x0');
  const verbose = options.some((o) => o.flag === 'v');
  const size = (flag: string) => {
    const text = options.findLast((o) => o.flag === flag)?.value;
    const n = text === undefined ? undefined : sizeNumber(text);
    if (text !== undefined && n === undefined) ctx.fail(`${text}: bad ${flag === 'n' ? 'length' : 'skip'} value`);
    return n;
  };
  let left = size('n') ?? Number.POSITIVE_INFINITY;
  let skip = size('s') ?? 0;
  let offset = skip;
  const row = new Uint8Array(16);
  let filled = 0;
  let previous: string | undefined;
  let starred = false;
  const emit = () => {
    const key = row.subarray(0, filled).join();
    if (!verbose && filled === 16 && key === previous) {
      if (!starred) ctx.print('*\n');
      starred = true;
    } else {
      ctx.print(line(style, offset, row.subarray(0, filled)));
      starred = false;
    }
    previous = key;
    offset += filled;
    filled = 0;
  };
  for (const name of rest.length === 0 ? ['-'] : rest) {
    if (left <= 0) break;
    let fd = 0;
    try {
      if (name !== '-') fd = ctx.sys.open(name, 0);
      skip = skipBytes(ctx, fd, skip);
      while (left > 0) {
        const data = ctx.sys.read(fd, Math.min(65536, left));
        if (data.length === 0) break;
        left -= data.length;
        for (const b of data) {
          row[filled++] = b;
          if (filled === 16) emit();
        }
      }
    } catch (error) {
      ctx.warnError(name === '-' ? 'stdin' : name, error);
    } finally {
      if (fd > 0) ctx.sys.close(fd);
    }
  }
  if (filled > 0) emit();
  if (offset > 0) ctx.print(`${offset.toString(16).padStart(style === 'C' ? 8 : 7, '0')}\n`);
  return ctx.status;
};

/** Seek where possible, else read; what is still to be skipped in the next file. */
function skipBytes(ctx: ProgramContext, fd: number, skip: number): number {
  if (skip === 0) return 0;
  const st = ctx.sys.fstat(fd);
  if ((st.mode & 0o170000) === 0o100000) {
    if (skip >= st.size) {
      ctx.sys.lseek(fd, 0, 2);
      return skip - st.size;
    }
    ctx.sys.lseek(fd, skip, 0);
    return 0;
  }
  try {
    ctx.sys.lseek(fd, skip, 0);
    return 0;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
  let left = skip;
  while (left > 0) {
    const n = ctx.sys.readBulk(fd, left);
    if (n === 0) break;
    left -= n;
  }
  return left;
}

const hex = (n: number, w: number) => n.toString(16).padStart(w, '0');

function line(style: string, offset: number, row: Uint8Array): string {
  if (style === 'C') {
    const cell = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) =>
        from + i < row.length ? hex(row[from + i] as number, 2) : '  ',
      ).join(' ');
    const text = String.fromCharCode(...Array.from(row, (b) => (b >= 0x20 && b < 0x7f ? b : 0x2e)));
    return `${hex(offset, 8)}  ${cell(0, 8)}  ${cell(8, 16)}  |${text}|\n`;
  }
  const head = hex(offset, 7);
  if (style === 'b') return `${head}${Array.from(row, (b) => ` ${b.toString(8).padStart(3, '0')}`).join('')}\n`;
  if (style === 'c') return `${head}${Array.from(row, character).join('')}\n`;
  let out = head;
  for (let i = 0; i < row.length; i += 2) {
    const word = (row[i] as number) | ((row[i + 1] ?? 0) << 8);
    if (style === 'x0') out += ` ${hex(word, 4)}`;
    else if (style === 'x') out += `    ${hex(word, 4)}`;
    else if (style === 'd') out += `   ${String(word).padStart(5, '0')}`;
    else out += `  ${word.toString(8).padStart(6, '0')}`;
  }
  return `${out}\n`;
}

function character(b: number): string {
  const named = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }[b];
  if (named !== undefined) return `  ${named}`;
  return b >= 0x20 && b < 0x7f ? `   ${String.fromCharCode(b)}` : ` ${b.toString(8).padStart(3, '0')}`;
}

export const cmp: Program = (ctx) => {
  const usage = (): never => {
    try {
      return ctx.usage('cmp [-c] [-l | -s] file1 file2 [skip1 [skip2]]');
    } catch {
      throw new ProgramEnd(2);
    }
  };
  const { options, rest } = ctx.getopt('cls', usage);
  const flags = new Set(options.map((o) => o.flag));
  const [a, b, skipA, skipB] = rest;
  if (a === undefined || b === undefined) usage();
  const open = (name: string, skip: string | undefined) => {
    try {
      const fd = name === '-' ? 0 : ctx.sys.open(name, 0);
      if (skip !== undefined) skipBytes(ctx, fd, Number(skip));
      return ctx.input(fd);
    } catch (error) {
      if (flags.has('s')) throw new ProgramEnd(2);
      return ctx.failError(name, error, 2);
    }
  };
  const x = open(a as string, skipA);
  const y = open(b as string, skipB);
  let at = 1;
  let lines = 1;
  let differ = false;
  let p: Uint8Array = new Uint8Array(0);
  let q: Uint8Array = new Uint8Array(0);
  for (;;) {
    if (p.length === 0) p = x.nextChunk() ?? p;
    if (q.length === 0) q = y.nextChunk() ?? q;
    const n = Math.min(p.length, q.length);
    if (n === 0) break;
    for (let i = 0; i < n; i++, at++) {
      if (p[i] === q[i]) {
        if (p[i] === 10) lines++;
        continue;
      }
      differ = true;
      if (flags.has('s')) return 1;
      if (!flags.has('l')) {
        ctx.print(`${a} ${b} differ: char ${at}, line ${lines}\n`);
        return 1;
      }
      ctx.print(
        `${String(at).padStart(6)} ${(p[i] as number).toString(8).padStart(3)} ${(q[i] as number).toString(8).padStart(3)}\n`,
      );
    }
    p = p.subarray(n);
    q = q.subarray(n);
  }
  if (p.length !== q.length) {
    if (!flags.has('s')) ctx.warn(`EOF on ${p.length === 0 ? a : b}`);
    return 1;
  }
  return differ ? 1 : 0;
};
