// SPDX-License-Identifier: BSD-2-Clause
import { encode } from '../lib/bytes.ts';
import type { Program } from '../lib/program.ts';
import type { ProgramContext } from '../lib/program_context.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../librump/constants.gen.ts';

interface Key {
  readonly from: number;
  readonly fromChar: number;
  /** 0 = to the end of the line. */
  readonly to: number;
  readonly toChar: number;
  readonly flags: string;
}

/** sort(1). */
export const sort: Program = (ctx) => {
  const usage = () =>
    ctx.usage('sort [-bdfilmnrsu] [-k field1[,field2]] [-o output] [-t char] [file ...]', 'sort -c [options] [file]');
  const { options, rest } = ctx.getopt('bcdfik:lmno:rsSt:T:uhV', usage);
  const flags = options
    .filter((o) => o.value === '')
    .map((o) => o.flag)
    .join('');
  const separator = options.findLast((o) => o.flag === 't')?.value;
  const keys = options.filter((o) => o.flag === 'k').map((o) => parseKey(ctx, o.value));
  const lines: string[] = [];
  const compare = comparator(keys, flags, separator);
  ctx.eachInput(rest, (input) => {
    for (let line = input.readLine(); line !== undefined; line = input.readLine()) lines.push(line);
  });
  if (flags.includes('c')) {
    for (let i = 1; i < lines.length; i++) {
      const order = compare(lines[i - 1] as string, lines[i] as string);
      if (order > 0 || (order === 0 && flags.includes('u'))) ctx.fail(`found disorder: ${lines[i]}`);
    }
    return ctx.status;
  }
  const whole =
    flags.includes('s') || flags.includes('u')
      ? compare
      : (a: string, b: string) => compare(a, b) || (flags.includes('r') ? -plain(a, b) : plain(a, b));
  lines.sort(whole);
  const output = options.findLast((o) => o.flag === 'o')?.value;
  if (output !== undefined) {
    try {
      const fd = ctx.sys.open(output, O_WRONLY | O_CREAT | O_TRUNC);
      ctx.sys.dup2(fd, 1);
      ctx.sys.close(fd);
    } catch (error) {
      ctx.failError(output, error);
    }
  }
  let previous: string | undefined;
  for (const line of lines) {
    if (flags.includes('u') && previous !== undefined && compare(previous, line) === 0) continue;
    ctx.print(`${line}\n`);
    previous = line;
  }
  return ctx.status;
};

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseKey(ctx: ProgramContext, text: string): Key {
  const m = /^([0-9]+)(?:\.([0-9]+))?([bdfinrhV]*)(?:,([0-9]+)(?:\.([0-9]+))?([bdfinrhV]*))?$/.exec(text);
  if (!m || Number(m[1]) < 1) ctx.fail(`invalid field specification: -k ${text}`, 2);
  return {
    from: Number(m?.[1]),
    fromChar: Number(m?.[2] ?? 1),
    to: Number(m?.[4] ?? 0),
    toChar: Number(m?.[5] ?? 0),
    flags: (m?.[3] ?? '') + (m?.[6] ?? ''),
  };
}

function comparator(
  keys: readonly Key[],
  flags: string,
  separator: string | undefined,
): (a: string, b: string) => number {
  if (keys.length === 0) return compareBy(flags);
  const parts = keys.map((k) => {
    const own = k.flags.replace('b', '') === '' ? flags.replace('u', '') : k.flags;
    return { key: k, compare: compareBy(own), blanks: own.includes('b') || k.flags.includes('b') };
  });
  return (a, b) => {
    for (const p of parts) {
      const order = p.compare(extract(a, p.key, separator, p.blanks), extract(b, p.key, separator, p.blanks));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function extract(line: string, key: Key, separator: string | undefined, skipBlanks: boolean): string {
  const fields = separator === undefined ? (line.match(/[ \t]*[^ \t]+|[ \t]+$/g) ?? []) : line.split(separator);
  const joiner = separator ?? '';
  const strip = (f: string) => (skipBlanks ? f.replace(/^[ \t]+/, '') : f);
  const to = key.to === 0 ? fields.length : key.to;
  const list = fields.slice(key.from - 1, to);
  if (list.length === 0) return '';
  if (key.to > 0 && key.toChar > 0 && fields.length >= key.to) {
    const at = list.length - 1;
    list[at] = strip(list[at] as string).slice(0, key.toChar);
  }
  list[0] = strip(list[0] as string).slice(key.fromChar - 1);
  return list.join(joiner);
}

const UNITS = 'KMGTPE';

function compareBy(flags: string): (a: string, b: string) => number {
  const sign = flags.includes('r') ? -1 : 1;
  if (flags.includes('n') || flags.includes('h')) {
    const value = (s: string) => {
      const m = /^[ \t]*(-?[0-9]*\.?[0-9]*)([KMGTPE]?)/i.exec(s);
      const n = Number(m?.[1] || 0);
      const unit = flags.includes('h') ? UNITS.indexOf((m?.[2] ?? '').toUpperCase() || '-') + 1 : 0;
      return (Number.isNaN(n) ? 0 : n) * 1024 ** unit;
    };
    return (a, b) => sign * (value(a) - value(b));
  }
  if (flags.includes('V')) return (a, b) => sign * a.localeCompare(b, 'en', { numeric: true });
  const fold = (s: string) => {
    let t = s;
    if (flags.includes('b')) t = t.replace(/^[ \t]+/, '');
    if (flags.includes('d')) t = t.replace(/[^A-Za-z0-9 \t]/g, '');
    if (flags.includes('i')) t = t.replace(/[^ -~]/g, '');
    if (flags.includes('f')) t = t.toUpperCase();
    return t;
  };
  const direct = !/[bdif]/.test(flags);
  return (a, b) => sign * (direct ? byteOrder(a, b) : byteOrder(fold(a), fold(b)));
}

/** memcmp order; strings of code units differ from it only beyond ASCII. */
function byteOrder(a: string, b: string): number {
  if (/^[\x00-\x7f]*$/.test(a) && /^[\x00-\x7f]*$/.test(b)) return plain(a, b);
  const x = encode(a);
  const y = encode(b);
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number);
  return x.length - y.length;
}
