// SPDX-License-Identifier: BSD-2-Clause

import { decode, encode, utf8Length } from '../lib/bytes.ts';
import { charWidth, textWidth } from '../lib/char_width.ts';
import { isErrno, SyscallError } from '../librump/syscall_error.ts';
import { Completer, type Completion, commonPrefix } from './completer.ts';
import { rawModes, visibleText } from './raw_terminal.ts';
import type { Shell } from './shell.ts';

const POLLIN = 1;
const ESC_WAIT_MS = 40;

export type Line = { readonly text: string } | 'interrupted' | undefined;

/**
 * Line editor over the kernel's terminal in raw mode: emacs keys, several lines, history with search, completion,
 * bracketed paste. Text is held as an array of code points.
 */
export class LineEditor {
  private text: string[] = [];
  private at = 0;
  private prompt = '';
  private columns = 80;
  /** Rows below the prompt's first where the cursor is. */
  private cursorRow = 0;
  private killed = '';
  private input: Uint8Array = new Uint8Array(0);
  private inputAt = 0;
  private dirty = false;
  private historyAt = 0;
  private stash = '';
  private lastWasTab = false;
  private readonly undo: { text: string[]; at: number }[] = [];
  private readonly completer: Completer;

  constructor(private readonly shell: Shell) {
    this.completer = new Completer(shell);
  }

  /** OSC 133 mark: A prompt, B input, C output, D end. */
  mark(kind: string): void {
    if (this.shell.ctx.err.isTty) this.put(`\x1b]133;${kind}\x07`);
  }

  /** Read one line; undefined at end of input. */
  read(prompt: string, first: boolean): Line {
    const { sys } = this.shell;
    const modes = sys.tryTermios(0);
    if (modes === undefined) return this.readPlain(prompt);
    this.shell.savedTermios = modes;
    this.prompt = prompt;
    this.text = [];
    this.at = 0;
    this.cursorRow = 0;
    this.undo.length = 0;
    this.historyAt = this.shell.history.length;
    this.measure();
    sys.tcsetattr(0, 1, rawModes(modes));
    try {
      if (first) this.mark('A');
      this.put('\x1b[?2004h');
      this.refresh();
      return this.loop();
    } finally {
      this.put('\x1b[?2004l');
      sys.tcsetattr(0, 1, modes);
    }
  }

  /** Without a terminal: prompt on standard error, line from descriptor 0. */
  private readPlain(prompt: string): Line {
    const { sys } = this.shell;
    this.put(prompt);
    const bytes: number[] = [];
    for (;;) {
      if (sys.readBulk(0, 1) === 0) return bytes.length === 0 ? undefined : { text: decode(Uint8Array.from(bytes)) };
      const b = sys.u8[sys.bulkPtr] as number;
      if (b === 10) return { text: decode(Uint8Array.from(bytes)) };
      bytes.push(b);
    }
  }

  private put(text: string): void {
    this.shell.sys.writeAll(2, encode(text));
  }

