// SPDX-License-Identifier: BSD-2-Clause
import type { AndOr, Assignment, Command, List, ListItem, Pipeline, Redirect, Word } from './ast.ts';
import { IncompleteError, Lexer, ShellSyntaxError, type Token } from './lexer.ts';

export const RESERVED: ReadonlySet<string> = new Set([
  '!',
  '{',
  '}',
  'case',
  'do',
  'done',
  'elif',
  'else',
  'esac',
  'fi',
  'for',
  'if',
  'in',
  'then',
  'until',
  'while',
]);

/** Aliases in force while parsing; the shell owns the map. */
export type AliasMap = ReadonlyMap<string, string>;

const NO_ALIASES: AliasMap = new Map();

/** Recursive descent over the shell grammar of POSIX XCU 2.10, one method a production. */
export class Parser {
  private readonly lexer: Lexer;
  private aliasNext = false;

  constructor(
    src: string,
    private readonly aliases: AliasMap = NO_ALIASES,
    pos = 0,
  ) {
    this.lexer = new Lexer(src, pos, (text, at) => {
      const inner = new Parser(text, aliases, at);
      const list = inner.list(true);
      const close = inner.lexer.next();
      if (close.t === 'eof') throw new IncompleteError(')');
      if (close.t !== 'op' || close.op !== ')') throw unexpected(close);
      return { list, end: close.end };
    });
  }

  /** The whole text as one list. */
  static parse(src: string, aliases: AliasMap = NO_ALIASES): List {
    const parser = new Parser(src, aliases);
    const items: ListItem[] = [];
    for (;;) {
      const more = parser.completeCommand();
      if (more === undefined) return items;
      items.push(...more);
    }
  }

  /** The next complete command (up to a newline); undefined at the end of the text. Lets aliases act from line to line. */
  completeCommand(): List | undefined {
    this.skipNewlines();
    if (this.lexer.peek().t === 'eof') return undefined;
    const list = this.list(false);
    const token = this.lexer.peek();
    if (token.t === 'newline') this.lexer.next();
    else if (token.t !== 'eof') throw unexpected(token);
    if (list.length === 0) throw unexpected(token);
    return list;
  }

  private skipNewlines(): void {
    while (this.lexer.peek().t === 'newline') this.lexer.next();
  }

  /** Items up to a token that cannot start a command. `multiline`: newlines separate too. */
  private list(multiline: boolean): List {
    const items: ListItem[] = [];
    for (;;) {
      if (multiline) this.skipNewlines();
      const token = this.peekCommandToken();
      if (!startsCommand(token)) return items;
      const start = token.start;
      const tail = this.lexer.src.length - start;
      const andOr = this.andOr();
      const after = this.lexer.peek();
      const begin = this.lexer.src.length - tail === start ? start : Math.max(0, this.lexer.src.length - tail);
      const text = this.lexer.src.slice(begin, after.start).trim();
      const background = after.t === 'op' && after.op === '&';
      items.push({ andOr, background, text });
      if (after.t === 'op' && (after.op === '&' || after.op === ';')) this.lexer.next();
      else if (!(multiline && after.t === 'newline')) return items;
    }
  }

  private andOr(): AndOr {
    const first = this.pipeline();
    const rest: { op: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      const token = this.lexer.peek();
      if (token.t !== 'op' || (token.op !== '&&' && token.op !== '||')) return { first, rest };
      this.lexer.next();
      this.skipNewlines();
      rest.push({ op: token.op, pipeline: this.pipeline() });
    }
  }

  private pipeline(): Pipeline {
    let negate = false;
    while (isReserved(this.peekCommandToken(), '!')) {
      this.lexer.next();
      negate = !negate;
    }
    const commands = [this.command()];
    for (;;) {
      const token = this.lexer.peek();
      if (token.t !== 'op' || token.op !== '|') return { negate, commands };
      this.lexer.next();
      this.skipNewlines();
      commands.push(this.command());
    }
  }

  private command(): Command {
    const token = this.peekCommandToken();
    if (token.t === 'eof') throw new IncompleteError('command');
    if (token.t === 'op' && token.op === '(') {
      this.lexer.next();
      const body = this.body();
      this.expectOp(')');
      return { k: 'subshell', body, redirs: this.redirects() };
    }
    const word = token.t === 'word' ? plain(token) : undefined;
    switch (word) {
      case '{': {
        this.lexer.next();
        const body = this.body();
        this.expectReserved('}');
        return { k: 'group', body, redirs: this.redirects() };
      }
      case 'if':
        return this.ifCommand();
      case 'for':
        return this.forCommand();
      case 'while':
      case 'until':
        return this.whileCommand(word === 'until');
      case 'case':
        return this.caseCommand();
      default:
        if (word !== undefined && RESERVED.has(word)) throw unexpected(token);
        return this.simpleOrFunction();
    }
  }

