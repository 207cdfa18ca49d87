// SPDX-License-Identifier: BSD-2-Clause
/** The far end of one console line, on the host thread: moves bytes between two rings and the page or command line. */
import {
  L_COLS,
  L_EVENTS,
  L_IN_HEAD,
  L_IN_SEQ,
  L_IN_TAIL,
  L_IN_WANT,
  L_OUT_EOF,
  L_OUT_HEAD,
  L_OUT_SPACE,
  L_OUT_TAIL,
  L_ROWS,
  LE_HANGUP,
  LE_WINSIZE,
  LINE_IN_BYTES,
  LINE_OUT_BYTES,
  type Mailbox,
} from '../hypercall-js/mailbox.ts';

export interface SessionEnd {
  readonly status: number | undefined;
  readonly signal: number | undefined;
}

type DataListener = (bytes: Uint8Array) => void | Promise<void>;

/** The far end of one line. */
export class Terminal {
  private listener: DataListener | undefined;
  private busy = false;
  private waiting: Uint8Array[] = [];
  private readonly endListeners: ((end: SessionEnd) => void)[] = [];
  private end: SessionEnd | undefined;
  private readonly l: number;

  constructor(
    private readonly mailbox: Mailbox,
    readonly line: number,
    private readonly onClose: (terminal: Terminal) => Promise<void>,
  ) {
    this.l = mailbox.line(line);
  }

  /** Bytes typed; what does not fit waits here. */
  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.waiting.push(bytes.slice());
    this.pushInput();
  }

  /** Resolves when all input so far is in the ring. */
  taken(): Promise<void> {
    if (this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.takenListeners.push(resolve));
  }
  private readonly takenListeners: (() => void)[] = [];

  /** Output. The next bytes come only after the listener's promise: a slow reader blocks the writers, as a real tty does. */
  onData(listener: DataListener): void {
    this.listener = listener;
    this.pullOutput();
  }

  resize(cols: number, rows: number): void {
    const { words } = this.mailbox;
    words[this.l + L_ROWS] = rows;
    words[this.l + L_COLS] = cols;
    Atomics.or(words, this.l + L_EVENTS, LE_WINSIZE);
    this.mailbox.bump(this.l + L_IN_SEQ);
  }

  onExit(listener: (end: SessionEnd) => void): void {
    if (this.end !== undefined) listener(this.end);
    else this.endListeners.push(listener);
  }

  /** Hang up: SIGHUP to the session by the tty; resolves when its programs are gone. */
  close(): Promise<void> {
    return this.onClose(this);
  }

  hangup(): void {
    Atomics.or(this.mailbox.words, this.l + L_EVENTS, LE_HANGUP);
    this.mailbox.bump(this.l + L_IN_SEQ);
  }

  /** No more output will come and all of it was taken. */
  get drained(): boolean {
    const { words } = this.mailbox;
    return (
      !this.busy &&
      Atomics.load(words, this.l + L_OUT_EOF) !== 0 &&
      Atomics.load(words, this.l + L_OUT_HEAD) === Atomics.load(words, this.l + L_OUT_TAIL)
    );
  }

  finish(end: SessionEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const listener of this.endListeners) listener(end);
  }

  pump(): void {
    this.pushInput();
    this.pullOutput();
  }

  private pushInput(): void {
    const { words, bytes } = this.mailbox;
    const base = this.mailbox.lineIn(this.line);
    let moved = false;
    for (let data = this.waiting[0]; data !== undefined; data = this.waiting[0]) {
      const head = words[this.l + L_IN_HEAD] as number;
      const room = LINE_IN_BYTES - ((head - Atomics.load(words, this.l + L_IN_TAIL)) >>> 0);
      if (room === 0) {
        if (Atomics.exchange(words, this.l + L_IN_WANT, 1) === 0) continue;
        break;
      }
      const at = (head >>> 0) % LINE_IN_BYTES;
      const count = Math.min(room, data.length, LINE_IN_BYTES - at);
      bytes.set(data.subarray(0, count), base + at);
      Atomics.store(words, this.l + L_IN_HEAD, (head + count) | 0);
      moved = true;
      if (count === data.length) this.waiting.shift();
      else this.waiting[0] = data.subarray(count);
    }
    if (moved) this.mailbox.bump(this.l + L_IN_SEQ);
    if (this.waiting.length === 0) for (const listener of this.takenListeners.splice(0)) listener();
  }

  private pullOutput(): void {
    if (this.listener === undefined || this.busy) return;
    const { words, bytes } = this.mailbox;
    const head = Atomics.load(words, this.l + L_OUT_HEAD);
    const tail = words[this.l + L_OUT_TAIL] as number;
    const count = (head - tail) >>> 0;
    if (count === 0) return;
    const base = this.mailbox.lineOut(this.line);
    const at = (tail >>> 0) % LINE_OUT_BYTES;
    const first = Math.min(count, LINE_OUT_BYTES - at);
    const out = new Uint8Array(count);
    out.set(bytes.subarray(base + at, base + at + first));
    out.set(bytes.subarray(base, base + count - first), first);
    Atomics.store(words, this.l + L_OUT_TAIL, head);
    this.mailbox.bump(this.l + L_OUT_SPACE);
    const result = this.listener(out);
    if (result === undefined) return;
    this.busy = true;
    void result.then(() => {
      this.busy = false;
      this.pullOutput();
      this.mailbox.wakeHost();
    });
  }
}
