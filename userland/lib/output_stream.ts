// SPDX-License-Identifier: BSD-2-Clause
import type { Librump } from '../librump/librump.ts';
import { ProgramEnd } from '../librump/program_end.ts';
import { isErrno } from '../librump/syscall_error.ts';
import { decode, encodeInto } from './bytes.ts';
import { concat } from './input_stream.ts';

const CAPACITY = 32768;

/** Buffered writer on a descriptor: by line on a terminal, by 32 KiB elsewhere. */
export class OutputStream {
  private readonly buffer = new Uint8Array(CAPACITY);
  private used = 0;
  private tty: boolean | undefined;
  private sink: Uint8Array[] | undefined;

  constructor(
    private readonly sys: Librump,
    readonly fd: number,
  ) {}

  /** True when the descriptor is a terminal. */
  get isTty(): boolean {
    this.tty ??= this.sys.isatty(this.fd);
    return this.tty;
  }

  write(text: string): void {
    for (let at = 0; at < text.length; ) {
      // A third of the room: encodeInto never cuts a character then.
      let end = Math.min(text.length, at + Math.floor((CAPACITY - this.used) / 4));
      if (end <= at) {
        this.flush();
        continue;
      }
      const last = text.charCodeAt(end - 1);
      if (end < text.length && last >= 0xd800 && last < 0xdc00) end = end - at > 1 ? end - 1 : end + 1;
      this.used += encodeInto(
        at === 0 && end === text.length ? text : text.slice(at, end),
        this.buffer,
        this.used,
        CAPACITY - this.used,
      );
      at = end;
    }
    if (text.endsWith('\n') && this.isTty) this.flush();
  }

  writeBytes(data: Uint8Array): void {
    if (data.length > CAPACITY - this.used) this.flush();
    if (data.length >= CAPACITY) {
      this.send(data);
      return;
    }
    this.buffer.set(data, this.used);
    this.used += data.length;
    if (this.isTty && data[data.length - 1] === 10) this.flush();
  }

  flush(): void {
    const n = this.used;
    this.used = 0;
    if (n > 0) this.send(this.buffer.subarray(0, n));
  }

  /** Forget what is buffered (the process is ending by a signal). */
  discard(): void {
    this.used = 0;
  }

  /** The descriptor may be something else now. */
  forgetTty(): void {
    this.tty = undefined;
  }

  /** Collect what is written instead of sending it, until stop(). */
  capture(): { stop(): void; text(): string } {
    this.flush();
    const parts: Uint8Array[] = [];
    const outer = this.sink;
    this.sink = parts;
    return {
      stop: () => {
        this.flush();
        this.sink = outer;
      },
      text: () => decode(concat(parts)),
    };
  }

  private send(data: Uint8Array): void {
    if (this.sink) {
      this.sink.push(data.slice());
      return;
    }
    try {
      this.sys.writeAll(this.fd, data);
    } catch (error) {
      // SIGPIPE ends a program before this; with SIGPIPE ignored the program ends quietly all the same.
      if (isErrno(error, 'EPIPE')) throw new ProgramEnd(1);
      throw error;
    }
  }
}