  private body(): List {
    const list = this.list(true);
    if (list.length === 0) throw unexpected(this.lexer.peek());
    return list;
  }

  private ifCommand(): Command {
    const arms: { test: List; body: List }[] = [];
    let otherwise: List | undefined;
    this.lexer.next();
    for (;;) {
      const test = this.body();
      this.expectReserved('then');
      arms.push({ test, body: this.body() });
      const token = this.lexer.next();
      if (isReserved(token, 'elif')) continue;
      if (isReserved(token, 'else')) {
        otherwise = this.body();
        this.expectReserved('fi');
      } else if (!isReserved(token, 'fi')) throw unexpected(token);
      return { k: 'if', arms, otherwise, redirs: this.redirects() };
    }
  }

  private forCommand(): Command {
    this.lexer.next();
    const token = this.lexer.next();
    const name = token.t === 'word' ? plain(token) : undefined;
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw unexpected(token);
    let words: Word[] | undefined;
    this.skipNewlines();
    if (isReserved(this.lexer.peek(), 'in')) {
      this.lexer.next();
      words = [];
      for (let t = this.lexer.peek(); t.t === 'word'; t = this.lexer.peek()) {
        words.push(t.word);
        this.lexer.next();
      }
      this.separator();
    } else if (isOp(this.lexer.peek(), ';')) this.lexer.next();
    this.skipNewlines();
    const body = this.doGroup();
    return { k: 'for', name, words, body, redirs: this.redirects() };
  }

  private separator(): void {
    const token = this.lexer.next();
    if (token.t === 'eof') throw new IncompleteError('do');
    if (token.t !== 'newline' && !isOp(token, ';')) throw unexpected(token);
    this.skipNewlines();
  }

  private doGroup(): List {
    this.expectReserved('do');
    const body = this.body();
    this.expectReserved('done');
    return body;
  }

  private whileCommand(until: boolean): Command {
    this.lexer.next();
    const test = this.body();
    const body = this.doGroup();
    return { k: 'while', until, test, body, redirs: this.redirects() };
  }

  private caseCommand(): Command {
    this.lexer.next();
    const subject = this.lexer.next();
    if (subject.t === 'eof') throw new IncompleteError('case');
    if (subject.t !== 'word') throw unexpected(subject);
    this.skipNewlines();
    this.expectReserved('in');
    const arms: { patterns: Word[]; body: List }[] = [];
    for (;;) {
      this.skipNewlines();
      if (isReserved(this.lexer.peek(), 'esac')) break;
      if (isOp(this.lexer.peek(), '(')) this.lexer.next();
      const patterns: Word[] = [];
      for (;;) {
        const p = this.lexer.next();
        if (p.t === 'eof') throw new IncompleteError('esac');
        if (p.t !== 'word') throw unexpected(p);
        patterns.push(p.word);
        const sep = this.lexer.next();
        if (sep.t === 'eof') throw new IncompleteError('esac');
        if (isOp(sep, ')')) break;
        if (!isOp(sep, '|')) throw unexpected(sep);
      }
      const body = this.list(true);
      arms.push({ patterns, body });
      this.skipNewlines();
      if (isOp(this.lexer.peek(), ';;')) this.lexer.next();
      else if (!isReserved(this.lexer.peek(), 'esac')) {
        if (this.lexer.peek().t === 'eof') throw new IncompleteError('esac');
        throw unexpected(this.lexer.peek());
      }
    }
    this.lexer.next();
    return { k: 'case', subject: subject.word, arms, redirs: this.redirects() };
  }

  private simpleOrFunction(): Command {
    const assigns: Assignment[] = [];
    const words: Word[] = [];
    const redirs: Redirect[] = [];
    for (;;) {
      if (this.aliasNext) this.expandAliases();
      const token = this.lexer.peek();
      if (token.t === 'io' || isRedirectOp(token)) {
        this.redirect(redirs);
        continue;
      }
      if (token.t !== 'word') {
        if (words.length === 1 && assigns.length === 0 && redirs.length === 0 && isOp(token, '('))
          return this.functionDefinition(words[0] as Word, token);
        if (words.length + assigns.length + redirs.length === 0) throw unexpected(token);
        return { k: 'simple', assigns, words, redirs };
      }
      this.lexer.next();
      const assign = words.length === 0 ? assignment(token.word) : undefined;
      if (assign) assigns.push(assign);
      else words.push(token.word);
    }
  }

