// SPDX-License-Identifier: BSD-2-Clause
import { escapeRegExp } from './fnmatch.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
};

/** A POSIX basic or extended regular expression as a JavaScript source text. */
export function regexSource(pattern: string, kind: 'basic' | 'extended' | 'fixed'): string {
  if (kind === 'fixed') return escapeRegExp(pattern);
  const extended = kind === 'extended';
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '[') {
      const set = bracket(pattern, i);
      out += set.source;
      i = set.end;
    } else if (c === '\\') {
      const n = pattern[++i];
      if (n === undefined) throw new SyntaxError('trailing backslash (\\)');
      if (!extended && '(){}|+?'.includes(n)) out += n;
      else if (n === '<') out += '\\b(?=\\w)';
      else if (n === '>') out += '\\b(?<=\\w)';
      else if (/[1-9bBwWsS]/.test(n)) out += `\\${n}`;
      else out += escapeRegExp(n);
    } else if (extended)
      out += c === '{' && !/^\{[0-9]*(,[0-9]*)?\}/.test(pattern.slice(i)) ? '\\{' : c === '/' ? '\\/' : c;
    else if (c === '*') out += out === '' || out.endsWith('(') || out === '^' ? '\\*' : '*';
    else if (c === '^') out += out === '' || out.endsWith('(') || out.endsWith('|') ? '^' : '\\^';
    else if (c === '$')
      out +=
        i === pattern.length - 1 || pattern.startsWith('\\)', i + 1) || pattern.startsWith('\\|', i + 1) ? '$' : '\\$';
    else out += '(){}|+?/'.includes(c) ? `\\${c}` : c;
  }
  return out;
}

function bracket(pattern: string, at: number): { source: string; end: number } {
  let i = at + 1;
  let body = '';
  let negate = '';
  if (pattern[i] === '^') {
    negate = '^';
    i++;
  }
  for (let first = true; ; first = false, i++) {
    const c = pattern[i];
    if (c === undefined) throw new SyntaxError('brackets ([ ]) not balanced');
    if (c === ']' && !first) break;
    if (c === '[' && pattern[i + 1] === ':') {
      const end = pattern.indexOf(':]', i + 2);
      const name = end < 0 ? undefined : CLASSES[pattern.slice(i + 2, end)];
      if (name === undefined) throw new SyntaxError('invalid character class');
      body += name;
      i = end + 1;
    } else body += /[\\\]^[]/.test(c) ? `\\${c}` : c === '-' && (first || pattern[i + 1] === ']') ? '\\-' : c;
  }
  return { source: `[${negate}${body}]`, end: i };
}