  private measure(): void {
    try {
      this.columns = this.shell.sys.winsize(0).cols || 80;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  // Input ----------------------------------------------------------------------------------------------------------

  /** Next character; undefined at hang-up. Window changes redraw. */
  private key(): string | undefined {
    while (this.inputAt >= this.input.length) {
      this.draw();
      try {
        this.input = this.shell.sys.read(0, 4096);
        this.inputAt = 0;
        if (this.input.length === 0) return undefined;
      } catch (error) {
        if (isErrno(error, 'EINTR')) {
          this.measure();
          this.shell.interrupted = false;
          this.refresh();
          continue;
        }
        if (error instanceof SyscallError) return undefined;
        throw error;
      }
    }
    const need = utf8Length(this.input, this.inputAt, this.input.length);
    const lead = this.input[this.inputAt] as number;
    if (need === 0 && lead >= 0xc2 && lead < 0xf5 && this.input.length - this.inputAt < 4) {
      // A character cut by the end of the read.
      const more = this.shell.sys.read(0, 4);
      const joined = new Uint8Array(this.input.length - this.inputAt + more.length);
      joined.set(this.input.subarray(this.inputAt));
      joined.set(more, this.input.length - this.inputAt);
      this.input = joined;
      this.inputAt = 0;
    }
    const n = Math.max(1, utf8Length(this.input, this.inputAt, this.input.length));
    const c = decode(this.input, this.inputAt, this.inputAt + n);
    this.inputAt += n;
    return c;
  }

  private keyReady(): boolean {
    return (
      this.inputAt < this.input.length || this.shell.sys.poll([{ fd: 0, events: POLLIN, revents: 0 }], ESC_WAIT_MS) > 0
    );
  }

  /** One key as a name: a character, or M-x, or the CSI text like "[A". */
  private keyName(): string | undefined {
    const c = this.key();
    if (c !== '\x1b') return c;
    if (!this.keyReady()) return 'ESC';
    const n = this.key();
    if (n === undefined) return undefined;
    if (n !== '[' && n !== 'O') return `M-${n}`;
    let text = n;
    for (;;) {
      const x = this.key();
      if (x === undefined) return undefined;
      text += x;
      if (x >= '@' && x <= '~') return text;
    }
  }

  private loop(): Line {
    for (;;) {
      const key = this.keyName();
      if (key === undefined) return undefined;
      const done = this.act(key);
      if (done !== 'more') return done;
      this.lastWasTab = key === '\t';
    }
  }

  // Keys -----------------------------------------------------------------------------------------------------------

  private act(key: string): Line | 'more' {
    switch (key) {
      case '\r':
      case '\n':
        return this.finish({ text: this.text.join('') });
      case '\x03':
        this.draw();
        this.put('^C');
        return this.finish('interrupted');
      case '\x04':
        if (this.text.length === 0) {
          this.draw();
          this.put('\r\n');
          return undefined;
        }
        this.erase(this.at, this.at + 1);
        break;
      case '\x01':
      case '[H':
      case 'OH':
      case '[1~':
        this.move(this.lineStart());
        break;
      case '\x05':
      case '[F':
      case 'OF':
      case '[4~':
        this.move(this.lineEnd());
        break;
      case '\x02':
      case '[D':
      case 'OD':
        this.move(this.at - 1);
        break;
      case '\x06':
      case '[C':
      case 'OC':
        this.move(this.at + 1);
        break;
      case 'M-b':
      case '[1;5D':
      case '[1;3D':
        this.move(this.wordLeft());
        break;
      case 'M-f':
      case '[1;5C':
      case '[1;3C':
        this.move(this.wordRight());
        break;
      case '\x10':
      case '[A':
      case 'OA':
        this.history(-1);
        break;
      case '\x0e':
      case '[B':
      case 'OB':
        this.history(1);
        break;
      case '\x7f':
      case '\b':
        this.erase(this.at - 1, this.at);
        break;
      case '[3~':
        this.erase(this.at, this.at + 1);
        break;
      case '\x0b':
        this.kill(this.at, this.lineEnd());
        break;
      case '\x15':
        this.kill(this.lineStart(), this.at);
        break;
      case '\x17':
        this.kill(this.blankLeft(), this.at);
        break;
      case 'M-\x7f':
      case 'M-\b':
        this.kill(this.wordLeft(), this.at);
        break;
      case 'M-d':
        this.kill(this.at, this.wordRight());
        break;
      case '\x19':
        this.insert(this.killed);
        break;
      case '\x14':
        this.transpose();
        break;
      case '\x1f':
        this.undoOne();
        break;
      case '\x0c':
        this.put('\x1b[H\x1b[2J');
        this.cursorRow = 0;
        this.refresh();
        break;
      case '\x12':
        return this.search();
      case '\t':
        this.complete();
        break;
      case 'M-.':
        this.lastArgument();
        break;
      case 'M-\r':
      case 'M-\n':
        this.insert('\n');
        break;
      case '[200~':
        this.paste();
        break;
      default:
        if (key >= ' ' && !key.startsWith('[') && !/^(M-|O[A-Z]|ESC)/.test(key)) this.insert(key);
        else if (key === '[' || key === 'O') this.insert(key);
    }
    return 'more';
  }

  private finish(line: Line): Line {
    if (this.at !== this.text.length) {
      this.at = this.text.length;
      this.refresh();
    }
    this.draw();
    this.put('\r\n');
    this.cursorRow = 0;
    return line;
  }

  private keep(): void {
    this.undo.push({ text: [...this.text], at: this.at });
    if (this.undo.length > 200) this.undo.shift();
  }

  private undoOne(): void {
    const last = this.undo.pop();
    if (last === undefined) return;
    this.text = last.text;
    this.at = last.at;
    this.refresh();
  }

  private insert(text: string): void {
    this.keep();
    const chars = [...text];
    const atEnd = this.at === this.text.length;
    this.text.splice(this.at, 0, ...chars);
    this.at += chars.length;
    // Typing at the end, away from the edge: no redraw.
    const end = this.layout(this.text.length);
    if (
      atEnd &&
      !this.dirty &&
      chars.length === 1 &&
      text !== '\n' &&
      end.row === this.cursorRow &&
      end.column > 0 &&
      end.column < this.columns - 1
    )
      this.put(text);
    else this.refresh();
  }

  private erase(from: number, to: number): void {
    if (from < 0 || from >= this.text.length || to <= from) return;
    this.keep();
    this.text.splice(from, to - from);
    this.at = from;
    this.refresh();
  }

  private kill(from: number, to: number): void {
    if (to <= from) return;
    this.killed = this.text.slice(from, to).join('');
    this.erase(from, to);
  }

  private move(to: number): void {
    this.at = Math.max(0, Math.min(this.text.length, to));
    this.refresh();
  }

  private transpose(): void {
    const i = this.at === this.text.length ? this.at - 1 : this.at;
    if (i < 1) return;
    this.keep();
    const [a, b] = [this.text[i - 1] as string, this.text[i] as string];
    this.text[i - 1] = b;
    this.text[i] = a;
    this.at = i + 1;
    this.refresh();
  }

  private lineStart(): number {
    return this.text.lastIndexOf('\n', this.at - 1) + 1 > this.at
      ? 0
      : this.at === 0
        ? 0
        : this.text.lastIndexOf('\n', this.at - 1) + 1;
  }

  private lineEnd(): number {
    const i = this.text.indexOf('\n', this.at);
    return i < 0 ? this.text.length : i;
  }

  private wordLeft(): number {
    let i = this.at;
    while (i > 0 && !/[\p{L}\p{N}]/u.test(this.text[i - 1] as string)) i--;
    while (i > 0 && /[\p{L}\p{N}]/u.test(this.text[i - 1] as string)) i--;
    return i;
  }

  private wordRight(): number {
    let i = this.at;
    while (i < this.text.length && !/[\p{L}\p{N}]/u.test(this.text[i] as string)) i++;
    while (i < this.text.length && /[\p{L}\p{N}]/u.test(this.text[i] as string)) i++;
    return i;
  }

  private blankLeft(): number {
    let i = this.at;
    while (i > 0 && /\s/.test(this.text[i - 1] as string)) i--;
    while (i > 0 && !/\s/.test(this.text[i - 1] as string)) i--;
    return i;
  }

  private set(text: string): void {
    this.text = [...text];
    this.at = this.text.length;
    this.refresh();
  }

  private history(step: number): void {
    const { history } = this.shell;
    const to = this.historyAt + step;
    if (to < 0 || to > history.length) return;
    if (this.historyAt === history.length) this.stash = this.text.join('');
    this.historyAt = to;
    this.set(to === history.length ? this.stash : (history[to] as string));
  }

  private lastArgument(): void {
    const last = this.shell.history[this.shell.history.length - 1];
    const word = last === undefined ? undefined : /(\S+)\s*$/.exec(last)?.[1];
    if (word) this.insert(word);
  }

  private paste(): void {
    let text = '';
    for (;;) {
      const k = this.keyName();
      if (k === undefined || k === '[201~') break;
      text += k === '\r' ? '\n' : k.startsWith('M-') ? k.slice(2) : k === '\t' ? '    ' : k;
    }
    this.insert(text.replace(/\n+$/, ''));
  }

  /** Ctrl-R: incremental search backwards. */
  private search(): Line | 'more' {
    const { history } = this.shell;
    const prompt = this.prompt;
    const saved = this.text.join('');
    let query = '';
    let from = history.length;
    const find = (start: number): boolean => {
      for (let i = start; i >= 0; i--) {
        if (!history[i]?.includes(query)) continue;
        from = i;
        this.text = [...(history[i] as string)];
        this.at = this.text.length;
        return true;
      }
      return false;
    };
    for (let found = true; ; ) {
      this.prompt = `(${found ? '' : 'failed '}reverse-i-search)\`${query}': `;
      this.refresh();
      const key = this.keyName();
      const done = (text?: string): void => {
        this.prompt = prompt;
        if (text !== undefined) this.text = [...text];
        this.at = Math.min(this.at, this.text.length);
        this.refresh();
      };
      if (key === undefined) return undefined;
      if (key === '\x12') found = find(from - 1);
      else if (key === '\x7f' || key === '\b') {
        query = query.slice(0, -1);
        found = query === '' || find(history.length - 1);
      } else if (key === '\x07' || key === '\x03' || key === 'ESC') {
        done(saved);
        return 'more';
      } else if (key.length <= 2 && key >= ' ' && key !== '[' && !key.startsWith('M-')) {
        query += key;
        found = find(Math.min(from, history.length - 1));
      } else {
        done();
        return this.act(key);
      }
    }
  }

  // Completion -----------------------------------------------------------------------------------------------------

  private complete(): void {
    let found: Completion;
    try {
      found = this.completer.complete(this.text.slice(0, this.at).join(''));
    } catch (error) {
      if (error instanceof SyscallError) return;
      throw error;
    }
    const { candidates, word } = found;
    if (candidates.length === 0) {
      this.put('\x07');
      return;
    }
    const prefix = commonPrefix(candidates.map((c) => c.text));
    const only = candidates.length === 1;
    if (only || prefix.length > word.length) {
      const tail = only ? (candidates[0]?.suffix ?? ' ') : '';
      const old = [...word].length;
      this.keep();
      this.text.splice(this.at - old, old, ...[...found.quote(prefix), ...tail]);
      this.at += [...found.quote(prefix)].length + tail.length - old;
      this.refresh();
      return;
    }
    if (this.lastWasTab) this.listCandidates(candidates.map((c) => c.label));
    else this.put('\x07');
  }

  private listCandidates(labels: readonly string[]): void {
    const shown = labels.slice(0, 200);
    const width = Math.max(...shown.map(textWidth)) + 2;
    const perRow = Math.max(1, Math.floor(this.columns / width));
    const rows = Math.ceil(shown.length / perRow);
    let out = '\r\n';
    for (let r = 0; r < rows; r++) {
      let line = '';
      for (let c = 0; c < perRow; c++) {
        const label = shown[c * rows + r];
        if (label !== undefined) line += label + ' '.repeat(width - textWidth(label));
      }
      out += `${line.trimEnd()}\r\n`;
    }
    if (labels.length > shown.length) out += `... and ${labels.length - shown.length} more\r\n`;
    const at = this.at;
    this.at = this.text.length;
    this.refresh();
    this.draw();
    this.put(out);
    this.cursorRow = 0;
    this.at = at;
    this.refresh();
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  /** Row and column, relative to the prompt's start, after `count` characters of the text. */
  private layout(count: number): { row: number; column: number } {
    let row = 0;
    let column = 0;
    const step = (c: string) => {
      if (c === '\n') {
        row++;
        column = 0;
        return;
      }
      const w = charWidth(c.codePointAt(0) as number);
      if (column + w > this.columns) {
        row++;
        column = 0;
      }
      column += w;
    };
    for (const c of visibleText(this.prompt)) step(c);
    for (let i = 0; i < count; i++) step(this.text[i] as string);
    if (column >= this.columns) {
      row++;
      column = 0;
    }
    return { row, column };
  }

  /** The picture is out of date; drawn when there is no more input to take in. */
  private refresh(): void {
    this.dirty = true;
  }

  private draw(): void {
    if (!this.dirty) return;
    this.dirty = false;
    let out = '\r';
    if (this.cursorRow > 0) out += `\x1b[${this.cursorRow}A`;
    out += `\x1b[J${this.prompt.replace(/\n/g, '\r\n')}\x1b]133;B\x07`;
    out += this.text.map((c) => (c === '\n' ? '\r\n' : c < ' ' ? '' : c)).join('');
    const end = this.layout(this.text.length);
    // At the very edge a terminal keeps the cursor on the old row until something is written.
    if (end.column === 0 && end.row > 0 && this.text[this.text.length - 1] !== '\n') out += ' \r';
    const to = this.layout(this.at);
    if (end.row > to.row) out += `\x1b[${end.row - to.row}A`;
    out += `\r${to.column > 0 ? `\x1b[${to.column}C` : ''}`;
    this.cursorRow = to.row;
    this.put(out);
  }
}