  private functionDefinition(nameWord: Word, open: Token): Command {
    const name = nameWord.length === 1 && nameWord[0]?.t === 'lit' && !nameWord[0].q ? nameWord[0].s : undefined;
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) throw unexpected(open);
    this.lexer.next();
    this.expectOp(')');
    this.skipNewlines();
    const body = this.command();
    return { k: 'func', name, body };
  }

  private redirects(): Redirect[] {
    const redirs: Redirect[] = [];
    for (let t = this.lexer.peek(); t.t === 'io' || isRedirectOp(t); t = this.lexer.peek()) this.redirect(redirs);
    return redirs;
  }

  private redirect(out: Redirect[]): void {
    let token = this.lexer.next();
    let fd: number | undefined;
    if (token.t === 'io') {
      fd = token.fd;
      token = this.lexer.next();
    }
    if (token.t !== 'op') throw unexpected(token);
    const op = token.op;
    const target = this.lexer.next();
    if (target.t === 'eof') throw new IncompleteError('redirection');
    if (target.t !== 'word') throw unexpected(target);
    fd ??= op.startsWith('<') ? 0 : 1;
    if (op === '<<' || op === '<<-') {
      const index = out.length;
      out.push({ fd, op: '<<', target: [] });
      const quoted = target.word.some((p) => p.t === 'lit' && p.q);
      const delimiter = target.word.map((p) => (p.t === 'lit' ? p.s : '')).join('');
      const at = fd;
      this.lexer.addHereDoc({
        delimiter,
        quoted,
        stripTabs: op === '<<-',
        accept: (body) => {
          out[index] = { fd: at, op: '<<', target: body };
        },
      });
    } else out.push({ fd, op: op as Redirect['op'], target: target.word });
  }

  /** Peek a token at command position, with aliases applied. */
  private peekCommandToken(): Token {
    this.expandAliases();
    return this.lexer.peek();
  }

  private expandAliases(): void {
    this.aliasNext = false;
    for (;;) {
      const token = this.lexer.peek();
      if (token.t !== 'word') return;
      const name = plain(token);
      const text = name === undefined ? undefined : this.aliases.get(name);
      if (name === undefined || text === undefined || !this.lexer.expandAlias(token, name, text)) return;
      if (/[ \t]$/.test(text)) this.aliasNext = true;
    }
  }

  private expectOp(op: string): void {
    this.skipNewlines();
    const token = this.lexer.next();
    if (token.t === 'eof') throw new IncompleteError(op);
    if (!isOp(token, op)) throw unexpected(token);
  }

  private expectReserved(word: string): void {
    this.skipNewlines();
    const token = this.lexer.next();
    if (token.t === 'eof') throw new IncompleteError(word);
    if (!isReserved(token, word)) throw unexpected(token, word);
  }
}

/** `name=value` word as an assignment. */
function assignment(word: Word): Assignment | undefined {
  const first = word[0];
  if (first?.t !== 'lit' || first.q) return undefined;
  const m = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(first.s);
  if (!m) return undefined;
  const rest = first.s.slice(m[0].length);
  const value: Word = rest === '' ? word.slice(1) : [{ t: 'lit', s: rest, q: false }, ...word.slice(1)];
  const tilde = /^~([A-Za-z0-9_.-]*)(.*)$/s.exec(rest);
  if (tilde && (tilde[2] === '' || tilde[2]?.startsWith('/')))
    return {
      name: m[1] as string,
      value: [
        { t: 'tilde', user: tilde[1] as string },
        { t: 'lit', s: tilde[2] as string, q: false },
        ...word.slice(1),
      ],
    };
  return { name: m[1] as string, value };
}

/** Text of a word that is one unquoted literal. */
function plain(token: Extract<Token, { t: 'word' }>): string | undefined {
  const part = token.word[0];
  return token.word.length === 1 && part?.t === 'lit' && !part.q ? part.s : undefined;
}

function isReserved(token: Token, word: string): boolean {
  return token.t === 'word' && plain(token) === word;
}

function isOp(token: Token, op: string): boolean {
  return token.t === 'op' && token.op === op;
}

function isRedirectOp(token: Token): boolean {
  return token.t === 'op' && (token.op.startsWith('<') || token.op.startsWith('>'));
}

const CLOSERS = new Set(['}', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'in', 'then']);

function startsCommand(token: Token): boolean {
  if (token.t === 'word') {
    const p = plain(token);
    return p === undefined || !CLOSERS.has(p);
  }
  return token.t === 'io' || isRedirectOp(token) || isOp(token, '(');
}

function unexpected(token: Token, expecting?: string): Error {
  if (token.t === 'eof') return new IncompleteError(expecting ?? 'command');
  const what =
    token.t === 'word'
      ? `"${token.raw}"`
      : token.t === 'newline'
        ? 'newline'
        : token.t === 'op'
          ? `"${token.op}"`
          : token.t === 'io'
            ? 'redirection'
            : 'end of file';
  const tail = expecting === undefined ? '' : ` (expecting "${expecting}")`;
  return new ShellSyntaxError(`Syntax error: ${what} unexpected${tail}`);
}
