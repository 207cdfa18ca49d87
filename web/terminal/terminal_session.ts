// SPDX-License-Identifier: BSD-2-Clause
/**
 * One xterm.js terminal and the kernel tty behind it.
 *
 * Lives outside React: a view only hangs `host` into the page and takes it out again, so moving a pane never clears
 * a terminal. dispose() frees everything.
 * Output is taken piece by piece: the next piece is asked for when xterm has parsed the last one.
 */
import type { FitAddon } from '@xterm/addon-fit';
import type { SearchAddon } from '@xterm/addon-search';
import type { SerializeAddon } from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/xterm';
import type { KernelTerminal, SessionEnd } from '../kernel_api';
import { loadAddons, loadXterm } from './load_xterm';
import { DARK_TERMINAL, LIGHT_TERMINAL } from './terminal_theme';

export interface SessionLook {
  readonly dark: boolean;
  readonly fontSize: number;
  readonly screenReader: boolean;
}

export interface SessionEvents {
  onTitle(title: string): void;
  onPrompt(): void;
  onActivity(): void;
  onEnd(end: SessionEnd): void;
  /** Enter pressed after the end: the user wants a new shell here. */
  onRestart(): void;
}

const PROMPT = /[#$%>] $/;
const FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export class TerminalSession {
  readonly host = document.createElement('div');
  search: SearchAddon | undefined;
  serialize: SerializeAddon | undefined;
  private tty: KernelTerminal | undefined;
  private opened = false;
  private ended = false;
  private awaitingPrompt = true;
  private fitted: () => void = () => undefined;
  /** Resolves when the terminal has its real size for the first time. */
  readonly sized = new Promise<void>((resolve) => {
    this.fitted = resolve;
  });

  private constructor(
    readonly id: number,
    readonly xterm: Terminal,
    private readonly fitAddon: FitAddon,
    private readonly events: SessionEvents,
  ) {
    this.host.className = 'term-host';
    const encoder = new TextEncoder();
    xterm.onData((data) => this.typed(encoder.encode(data)));
    xterm.onBinary((data) => this.typed(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    xterm.onResize(({ cols, rows }) => this.tty?.resize(cols, rows));
    xterm.onTitleChange((title) => events.onTitle(title));
    xterm.parser.registerOscHandler(133, (data) => {
      if (data.startsWith('B')) this.reachedPrompt();
      return true;
    });
    xterm.attachCustomKeyEventHandler((event) => this.shortcut(event));
  }

  static async create(id: number, look: SessionLook, events: SessionEvents): Promise<TerminalSession> {
    const { Terminal, FitAddon } = await loadXterm();
    const xterm = new Terminal({
      allowProposedApi: true,
      cursorBlink: false,
      cursorStyle: 'block',
      fontFamily: FONT,
      fontSize: look.fontSize,
      lineHeight: 1.2,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      macOptionIsMeta: true,
      screenReaderMode: look.screenReader,
      theme: look.dark ? DARK_TERMINAL : LIGHT_TERMINAL,
    });
    const fit = new FitAddon();
    xterm.loadAddon(fit);
    const session = new TerminalSession(id, xterm, fit, events);
    void session.addAddons();
    return session;
  }

  /** Called by the view when `host` is in the document and has a size. */
  shown(): void {
    if (!this.opened) {
      this.xterm.open(this.host);
      this.opened = true;
    }
    this.fit();
  }

  fit(): void {
    if (!this.opened || this.host.clientWidth === 0) return;
    this.fitAddon.fit();
    this.fitted();
  }

  /** Connect a tty: what it prints is shown, what is typed goes to it. */
  connect(tty: KernelTerminal): void {
    this.tty = tty;
    this.ended = false;
    this.awaitingPrompt = true;
    tty.onData((bytes) => this.show(bytes));
    tty.onExit((end) => this.endedWith(tty, end));
    tty.resize(this.xterm.cols, this.xterm.rows);
  }

  /** Text of the page or the kernel's console, not of the session. */
  print(text: string | Uint8Array): void {
    this.xterm.write(text);
  }

  /** As if the user had typed it; the shell sees no difference. */
  type(text: string): void {
    this.typed(new TextEncoder().encode(text));
    this.xterm.focus();
  }

  restyle(look: SessionLook): void {
    this.xterm.options.theme = look.dark ? DARK_TERMINAL : LIGHT_TERMINAL;
    this.xterm.options.screenReaderMode = look.screenReader;
    if (this.xterm.options.fontSize !== look.fontSize) {
      this.xterm.options.fontSize = look.fontSize;
      this.fit();
    }
  }

  async copySelection(): Promise<boolean> {
    if (!this.xterm.hasSelection()) return false;
    await navigator.clipboard.writeText(this.xterm.getSelection());
    return true;
  }

  async paste(): Promise<void> {
    this.xterm.paste(await navigator.clipboard.readText());
    this.xterm.focus();
  }

  /** Everything on screen and in the scrollback, as plain text. */
  text(): string {
    const buffer = this.xterm.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < buffer.length; row += 1) {
      const line = buffer.getLine(row);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }

  /** The kernel is gone (panic, reboot): keep the text, accept no input. */
  disconnect(): void {
    this.tty = undefined;
    this.ended = true;
  }

  async hangUp(): Promise<void> {
    const tty = this.tty;
    this.tty = undefined;
    await tty?.close();
  }

  dispose(): void {
    this.tty = undefined;
    this.xterm.dispose();
    this.host.remove();
  }

  private async addAddons(): Promise<void> {
    const { SearchAddon, SerializeAddon, WebLinksAddon } = await loadAddons();
    this.search = new SearchAddon();
    this.serialize = new SerializeAddon();
    this.xterm.loadAddon(this.search);
    this.xterm.loadAddon(this.serialize);
    this.xterm.loadAddon(new WebLinksAddon());
  }

  private show(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.xterm.write(bytes, () => {
        if (this.awaitingPrompt && this.looksLikePrompt()) this.reachedPrompt();
        this.events.onActivity();
        resolve();
      });
    });
  }

  private looksLikePrompt(): boolean {
    const buffer = this.xterm.buffer.active;
    const line = buffer.getLine(buffer.baseY + buffer.cursorY);
    return PROMPT.test(line?.translateToString(false, 0, buffer.cursorX) ?? '');
  }

  private reachedPrompt(): void {
    if (!this.awaitingPrompt) return;
    this.awaitingPrompt = false;
    this.events.onPrompt();
  }

  private typed(bytes: Uint8Array): void {
    if (this.tty) {
      this.tty.write(bytes);
      this.events.onActivity();
    } else if (this.ended && bytes.includes(13)) {
      this.events.onRestart();
    }
  }

  private endedWith(tty: KernelTerminal, end: SessionEnd): void {
    if (this.tty !== tty) return;
    this.tty = undefined;
    this.ended = true;
    // Frees the line and hangs up what the shell left running.
    void tty.close().catch(() => undefined);
    this.events.onEnd(end);
    // Neither: the kernel itself is over, which has a screen of its own.
    if (end.status === undefined && end.signal === undefined) return;
    const how = end.signal === undefined ? `ended with status ${end.status ?? 0}` : `ended by signal ${end.signal}`;
    this.xterm.write(`\r\n\x1b[2m[shell ${how} \u2013 press Enter for a new one]\x1b[0m\r\n`);
  }

  private shortcut(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    const copies = event.ctrlKey && ((event.shiftKey && event.code === 'KeyC') || event.code === 'Insert');
    if (copies && this.xterm.hasSelection()) {
      event.preventDefault();
      void this.copySelection();
      return false;
    }
    const pastes =
      (event.ctrlKey && event.shiftKey && event.code === 'KeyV') || (event.shiftKey && event.code === 'Insert');
    // The browser then sends its own paste event, which xterm takes.
    if (pastes) return false;
    // Left to the page: search, and leaving the terminal by F6.
    return !(event.key === 'F6' || (event.ctrlKey && event.shiftKey && event.code === 'KeyF'));
  }
}
