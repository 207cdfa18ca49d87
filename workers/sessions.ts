// SPDX-License-Identifier: BSD-2-Clause
/**
 * Terminals and programs the host starts, and what it owes to all programs: control requests, orphans, ending those that
 * spin outside the kernel. Host thread; event-driven by drain().
 */
import { ESRCH } from '../hypercall-js/errno.gen.ts';
import type { GuestMemory } from '../hypercall-js/guest_memory.ts';
import {
  ARGS_BYTES,
  EV_NONE,
  EV_SIGNALED,
  JOB_PROGRAM,
  L_CLOSED,
  L_COLS,
  L_EVENTS,
  L_IN_HEAD,
  L_IN_TAIL,
  L_IN_WANT,
  L_OUT_EOF,
  L_OUT_HEAD,
  L_OUT_LOCK,
  L_OUT_SPACE,
  L_OUT_TAIL,
  L_ROWS,
  L_STATE,
  MAX_LINES,
  MAX_PROCS,
  type Mailbox,
  P_ARGS,
  P_CTL,
  P_CTLLEN,
  P_CTLPTR,
  P_EVENT,
  P_INSIST,
  P_LINE,
  P_LWP,
  P_PARENT,
  P_PID,
  P_SIG_HI,
  P_SIG_LO,
  P_SIGFLAG,
  P_START,
  P_STARTLEN,
  P_STATE,
  P_THREAD,
  P_VALUE,
  P_WAKE,
  PS_ALIVE,
  PS_FILLING,
  PS_FREE,
  PS_STOPPED,
  PS_ZOMBIE,
  START_BYTES,
  TK_PROGRAM,
} from '../hypercall-js/mailbox.ts';
import { startJob } from '../hypercall-js/rumpuser_pth.ts';
import { postSignal } from '../hypercall-js/rumpuser_sig.ts';
import type { ControlReply, ControlRequest } from '../userland/abi.ts';
import type { Coordinator } from './coordinator.ts';
import type { ControlOp } from './protocol.ts';
import type { ProgramRecord } from './session_start.ts';
import { type SessionEnd, Terminal } from './terminal.ts';

/** /dev/console and /dev/ttyE0 to ttyE7. */
const TTY_LINES = 9;
const SIGHUP = 1;
const SIGKILL = 9;
/** How long a program may ignore an insistent signal before its worker is terminated, ms. */
const PATIENCE_MS = 400;
/** How long the programs of a closed terminal have to end, ms. */
const HANGUP_MS = 2000;

export interface SessionOptions {
  readonly cols: number;
  readonly rows: number;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for descriptor 0; absent = /dev/null. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onStdout: (bytes: Uint8Array) => void | Promise<void>;
  readonly onStderr: (bytes: Uint8Array) => void | Promise<void>;
}

/** Services a program may ask the host for. */
export interface ControlServices {
  disks(): unknown;
  detach(name: string): Promise<void>;
  historyLoad(): unknown;
  historyAppend(line: string): void;
}

export class Sessions {
  private readonly terminals = new Map<number, Terminal>();
  private readonly watched = new Map<number, (end: SessionEnd) => void>();
  private readonly doomed = new Set<number>();

  constructor(
    private readonly mailbox: Mailbox,
    private readonly coordinator: Coordinator,
    private readonly ask: (op: ControlOp) => Promise<number | bigint>,
    private readonly memory: GuestMemory,
    private readonly services: ControlServices,
  ) {}

  /** A shell, or argv, as session leader on a free line. */
  open(options: SessionOptions): Terminal {
    const terminal = this.makeLine(options.rows, options.cols, true);
    const record: ProgramRecord = {
      argv: options.argv ?? ['sh'],
      env: environment(options.env),
      session: { mode: 'tty', line: terminal.line },
    };
    this.launch(record, terminal.line, (end) => {
      terminal.pump();
      terminal.finish(end);
    });
    return terminal;
  }

