// SPDX-License-Identifier: BSD-2-Clause
/** Shell patterns (fnmatch(3)): `*`, `?`, `[…]`, backslash quotes the next character. */

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: ' \\t\\n\\r\\f\\v',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
};

/** True when the pattern has an active metacharacter. */
export function hasGlob(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '*' || c === '?' || c === '[') return true;
  }
  return false;
}

/** The text a pattern without active metacharacters stands for. */
export function unescapePattern(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, '$1');
}

export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** Regular-expression source for the pattern. `pathname`: wildcards do not match "/". */
export function patternSource(pattern: string, pathname = false, lazy = false): string {
  const any = pathname ? '[^/]' : '[\\s\\S]';
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '*') out += `${any}*${lazy ? '?' : ''}`;
    else if (c === '?') out += `(?:[\\ud800-\\udbff][\\udc00-\\udfff]|${any})`;
    else if (c === '[') {
      const set = bracket(pattern, i);
      if (set === undefined) out += '\\[';
      else {
        out += set.source;
        i = set.end;
      }
    } else if (c === '\\' && i + 1 < pattern.length) out += literal(pattern[++i] as string);
    else out += literal(c);
  }
  return out;
}

function literal(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c;
}

function bracket(pattern: string, at: number): { source: string; end: number } | undefined {
  let i = at + 1;
  let negate = false;
  if (pattern[i] === '!' || pattern[i] === '^') {
    negate = true;
    i++;
  }
  let body = '';
  for (let first = true; ; first = false, i++) {
    if (i >= pattern.length) return undefined;
    const c = pattern[i] as string;
    if (c === ']' && !first) break;
    if (c === '[' && pattern[i + 1] === ':') {
      const end = pattern.indexOf(':]', i + 2);
      const name = end < 0 ? undefined : CLASSES[pattern.slice(i + 2, end)];
      if (name !== undefined) {
        body += name;
        i = end + 1;
        continue;
      }
    }
    if (c === '\\' && i + 1 < pattern.length) body += `\\${pattern[++i]}`;
    else if (c === '-' && body !== '' && pattern[i + 1] !== ']') body += '-';
    else body += /[\\\]^[-]/.test(c) ? `\\${c}` : c;
  }
  return { source: `[${negate ? '^' : ''}${body}]`, end: i };
}

const cache = new Map<string, RegExp>();

export function fnmatch(pattern: string, text: string, pathname = false): boolean {
  const key = pathname ? `/${pattern}` : ` ${pattern}`;
  let re = cache.get(key);
  if (re === undefined) {
    try {
      re = new RegExp(`^(?:${patternSource(pattern, pathname)})$`);
    } catch {
      re = new RegExp(`^${escapeRegExp(pattern)}$`); // a reversed range: nothing special about it
    }
    if (cache.size > 500) cache.clear();
    cache.set(key, re);
  }
  return re.test(text);
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
