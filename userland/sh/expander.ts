// SPDX-License-Identifier: BSD-2-Clause
import { escapePattern, hasGlob, patternSource, unescapePattern } from '../lib/fnmatch.ts';
import { ArithError, evaluate } from './arith.ts';
import type { List, Word, WordPart } from './ast.ts';
import { globPaths } from './glob.ts';
import type { Shell } from './shell.ts';
import { ShellError } from './shell_error.ts';

/** What an expansion produces before splitting: text with its quoting, or a field boundary from "$@". */
type Segment = { readonly s: string; readonly q: boolean; readonly split: boolean } | 'break';

interface Field {
  /** Pattern text: quoted metacharacters carry a backslash. */
  pattern: string;
  text: string;
}

/** Word expansion: tilde, parameters, commands, arithmetic; then field splitting, pathnames and quote removal. */
export class Expander {
  constructor(
    private readonly shell: Shell,
    private readonly substitute: (body: List) => string,
  ) {}

  /** All fields of the words of a command. */
  fields(words: readonly Word[]): string[] {
    const out: string[] = [];
    for (const word of words) {
      const segments = this.segments(word, false);
      if (this.shell.params.length === 0 && isBareAt(word) && segments.every((s) => s !== 'break' && s.s === ''))
        continue;
      for (const field of this.split(segments)) {
        if (!this.shell.options.has('f') && hasGlob(field.pattern)) {
          const found = globPaths(this.shell.sys, field.pattern);
          if (found.length > 0) {
            out.push(...found);
            continue;
          }
        }
        out.push(field.text);
      }
    }
    return out;
  }

  /** One string: no splitting, no pathnames (assignments, redirections, case subjects, here-documents). */
  text(word: Word): string {
    return this.segments(word, true)
      .map((s) => (s === 'break' ? ' ' : s.s))
      .join('');
  }

  /** One pattern, quoted characters escaped (case patterns, ${x%…}). */
  pattern(word: Word): string {
    return this.segments(word, true)
      .map((s) => (s === 'break' ? ' ' : s.q ? escapePattern(s.s) : s.s))
      .join('');
  }

  arith(word: Word): string {
    const text = this.text(word);
    try {
      return evaluate(text, { get: (n) => this.lookup(n, false), set: (n, v) => this.shell.vars.set(n, v) }).toString();
    } catch (error) {
      if (error instanceof ArithError) throw new ShellError(error.message);
      throw error;
    }
  }

  private segments(word: Word, joined: boolean): Segment[] {
    const out: Segment[] = [];
    for (const part of word) this.part(part, out, joined);
    return out;
  }

  private part(part: WordPart, out: Segment[], joined: boolean): void {
    switch (part.t) {
      case 'lit':
        out.push({ s: part.s, q: part.q, split: false });
        return;
      case 'tilde': {
        const home =
          part.user === '' ? (this.shell.vars.get('HOME') ?? '/') : part.user === 'root' ? '/root' : undefined;
        out.push({ s: home ?? `~${part.user}`, q: true, split: false });
        return;
      }
      case 'cmd':
        out.push({ s: this.substitute(part.body), q: part.q, split: !part.q });
        return;
      case 'arith':
        out.push({ s: this.arith(part.expr), q: part.q, split: !part.q });
        return;
      case 'param':
        this.parameter(part, out, joined);
    }
  }

  private parameter(part: Extract<WordPart, { t: 'param' }>, out: Segment[], joined: boolean): void {
    const { name, op, arg, q } = part;
    if (
      (name === '@' || name === '*') &&
      (op === '' || (this.shell.params.length > 0 && (op === '-' || op === '=' || op === '?')))
    ) {
      this.positional(name, q, out, joined);
      return;
    }
    const value = this.lookup(
      name,
      op === '' || op === 'length' || op === '#' || op === '##' || op === '%' || op === '%%',
    );
    const unset = value === undefined || (part.colon && value === '');
    const push = (s: string) => out.push({ s, q, split: !q });
    switch (op) {
      case '':
        push(value ?? '');
        return;
      case 'length':
        push(String(name === '@' || name === '*' ? this.shell.params.length : [...(value ?? '')].length));
        return;
      case '-':
        if (unset) this.alternative(arg, q, out, joined);
        else push(value);
        return;
      case '+':
        if (!unset) this.alternative(arg, q, out, joined);
        return;
      case '=':
        if (unset) {
          const text = this.text(arg ?? []);
          if (!/^[A-Za-z_]/.test(name)) throw new ShellError(`${name}: bad variable name`);
          this.shell.vars.set(name, text);
          push(text);
        } else push(value);
        return;
      case '?':
        if (unset)
          throw new ShellError(
            `${name}: ${arg && arg.length > 0 ? this.text(arg) : part.colon ? 'parameter null or not set' : 'parameter not set'}`,
          );
        push(value);
        return;
      default:
        push(trim(value ?? '', this.pattern(arg ?? []), op));
    }
  }

