// SPDX-License-Identifier: BSD-2-Clause
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import type { Termios } from '../librump/structs.ts';

type FlagWord = 'iflag' | 'oflag' | 'cflag' | 'lflag';

/** Flags of termios(4): word, name, bit. */
const FLAGS: readonly (readonly [FlagWord, string, number])[] = [
  ['lflag', 'icanon', 0x100],
  ['lflag', 'isig', 0x80],
  ['lflag', 'iexten', 0x400],
  ['lflag', 'echo', 8],
  ['lflag', 'echoe', 2],
  ['lflag', 'echok', 4],
  ['lflag', 'echoke', 1],
  ['lflag', 'echonl', 0x10],
  ['lflag', 'echoctl', 0x40],
  ['lflag', 'echoprt', 0x20],
  ['lflag', 'altwerase', 0x200],
  ['lflag', 'noflsh', 0x80000000],
  ['lflag', 'tostop', 0x400000],
  ['lflag', 'pendin', 0x20000000],
  ['lflag', 'nokerninfo', 0x2000000],
  ['lflag', 'extproc', 0x800],
  ['iflag', 'istrip', 0x20],
  ['iflag', 'icrnl', 0x100],
  ['iflag', 'inlcr', 0x40],
  ['iflag', 'igncr', 0x80],
  ['iflag', 'ixon', 0x200],
  ['iflag', 'ixoff', 0x400],
  ['iflag', 'ixany', 0x800],
  ['iflag', 'imaxbel', 0x2000],
  ['iflag', 'ignbrk', 1],
  ['iflag', 'brkint', 2],
  ['iflag', 'inpck', 0x10],
  ['iflag', 'ignpar', 4],
  ['iflag', 'parmrk', 8],
  ['oflag', 'opost', 1],
  ['oflag', 'onlcr', 2],
  ['oflag', 'ocrnl', 0x10],
  ['oflag', 'oxtabs', 4],
  ['oflag', 'onocr', 0x20],
  ['oflag', 'onlret', 0x40],
  ['cflag', 'cread', 0x800],
  ['cflag', 'parenb', 0x1000],
  ['cflag', 'parodd', 0x2000],
  ['cflag', 'hupcl', 0x4000],
  ['cflag', 'clocal', 0x8000],
  ['cflag', 'cstopb', 0x400],
  ['cflag', 'crtscts', 0x10000],
  ['cflag', 'mdmbuf', 0x100000],
];

/** Control characters: name, index in c_cc. */
const CHARACTERS: readonly (readonly [string, number])[] = [
  ['discard', 15],
  ['dsusp', 11],
  ['eof', 0],
  ['eol', 1],
  ['eol2', 2],
  ['erase', 3],
  ['intr', 8],
  ['kill', 5],
  ['lnext', 14],
  ['min', 16],
  ['quit', 9],
  ['reprint', 6],
  ['start', 12],
  ['status', 18],
  ['stop', 13],
  ['susp', 10],
  ['time', 17],
  ['werase', 4],
];
const SPECIAL: Readonly<Record<number, number>> = {
  0: 4,
  3: 0x7f,
  4: 0x17,
  5: 0x15,
  6: 0x12,
  8: 3,
  9: 0x1c,
  10: 0x1a,
  11: 0x19,
  12: 0x11,
  13: 0x13,
  14: 0x16,
  15: 0x0f,
  16: 1,
  17: 0,
  18: 0x14,
};
const VDISABLE = 0xff;
const CSIZE = 0x300;

/** stty(1). */
export const stty: Program = (ctx) => {
  const { options, rest } = splitOptions(ctx);
  let fd = 0;
  const file = options.get('f');
  try {
    if (file !== undefined) fd = ctx.sys.open(file, 4);
    const t = ctx.sys.tcgetattr(fd);
    if (rest.length === 0) {
      if (options.has('g'))
        ctx.print(
          `gfmt1:cflag=${t.cflag.toString(16)}:iflag=${t.iflag.toString(16)}:lflag=${t.lflag.toString(16)}:oflag=${t.oflag.toString(16)}:${t.cc.map((c, i) => `c${i}=${c.toString(16)}`).join(':')}:ispeed=${t.ispeed}:ospeed=${t.ospeed}\n`,
        );
      else show(ctx, fd, t, options.has('a') || options.has('e'));
      return 0;
    }
    change(ctx, fd, t, rest);
    return 0;
  } catch (error) {
    return ctx.failError(file ?? 'stdin', error);
  }
};

function splitOptions(ctx: ProgramContext): { options: Map<string, string>; rest: string[] } {
  const options = new Map<string, string>();
  let i = 1;
  for (; i < ctx.argv.length; i++) {
    const arg = ctx.argv[i] as string;
    if (arg === '-a' || arg === '-e' || arg === '-g') options.set(arg[1] as string, '');
    else if (arg === '-f') options.set('f', ctx.argv[++i] ?? ctx.usage('stty [-a | -e | -g] [-f file] [operands]'));
    else break;
  }
  return { options, rest: ctx.argv.slice(i) as string[] };
}

function charText(c: number): string {
  if (c === VDISABLE) return '<undef>';
  if (c === 0x7f) return '^?';
  return c < 32 ? `^${String.fromCharCode(c + 64)}` : String.fromCharCode(c);
}

