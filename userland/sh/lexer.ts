// SPDX-License-Identifier: BSD-2-Clause
import type { List, ParamOp, Word, WordPart } from './ast.ts';

/** The text is not a complete command: an interactive shell asks for more. */
export class IncompleteError extends Error {}

/** The text can never become a command. */
export class ShellSyntaxError extends Error {}

export type Token =
  | { readonly t: 'word'; readonly word: Word; readonly raw: string; readonly start: number; readonly end: number }
  | { readonly t: 'op'; readonly op: string; readonly start: number; readonly end: number }
  | { readonly t: 'io'; readonly fd: number; readonly start: number; readonly end: number }
  | { readonly t: 'newline'; readonly start: number; readonly end: number }
  | { readonly t: 'eof'; readonly start: number; readonly end: number };

const OPERATORS = ['<<-', '&&', '||', ';;', '<<', '>>', '<&', '>&', '<>', '>|', '<', '>', '|', '&', ';', '(', ')'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const WORD_END = new Set([' ', '\t', '\n', '<', '>', '|', '&', ';', '(', ')']);

interface PendingHereDoc {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly accept: (body: Word) => void;
}

/** How the lexer hands a `$(…)` to the parser: parse from `pos` to the closing parenthesis, return the list and the place after it. */
export type SubstitutionParser = (src: string, pos: number) => { readonly list: List; readonly end: number };

/**
 * Tokens of the shell language, on demand, because what a character means depends on the parser's place.
 * Words come out in parts with their quoting, never as flat strings.
 */
export class Lexer {
  src: string;
  pos: number;
  private peeked: Token | undefined;
  private hereDocs: PendingHereDoc[] = [];
  private aliasGuards: { name: string; remaining: number }[] = [];

  constructor(
    src: string,
    pos: number,
    private readonly parseSubstitution: SubstitutionParser,
  ) {
    this.src = src;
    this.pos = pos;
  }

  peek(): Token {
    this.peeked ??= this.scan();
    return this.peeked;
  }

  next(): Token {
    const token = this.peek();
    this.peeked = undefined;
    return token;
  }

  /** The body is read at the next newline. */
  addHereDoc(doc: PendingHereDoc): void {
    this.hereDocs.push(doc);
  }

  /** Replace the peeked word by an alias text, unless that alias is being expanded already. */
  expandAlias(token: Token, name: string, text: string): boolean {
    const remaining = this.src.length - token.end;
    this.aliasGuards = this.aliasGuards.filter((g) => g.remaining < this.src.length - token.start);
    if (this.aliasGuards.some((g) => g.name === name)) return false;
    this.src = this.src.slice(0, token.start) + text + this.src.slice(token.end);
    this.pos = token.start;
    this.peeked = undefined;
    this.aliasGuards.push({ name, remaining });
    return true;
  }

  private skipBlanks(): void {
    for (;;) {
      const c = this.src[this.pos];
      if (c === ' ' || c === '\t' || c === '\r') this.pos++;
      else if (c === '\\' && this.src[this.pos + 1] === '\n') this.pos += 2;
      else if (c === '#') {
        while (this.pos < this.src.length && this.src[this.pos] !== '\n') this.pos++;
      } else return;
    }
  }

  private scan(): Token {
    this.skipBlanks();
    const start = this.pos;
    if (start >= this.src.length) {
      if (this.hereDocs.length > 0) throw new IncompleteError('here-document');
      return { t: 'eof', start, end: start };
    }
    const c = this.src[start] as string;
    if (c === '\n') {
      this.pos++;
      this.readHereDocs();
      return { t: 'newline', start, end: this.pos };
    }
    for (const op of OPERATORS) {
      if (this.src.startsWith(op, start)) {
        this.pos += op.length;
        return { t: 'op', op, start, end: this.pos };
      }
    }
    const digits = /^[0-9]+(?=[<>])/.exec(this.src.slice(start, start + 8));
    if (digits) {
      this.pos += digits[0].length;
      return { t: 'io', fd: Number(digits[0]), start, end: this.pos };
    }
    const word = this.scanWord();
    return { t: 'word', word, raw: this.src.slice(start, this.pos), start, end: this.pos };
  }

  private readHereDocs(): void {
    const docs = this.hereDocs;
    this.hereDocs = [];
    for (const doc of docs) {
      let body = '';
      for (;;) {
        if (this.pos >= this.src.length) throw new IncompleteError('here-document');
        let eol = this.src.indexOf('\n', this.pos);
        if (eol < 0) eol = this.src.length;
        let line = this.src.slice(this.pos, eol);
        this.pos = Math.min(eol + 1, this.src.length);
        if (doc.stripTabs) line = line.replace(/^\t+/, '');
        if (line === doc.delimiter) break;
        body += `${line}\n`;
      }
      doc.accept(doc.quoted ? [{ t: 'lit', s: body, q: true }] : this.parseHereBody(body));
    }
  }

  /** A here-document body expands like a double-quoted string in which `"` is ordinary. */
  private parseHereBody(body: string): Word {
    const inner = new Lexer(body, 0, this.parseSubstitution);
    const parts: WordPart[] = [];
    inner.scanQuotedRun(parts, undefined);
    return parts;
  }

  /** A whole word up to an unquoted blank or operator. */
  scanWord(): Word {
    const parts: WordPart[] = [];
    if (this.src[this.pos] === '~') this.scanTilde(parts);
    while (this.pos < this.src.length) {
      const c = this.src[this.pos] as string;
      if (WORD_END.has(c)) break;
      this.scanPart(parts, c, (ch) => WORD_END.has(ch));
    }
    return parts;
  }

  /** Word inside ${name-…}: runs to the matching brace; `q` when the whole expansion is quoted. */
  private scanBraceWord(q: boolean): Word {
    const parts: WordPart[] = [];
    if (!q && this.src[this.pos] === '~') this.scanTilde(parts);
    for (;;) {
      if (this.pos >= this.src.length) throw new IncompleteError('}');
      const c = this.src[this.pos] as string;
      if (c === '}') {
        this.pos++;
        return parts;
      }
      if (q && c === "'") {
        addLiteral(parts, c, true);
        this.pos++;
      } else if (q && c === '\\' && '$`"\\}'.includes(this.src[this.pos + 1] ?? '')) {
        addLiteral(parts, this.src[this.pos + 1] as string, true);
        this.pos += 2;
      } else if (q && c !== '"' && c !== '$' && c !== '`') {
        addLiteral(parts, c, true);
        this.pos++;
      } else if (q && (c === '$' || c === '`')) {
        this.scanDollarOrBackquote(parts, true);
      } else this.scanPart(parts, c, (ch) => ch === '}');
    }
  }

  private scanTilde(parts: WordPart[]): void {
    const m = /^~([A-Za-z0-9_.-]*)(?=$|[/ \t\n;&|<>():])/.exec(this.src.slice(this.pos, this.pos + 64));
    if (!m) return;
    parts.push({ t: 'tilde', user: m[1] as string });
    this.pos += m[0].length;
  }

  private scanPart(parts: WordPart[], c: string, ends: (ch: string) => boolean): void {
    if (c === "'") {
      const end = this.src.indexOf("'", this.pos + 1);
      if (end < 0) throw new IncompleteError("'");
      parts.push({ t: 'lit', s: this.src.slice(this.pos + 1, end), q: true });
      this.pos = end + 1;
    } else if (c === '"') {
      this.pos++;
      parts.push({ t: 'lit', s: '', q: true });
      this.scanQuotedRun(parts, '"');
    } else if (c === '\\') {
      if (this.pos + 1 >= this.src.length) throw new IncompleteError('\\');
      if (this.src[this.pos + 1] !== '\n') addLiteral(parts, this.src[this.pos + 1] as string, true);
      this.pos += 2;
    } else if (c === '$' || c === '`') {
      this.scanDollarOrBackquote(parts, false);
    } else {
      let end = this.pos + 1;
      while (end < this.src.length && !'\'"\\$`'.includes(this.src[end] as string) && !ends(this.src[end] as string))
        end++;
      addLiteral(parts, this.src.slice(this.pos, end), false);
      this.pos = end;
    }
  }

  /** Text up to `terminator` with double-quote rules; to the end when undefined. */
  private scanQuotedRun(parts: WordPart[], terminator: '"' | undefined): void {
    for (;;) {
      if (this.pos >= this.src.length) {
        if (terminator === undefined) return;
        throw new IncompleteError('"');
      }
      const c = this.src[this.pos] as string;
      if (c === terminator) {
        this.pos++;
        return;
      }
      if (c === '$' || c === '`') this.scanDollarOrBackquote(parts, true);
      else if (c === '\\') {
        const n = this.src[this.pos + 1] ?? '';
        if (n === '\n') this.pos += 2;
        else if (n !== '' && (terminator === '"' ? '$`"\\' : '$`\\').includes(n)) {
          addLiteral(parts, n, true);
          this.pos += 2;
        } else {
          addLiteral(parts, '\\', true);
          this.pos++;
        }
      } else {
        addLiteral(parts, c, true);
        this.pos++;
      }
    }
  }

  private scanDollarOrBackquote(parts: WordPart[], q: boolean): void {
    if (this.src[this.pos] === '`') {
      this.scanBackquote(parts, q);
      return;
    }
    const n = this.src[this.pos + 1] ?? '';
    if (n === '(') {
      if (this.src[this.pos + 2] === '(' && this.scanArith(parts, q)) return;
      const { list, end } = this.parseSubstitution(this.src, this.pos + 2);
      parts.push({ t: 'cmd', body: list, q });
      this.pos = end;
    } else if (n === '{') {
      this.pos += 2;
      parts.push(this.scanBraceParam(q));
    } else {
      const rest = this.src.slice(this.pos + 1, this.pos + 129);
      const name = NAME.exec(rest)?.[0] ?? /^[0-9@*#?$!-]/.exec(rest)?.[0];
      if (name === undefined) {
        addLiteral(parts, '$', q);
        this.pos++;
        return;
      }
      parts.push({ t: 'param', name, op: '', colon: false, arg: undefined, q });
      this.pos += 1 + name.length;
    }
  }

  private scanBraceParam(q: boolean): WordPart {
    const rest = this.src.slice(this.pos, this.pos + 256);
    const length = /^#([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])\}/.exec(rest);
    if (length) {
      this.pos += length[0].length;
      return { t: 'param', name: length[1] as string, op: 'length', colon: false, arg: undefined, q };
    }
    const name = /^([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(rest)?.[0];
    if (name === undefined) {
      if (rest === '') throw new IncompleteError('}');
      throw new ShellSyntaxError('Bad substitution');
    }
    this.pos += name.length;
    if (this.src[this.pos] === '}') {
      this.pos++;
      return { t: 'param', name, op: '', colon: false, arg: undefined, q };
    }
    const m = /^(:?)([-=?+])|^(##?|%%?)/.exec(this.src.slice(this.pos, this.pos + 2));
    if (!m) {
      if (this.pos >= this.src.length) throw new IncompleteError('}');
      throw new ShellSyntaxError('Bad substitution');
    }
    this.pos += m[0].length;
    const op = (m[2] ?? m[3]) as ParamOp;
    // A pattern keeps its own quoting even inside double quotes.
    const arg = this.scanBraceWord(q && !op.startsWith('#') && !op.startsWith('%'));
    return { t: 'param', name, op, colon: m[1] === ':', arg, q };
  }

  /** `$((…))`; false when it turns out to be a command substitution that starts with a subshell. */
  private scanArith(parts: WordPart[], q: boolean): boolean {
    let depth = 0;
    let i = this.pos + 3;
    for (; i < this.src.length; i++) {
      const c = this.src[i];
      if (c === '(') depth++;
      else if (c === ')') {
        if (depth === 0) break;
        depth--;
      }
    }
    if (i >= this.src.length) throw new IncompleteError('))');
    if (this.src[i + 1] !== ')') return false;
    const expr = this.parseHereBody(this.src.slice(this.pos + 3, i));
    parts.push({ t: 'arith', expr, q });
    this.pos = i + 2;
    return true;
  }

  private scanBackquote(parts: WordPart[], q: boolean): void {
    let body = '';
    let i = this.pos + 1;
    for (; ; i++) {
      if (i >= this.src.length) throw new IncompleteError('`');
      const c = this.src[i] as string;
      if (c === '`') break;
      if (c === '\\' && ('$`\\'.includes(this.src[i + 1] ?? '') || (q && this.src[i + 1] === '"'))) {
        i++;
        body += this.src[i];
      } else body += c;
    }
    this.pos = i + 1;
    const { list } = this.parseSubstitution(`${body}\n)`, 0);
    parts.push({ t: 'cmd', body: list, q });
  }
}

function addLiteral(parts: WordPart[], s: string, q: boolean): void {
  const last = parts[parts.length - 1];
  if (last?.t === 'lit' && last.q === q) parts[parts.length - 1] = { t: 'lit', s: last.s + s, q };
  else parts.push({ t: 'lit', s, q });
}