  private alternative(arg: Word | undefined, q: boolean, out: Segment[], joined: boolean): void {
    for (const s of this.segments(arg ?? [], joined)) {
      if (s === 'break') out.push(s);
      else out.push({ s: s.s, q: q || s.q, split: !q && !s.q });
    }
    if (q) out.push({ s: '', q: true, split: false });
  }

  private positional(name: string, q: boolean, out: Segment[], joined: boolean): void {
    const { params } = this.shell;
    if (q && name === '*') {
      const ifs = this.shell.vars.get('IFS');
      out.push({ s: params.join(ifs === undefined ? ' ' : ifs.slice(0, 1)), q: true, split: false });
      return;
    }
    params.forEach((p, i) => {
      if (i > 0) out.push('break');
      out.push({ s: p, q, split: !q });
    });
    if (joined && params.length === 0) out.push({ s: '', q, split: false });
  }

  private lookup(name: string, checkUnset: boolean): string | undefined {
    const value = this.shell.parameter(name);
    if (value === undefined && checkUnset && this.shell.options.has('u') && name !== '@' && name !== '*')
      throw new ShellError(`${name}: parameter not set`);
    return value;
  }

  private split(segments: readonly Segment[]): Field[] {
    const ifs = this.shell.vars.get('IFS') ?? ' \t\n';
    const out: Field[] = [];
    let field: Field | undefined;
    const end = () => {
      if (field) out.push(field);
      field = undefined;
    };
    const add = (s: string, q: boolean) => {
      field ??= { pattern: '', text: '' };
      field.text += s;
      field.pattern += q ? escapePattern(s) : s;
    };
    for (const seg of segments) {
      if (seg === 'break') {
        end();
        continue;
      }
      if (!seg.split || ifs === '') {
        if (seg.q || seg.s !== '') add(seg.s, seg.q);
        continue;
      }
      let run = '';
      for (const c of seg.s) {
        if (!ifs.includes(c)) {
          run += c;
          continue;
        }
        if (run !== '') add(run, false);
        run = '';
        if (c === ' ' || c === '\t' || c === '\n') end();
        else {
          // A delimiter that is not white space ends a field even when the field is empty.
          field ??= { pattern: '', text: '' };
          end();
        }
      }
      if (run !== '') add(run, false);
    }
    end();
    return out;
  }
}

/** A word with "$@" in it: no field at all when there are no parameters. */
function isBareAt(word: Word): boolean {
  return word.some((p) => p.t === 'param' && p.name === '@' && p.q && p.op === '');
}

/** ${x#p} and kin. */
function trim(value: string, pattern: string, op: string): string {
  if (!hasGlob(pattern)) {
    const text = unescapePattern(pattern);
    if (op.startsWith('#')) return value.startsWith(text) ? value.slice(text.length) : value;
    return value.endsWith(text) ? value.slice(0, value.length - text.length) : value;
  }
  const whole = new RegExp(`^(?:${patternSource(pattern)})$`);
  const n = value.length;
  const order = op === '#' || op === '%%' ? 1 : -1;
  for (let k = 0; k <= n; k++) {
    const i = order === 1 ? k : n - k;
    if (op.startsWith('#')) {
      if (whole.test(value.slice(0, i))) return value.slice(i);
    } else if (whole.test(value.slice(i))) return value.slice(0, i);
  }
  return value;
}
