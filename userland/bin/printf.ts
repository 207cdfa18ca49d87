// SPDX-License-Identifier: BSD-2-Clause
import { decode, encode } from '../lib/bytes.ts';
import type { Program } from '../lib/program.ts';

const CONVERSION = /%(?:%|([-+ #0]*)(\*|[0-9]+)?(?:\.(\*|[0-9]*))?([diouxXcsbeEfFgG]))/y;

/** printf(1) as builtin and program. */
export function printfMain(
  argv: readonly string[],
  print: (text: string) => void,
  complain: (message: string) => void,
): number {
  const format = argv[1] === '--' ? argv[2] : argv[1];
  let args = argv.slice(argv[1] === '--' ? 3 : 2);
  if (format === undefined) {
    complain('usage: printf format [arguments ...]');
    return 1;
  }
  let status = 0;
  do {
    const before = args.length;
    const result = once(format, args, (m) => {
      complain(`printf: ${m}`);
      status = 1;
    });
    print(result.text);
    args = result.rest;
    if (result.stop || args.length === before) break;
  } while (args.length > 0);
  return status;
}

function once(
  format: string,
  args: string[],
  warn: (m: string) => void,
): { text: string; rest: string[]; stop: boolean } {
  const bytes: string[] = [];
  const rest = [...args];
  for (let i = 0; i < format.length; ) {
    const c = format[i] as string;
    if (c === '\\') {
      const e = escapeAt(format, i, false);
      bytes.push(e.text);
      i = e.end;
      continue;
    }
    if (c !== '%') {
      bytes.push(c);
      i++;
      continue;
    }
    CONVERSION.lastIndex = i;
    const m = CONVERSION.exec(format);
    if (!m) {
      warn(`missing format character`);
      return { text: bytes.join(''), rest: [], stop: true };
    }
    i = CONVERSION.lastIndex;
    if (m[0] === '%%') {
      bytes.push('%');
      continue;
    }
    let flags = m[1] ?? '';
    let width = m[2] === '*' ? Number(rest.shift() ?? 0) : Number(m[2] ?? 0);
    if (width < 0) {
      flags += '-';
      width = -width;
    }
    const precision = m[3] === undefined ? undefined : m[3] === '*' ? Number(rest.shift() ?? 0) : Number(m[3] || 0);
    const arg = rest.shift();
    if (m[4] === 'b') {
      const e = escapes(arg ?? '');
      bytes.push(pad(precision === undefined ? e.text : e.text.slice(0, precision), flags, width));
      if (e.stop) return { text: bytes.join(''), rest: [], stop: true };
    } else bytes.push(convert(m[4] as string, flags, width, precision, arg, warn));
  }
  return { text: bytes.join(''), rest, stop: false };
}

function convert(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  arg: string | undefined,
  warn: (m: string) => void,
): string {
  if (type === 's')
    return pad(precision === undefined ? (arg ?? '') : [...(arg ?? '')].slice(0, precision).join(''), flags, width);
  if (type === 'c') return pad([...(arg ?? '')][0] ?? '', flags, width);
  if ('eEfFgG'.includes(type)) return padNumber(float(type, Number(arg ?? 0), precision, flags), flags, width, true);
  let value = integer(arg ?? '0', warn);
  let sign = '';
  if (type === 'd' || type === 'i') {
    if (value < 0n) {
      sign = '-';
      value = -value;
    } else if (flags.includes('+')) sign = '+';
    else if (flags.includes(' ')) sign = ' ';
  } else value = BigInt.asUintN(64, value);
  let digits = type === 'o' ? value.toString(8) : type === 'x' || type === 'X' ? value.toString(16) : value.toString();
  if (precision !== undefined) digits = digits.padStart(precision, '0');
  if (flags.includes('#') && value !== 0n)
    digits = type === 'o' ? `0${digits}` : type === 'x' || type === 'X' ? `0x${digits}` : digits;
  if (type === 'X') digits = digits.toUpperCase();
  return padNumber(sign + digits, flags, width, precision === undefined);
}

function float(type: string, n: number, precision: number | undefined, flags: string): string {
  const p = precision ?? 6;
  let text: string;
  if (!Number.isFinite(n)) text = Number.isNaN(n) ? 'nan' : n < 0 ? '-inf' : 'inf';
  else if (type === 'f' || type === 'F') text = n.toFixed(Math.min(p, 100));
  else if (type === 'e' || type === 'E') text = n.toExponential(Math.min(p, 100)).replace(/e([+-])(\d)$/, 'e$10$2');
  else {
    text = n.toPrecision(Math.max(1, Math.min(p, 100)));
    if (!flags.includes('#') && text.includes('.')) text = text.replace(/\.?0+(e|$)/, '$1');
    text = text.replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (flags.includes('+') && !text.startsWith('-')) text = `+${text}`;
  return type === type.toUpperCase() ? text.toUpperCase() : text;
}

function integer(text: string, warn: (m: string) => void): bigint {
  if (/^["']/.test(text)) return BigInt(text.codePointAt(1) ?? 0);
  const m = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)(.*)$/s.exec(text);
  if (!m) {
    if (text !== '') warn(`${text}: expected numeric value`);
    return 0n;
  }
  if (m[3] !== '') warn(`${text}: not completely converted`);
  const digits = m[2] as string;
  const value = /^0[0-7]+$/.test(digits)
    ? BigInt(`0o${digits.slice(1)}`)
    : BigInt(/^0[0-9]/.test(digits) ? digits.replace(/^0+/, '') || '0' : digits);
  return m[1] === '-' ? -value : value;
}

function pad(text: string, flags: string, width: number): string {
  const n = width - [...text].length;
  if (n <= 0) return text;
  return flags.includes('-') ? text + ' '.repeat(n) : ' '.repeat(n) + text;
}

function padNumber(text: string, flags: string, width: number, zeros: boolean): string {
  if (!zeros || !flags.includes('0') || flags.includes('-') || text.length >= width) return pad(text, flags, width);
  const m = /^([-+ ]?(?:0[xX])?)(.*)$/.exec(text);
  const head = m?.[1] ?? '';
  return head + (m?.[2] ?? text).padStart(width - head.length, '0');
}

/** Escapes of %b: like the format's, octal with a leading 0, and \c ends everything. */
function escapes(text: string): { text: string; stop: boolean } {
  let out = '';
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '\\') {
      out += text[i++];
      continue;
    }
    if (text[i + 1] === 'c') return { text: out, stop: true };
    const e = escapeAt(text, i, true);
    out += e.text;
    i = e.end;
  }
  return { text: out, stop: false };
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function escapeAt(text: string, at: number, zeroOctal: boolean): { text: string; end: number } {
  const c = text[at + 1] ?? '';
  const simple = SIMPLE[c];
  if (simple !== undefined) return { text: simple, end: at + 2 };
  const octal = (zeroOctal ? /^0?([0-7]{1,3})/ : /^([0-7]{1,3})/).exec(text.slice(at + 1, at + 5));
  if (octal) return { text: byte(Number.parseInt(octal[1] as string, 8)), end: at + 1 + octal[0].length };
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at + 1, at + 4));
  if (hex) return { text: byte(Number.parseInt(hex[1] as string, 16)), end: at + 1 + hex[0].length };
  return { text: '\\', end: at + 1 };
}

/** The string form of one byte (see bytes.ts): high bytes are lone surrogates until the output joins them. */
function byte(value: number): string {
  const b = value & 0xff;
  return b < 0x80 ? String.fromCharCode(b) : String.fromCharCode(0xdc00 + b);
}

export const printf: Program = (ctx) =>
  printfMain(
    ctx.argv,
    (t) => ctx.print(decode(encode(t))),
    (m) => ctx.warn(m),
  );