function show(ctx: ProgramContext, fd: number, t: Termios, all: boolean): void {
  const { rows, cols } = ctx.sys.winsize(fd);
  ctx.print(`speed ${t.ospeed} baud;${all ? ` ${rows} rows; ${cols} columns;` : ''}\n`);
  const words = (word: FlagWord, title: string) => {
    const bits = t[word] >>> 0;
    const names = FLAGS.filter(([w]) => w === word)
      .filter(([, name, bit]) => all || ((bits & bit) !== 0) !== DEFAULT_ON.has(name))
      .map(([, name, bit]) => ((bits & bit) >>> 0 !== 0 ? name : `-${name}`));
    if (word === 'cflag') names.push(`cs${5 + ((bits & CSIZE) >> 8)}`);
    if (names.length > 0) ctx.print(wrap(`${title}: `, names));
  };
  words('lflag', 'lflags');
  words('iflag', 'iflags');
  words('oflag', 'oflags');
  words('cflag', 'cflags');
  const chars = CHARACTERS.filter(([, i]) => all || t.cc[i] !== SPECIAL[i]).map(
    ([name, i]) => `${name} = ${name === 'min' || name === 'time' ? t.cc[i] : charText(t.cc[i] ?? 0)};`,
  );
  if (chars.length > 0) ctx.print(wrap('cchars: ', chars));
}

const DEFAULT_ON = new Set([
  'icanon',
  'isig',
  'iexten',
  'echo',
  'echoe',
  'echoke',
  'echoctl',
  'icrnl',
  'ixon',
  'ixany',
  'imaxbel',
  'brkint',
  'opost',
  'onlcr',
  'oxtabs',
  'cread',
  'hupcl',
]);

function wrap(title: string, words: readonly string[]): string {
  let out = title;
  let column = title.length;
  for (const w of words) {
    if (column + w.length + 1 > 76) {
      out = `${out.trimEnd()}\n\t`;
      column = 8;
    }
    out += `${w} `;
    column += w.length + 1;
  }
  return `${out.trimEnd()}\n`;
}

function change(ctx: ProgramContext, fd: number, t: Termios, words: readonly string[]): void {
  let rows: number | undefined;
  let cols: number | undefined;
  const set = (name: string, on: boolean) => {
    const f = FLAGS.find(([, n]) => n === name);
    if (!f) return false;
    t[f[0]] = (on ? t[f[0]] | f[2] : t[f[0]] & ~f[2]) >>> 0;
    return true;
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const bare = word.replace(/^-/, '');
    const on = bare === word;
    const cc = CHARACTERS.find(([n]) => n === word);
    if (word.startsWith('gfmt1:')) restore(t, word);
    else if (cc) {
      const value = words[++i] ?? ctx.fail(`option requires an argument -- ${word}`);
      t.cc[cc[1]] =
        word === 'min' || word === 'time'
          ? Number(value)
          : value === 'undef' || value === '<undef>' || value === '^-'
            ? VDISABLE
            : value.startsWith('^') && value.length === 2
              ? value === '^?'
                ? 0x7f
                : value.charCodeAt(1) & 0x1f
              : value.charCodeAt(0);
    } else if (word === 'sane') {
      for (const [w, name, bit] of FLAGS)
        t[w] = (DEFAULT_ON.has(name) ? t[w] | bit : w === 'cflag' ? t[w] : t[w] & ~bit) >>> 0;
      for (const [index, value] of Object.entries(SPECIAL)) t.cc[Number(index)] = value;
    } else if (bare === 'raw' || bare === 'cbreak') {
      const raw = bare === 'raw';
      for (const n of raw ? ['icanon', 'isig', 'iexten', 'icrnl', 'ixon', 'opost', 'brkint'] : ['icanon']) set(n, !on);
      t.cc[16] = 1;
      t.cc[17] = 0;
      if (!raw && on) for (const n of ['isig', 'iexten', 'icrnl', 'opost']) set(n, true);
    } else if (bare === 'cooked')
      for (const n of ['icanon', 'isig', 'iexten', 'icrnl', 'ixon', 'opost', 'brkint']) set(n, on);
    else if (bare === 'crterase') set('echoe', on);
    else if (bare === 'nl') for (const n of ['icrnl', 'onlcr']) set(n, !on);
    else if (word === 'ek') {
      t.cc[3] = 0x7f;
      t.cc[5] = 0x15;
    } else if (word === 'rows' || word === 'cols' || word === 'columns') {
      const n = Number(words[++i]);
      if (!(n >= 0)) ctx.fail(`illegal value -- ${word}`);
      if (word === 'rows') rows = n;
      else cols = n;
    } else if (word === 'size') {
      const size = ctx.sys.winsize(fd);
      ctx.print(`${size.rows} ${size.cols}\n`);
      return;
    } else if (word === 'speed') {
      ctx.print(`${t.ospeed}\n`);
      return;
    } else if (word === 'tty') {
      // The discipline is the only one there is.
    } else if (/^cs[5-8]$/.test(word)) t.cflag = (t.cflag & ~CSIZE) | ((Number(word[2]) - 5) << 8);
    else if (/^[0-9]+$/.test(word)) {
      t.ispeed = Number(word);
      t.ospeed = Number(word);
    } else if (!set(bare, on)) ctx.fail(`illegal option -- ${word}`);
  }
  ctx.sys.tcsetattr(fd, 0, t);
  if (rows !== undefined || cols !== undefined) {
    const now = ctx.sys.winsize(fd);
    ctx.sys.setWinsize(fd, { rows: rows ?? now.rows, cols: cols ?? now.cols });
  }
}

function restore(t: Termios, text: string): void {
  for (const part of text.split(':').slice(1)) {
    const [key, value = ''] = part.split('=');
    if (key === 'ispeed' || key === 'ospeed') t[key] = Number(value);
    else if (key === 'cflag' || key === 'iflag' || key === 'lflag' || key === 'oflag')
      t[key] = Number.parseInt(value, 16);
    else if (/^c[0-9]+$/.test(key ?? '')) t.cc[Number((key as string).slice(1))] = Number.parseInt(value, 16);
  }
}