  /** A program with its descriptors on kernel pipes; resolves when it ended and its output was handed over. */
  async run(options: RunOptions): Promise<SessionEnd> {
    const out = this.makeLine(24, 80, false);
    const err = this.makeLine(24, 80, false);
    out.onData(options.onStdout);
    err.onData(options.onStderr);
    const session = { mode: 'pipes', line: out.line, errLine: err.line, stdin: options.stdin !== undefined } as const;
    const end = await new Promise<SessionEnd>((resolve) => {
      this.launch({ argv: options.argv, env: environment(options.env), session }, out.line, resolve);
      if (options.stdin !== undefined) void feed(out, options.stdin);
    });
    if (options.stdin !== undefined) out.hangup();
    await this.flushed([out, err]);
    this.freeLine(out.line);
    this.freeLine(err.line);
    return end;
  }

  private flushed(terminals: readonly Terminal[]): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        for (const terminal of terminals) terminal.pump();
        if (!terminals.every((terminal) => terminal.drained)) return;
        this.flushWaiters.delete(check);
        resolve();
      };
      this.flushWaiters.add(check);
      setTimeout(() => {
        this.flushWaiters.delete(check);
        resolve();
      }, 1000).unref?.();
      check();
    });
  }
  private readonly flushWaiters = new Set<() => void>();

  /** @param tty  a line with a device in the kernel; the others serve pipes */
  private makeLine(rows: number, cols: number, tty: boolean): Terminal {
    const { words } = this.mailbox;
    for (let line = tty ? 0 : TTY_LINES; line < (tty ? TTY_LINES : MAX_LINES); line++) {
      const l = this.mailbox.line(line);
      if (Atomics.compareExchange(words, l + L_STATE, 0, 1) !== 0) continue;
      for (const word of [
        L_IN_HEAD,
        L_IN_TAIL,
        L_EVENTS,
        L_OUT_HEAD,
        L_OUT_TAIL,
        L_OUT_LOCK,
        L_IN_WANT,
        L_CLOSED,
        L_OUT_EOF,
      ])
        words[l + word] = 0;
      words[l + L_ROWS] = rows;
      words[l + L_COLS] = cols;
      const terminal = new Terminal(this.mailbox, line, (t) => this.close(t));
      this.terminals.set(line, terminal);
      return terminal;
    }
    throw new Error(tty ? 'all terminals are in use; close one' : 'too many programs on pipes at once');
  }

  private launch(record: ProgramRecord, line: number, ended: (end: SessionEnd) => void): void {
    const slot = claimProcess(this.mailbox);
    const data = new TextEncoder().encode(JSON.stringify(record));
    if (slot < 0 || data.length > START_BYTES)
      throw new Error('cannot start a session: no process slot or too long arguments');
    const { words } = this.mailbox;
    const p = this.mailbox.proc(slot);
    this.mailbox.bytes.set(data, this.mailbox.lineStart(line));
    words[p + P_PARENT] = -1;
    words[p + P_LINE] = line;
    words[p + P_START] = 0;
    words[p + P_STARTLEN] = data.length;
    this.watched.set(slot, ended);
    Atomics.store(words, p + P_STATE, PS_ALIVE);
    startJob(this.mailbox, {
      kind: TK_PROGRAM,
      job: JOB_PROGRAM,
      func: 0,
      arg: slot,
      joinable: false,
      name: record.argv[0] ?? 'program',
    });
  }

  /** Hang up and wait for the line's programs to end; those that have not after a while are killed. */
  private close(terminal: Terminal): Promise<void> {
    const { line } = terminal;
    if (this.terminals.get(line) !== terminal) return Promise.resolve();
    terminal.hangup();
    Atomics.store(this.mailbox.words, this.mailbox.line(line) + L_CLOSED, 1);
    this.mailbox.bump(this.mailbox.line(line) + L_OUT_SPACE);
    return new Promise((resolve) => {
      const kill = setTimeout(() => {
        for (const slot of this.processesOf(line)) {
          postSignal(this.mailbox, slot, SIGHUP);
          postSignal(this.mailbox, slot, SIGKILL);
        }
      }, HANGUP_MS);
      this.closing.set(line, () => {
        clearTimeout(kill);
        this.freeLine(line);
        resolve();
      });
      this.drain();
    });
  }
  private readonly closing = new Map<number, () => void>();

  private freeLine(line: number): void {
    this.terminals.delete(line);
    Atomics.store(this.mailbox.words, this.mailbox.line(line) + L_STATE, 0);
  }

  private processesOf(line: number): number[] {
    const out: number[] = [];
    for (let slot = 0; slot < MAX_PROCS; slot++) {
      const p = this.mailbox.proc(slot);
      const state = Atomics.load(this.mailbox.words, p + P_STATE);
      if ((state === PS_ALIVE || state === PS_STOPPED) && this.mailbox.words[p + P_LINE] === line) out.push(slot);
    }
    return out;
  }

  /** Live processes. */
  processes(): number {
    let count = 0;
    for (let slot = 0; slot < MAX_PROCS; slot++)
      if (Atomics.load(this.mailbox.words, this.mailbox.proc(slot) + P_STATE) !== PS_FREE) count++;
    return count;
  }

  /** Something changed in the control area. */
  drain(): void {
    const { words } = this.mailbox;
    for (const terminal of this.terminals.values()) terminal.pump();
    for (let slot = 0; slot < MAX_PROCS; slot++) {
      const p = this.mailbox.proc(slot);
      const state = Atomics.load(words, p + P_STATE);
      if (state === PS_FREE) continue;
      if (state === PS_ZOMBIE && words[p + P_PARENT] === -1) this.reap(slot, p);
      if (Atomics.load(words, p + P_CTL) === 1) void this.control(p);
      if ((state === PS_ALIVE || state === PS_STOPPED) && Atomics.load(words, p + P_INSIST) >= 2) this.insist(slot);
    }
    for (const check of this.flushWaiters) check();
    for (const [line, done] of this.closing) {
      if (this.processesOf(line).length > 0) continue;
      this.closing.delete(line);
      done();
    }
  }

  private reap(slot: number, p: number): void {
    const { words } = this.mailbox;
    const value = words[p + P_VALUE] as number;
    const end: SessionEnd =
      words[p + P_EVENT] === EV_SIGNALED ? { status: undefined, signal: value } : { status: value, signal: undefined };
    const ended = this.watched.get(slot);
    this.watched.delete(slot);
    Atomics.store(words, p + P_STATE, PS_FREE);
    ended?.(end);
  }

  /** A deadly signal was posted and not looked at: give the program a moment, then end its worker if it is outside the kernel. */
  private insist(slot: number): void {
    if (this.doomed.has(slot)) return;
    this.doomed.add(slot);
    setTimeout(() => {
      this.doomed.delete(slot);
      const p = this.mailbox.proc(slot);
      const state = Atomics.load(this.mailbox.words, p + P_STATE);
      if (state !== PS_ALIVE && state !== PS_STOPPED) return;
      if (Atomics.load(this.mailbox.words, p + P_INSIST) < 2) return;
      if (!this.endProgram(slot)) this.insist(slot);
    }, PATIENCE_MS).unref?.();
  }

  private endProgram(slot: number): boolean {
    const { words } = this.mailbox;
    const p = this.mailbox.proc(slot);
    const thread = words[p + P_THREAD] as number;
    if (!this.coordinator.terminateOutside(thread)) return false;
    void this.ask({ op: 'reap', lwp: words[p + P_LWP] as number })
      .finally(() => {
        orphanChildren(this.mailbox, slot);
        words[p + P_EVENT] = EV_SIGNALED;
        words[p + P_VALUE] = (words[p + P_SIG_LO] as number) & (1 << (SIGKILL - 1)) ? SIGKILL : 2;
        Atomics.store(words, p + P_STATE, PS_ZOMBIE);
        this.coordinator.releaseSlot(thread);
        const parent = words[p + P_PARENT] as number;
        if (parent >= 0) this.mailbox.bump(this.mailbox.proc(parent) + P_WAKE);
        this.mailbox.wakeHost();
      })
      .catch(() => undefined);
    return true;
  }

  private async control(p: number): Promise<void> {
    const { words } = this.mailbox;
    Atomics.store(words, p + P_CTL, 3);
    const room = words[p + P_CTLLEN] as number;
    const ptr = words[p + P_CTLPTR] as number;
    const request = JSON.parse(this.memory.cstring(ptr, room)) as ControlRequest;
    const reply = await this.answer(request);
    const data = new TextEncoder().encode(JSON.stringify(reply));
    const fits =
      data.length < room ? data : new TextEncoder().encode('{"ok":false,"errno":7,"message":"reply too long"}');
    this.memory.bytes(ptr, fits.length).set(fits);
    this.memory.u8[ptr + fits.length] = 0;
    this.mailbox.publish(p + P_CTL, 2);
  }

  private commandLines(): { pid: number; argv: string[] }[] {
    const { words } = this.mailbox;
    const out: { pid: number; argv: string[] }[] = [];
    for (let slot = 0; slot < MAX_PROCS; slot++) {
      const p = this.mailbox.proc(slot);
      const state = Atomics.load(words, p + P_STATE);
      if (state !== PS_ALIVE && state !== PS_STOPPED) continue;
      out.push({ pid: words[p + P_PID] as number, argv: this.mailbox.getName(p + P_ARGS, ARGS_BYTES).split('\x1f') });
    }
    return out;
  }

  private async answer(request: ControlRequest): Promise<ControlReply> {
    try {
      switch (request.op) {
        case 'disks':
          return { ok: true, value: this.services.disks() };
        case 'detach':
          await this.services.detach(request.name);
          return { ok: true, value: null };
        case 'processes':
          return { ok: true, value: this.commandLines() };
        case 'historyLoad':
          return { ok: true, value: this.services.historyLoad() };
        case 'historyAppend':
          this.services.historyAppend(request.line);
          return { ok: true, value: null };
      }
    } catch (error) {
      return {
        ok: false,
        errno: (error as { errno?: number }).errno ?? ESRCH,
        message: error instanceof Error ? error.message : String(error),
      };
    }
  }

  /** The kernel ended: tell everybody who waits. */
  kernelOver(): void {
    for (const terminal of this.terminals.values()) {
      terminal.pump();
      terminal.finish({ status: undefined, signal: undefined });
    }
    for (const ended of this.watched.values()) ended({ status: undefined, signal: undefined });
    for (const done of this.closing.values()) done();
    this.closing.clear();
    this.watched.clear();
    this.terminals.clear();
  }
}

/** Claim a process slot and make it blank; -1 when all are taken. */
export function claimProcess(mailbox: Mailbox): number {
  const { words } = mailbox;
  for (let slot = 0; slot < MAX_PROCS; slot++) {
    const p = mailbox.proc(slot);
    if (Atomics.compareExchange(words, p + P_STATE, PS_FREE, PS_FILLING) !== PS_FREE) continue;
    for (const word of [
      P_PID,
      P_SIG_LO,
      P_SIG_HI,
      P_SIGFLAG,
      P_EVENT,
      P_VALUE,
      P_LWP,
      P_START,
      P_STARTLEN,
      P_INSIST,
      P_CTL,
    ])
      words[p + word] = 0;
    words[p + P_LINE] = -1;
    words[p + P_THREAD] = -1;
    words[p + P_EVENT] = EV_NONE;
    return slot;
  }
  return -1;
}

/** Children of a process that ends belong to the host. */
export function orphanChildren(mailbox: Mailbox, parent: number): void {
  const { words } = mailbox;
  for (let slot = 0; slot < MAX_PROCS; slot++) {
    const p = mailbox.proc(slot);
    if (
      Atomics.load(words, p + P_STATE) !== PS_FREE &&
      Atomics.compareExchange(words, p + P_PARENT, parent, -1) === parent
    )
      mailbox.wakeHost();
  }
}

async function feed(terminal: Terminal, input: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of input) {
    terminal.write(bytes);
    await terminal.taken();
  }
  terminal.hangup();
}

function environment(env: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return {
    PATH: '/bin:/sbin:/usr/bin:/usr/sbin',
    HOME: '/',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    TERM: 'xterm-256color',
    ...env,
  };
}
