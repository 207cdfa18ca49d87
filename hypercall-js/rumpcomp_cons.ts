// SPDX-License-Identifier: BSD-2-Clause
/** Our component hypercalls: the far end of console lines (line 0 /dev/console, n /dev/ttyE<n-1>). */
import { ENXIO } from './errno.gen.ts';
import { lockEnter, lockExit } from './futex.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpcompImports } from './imports.gen.ts';
import {
  H_THREADS_OFF,
  L_CLOSED,
  L_COLS,
  L_EVENTS,
  L_IN_HEAD,
  L_IN_SEQ,
  L_IN_TAIL,
  L_IN_WANT,
  L_OUT_HEAD,
  L_OUT_LOCK,
  L_OUT_SPACE,
  L_OUT_TAIL,
  L_ROWS,
  LE_DATA,
  LE_HANGUP,
  LINE_IN_BYTES,
  LINE_OUT_BYTES,
  MAX_LINES,
} from './mailbox.ts';

/** A kernel in its caller's thread has terminals only where the caller takes their output. */
const validLine = (k: HostKernel, line: number): boolean =>
  (k.words[H_THREADS_OFF] === 0 || k.onLine !== undefined) && line >= 0 && line < MAX_LINES;

/** Take up to `len` bytes of a line's input; 0 when there are none. */
function takeInput(k: HostKernel, line: number, buf: number, len: number): number {
  const { words, bytes } = k.mailbox;
  const l = k.mailbox.line(line);
  const tail = words[l + L_IN_TAIL] as number;
  const count = Math.min((Atomics.load(words, l + L_IN_HEAD) - tail) >>> 0, len >>> 0);
  if (count === 0) return 0;
  const base = k.mailbox.lineIn(line);
  const at = (tail >>> 0) % LINE_IN_BYTES;
  const first = Math.min(count, LINE_IN_BYTES - at);
  k.memory.bytes(buf, first).set(bytes.subarray(base + at, base + at + first));
  k.memory.bytes(buf + first, count - first).set(bytes.subarray(base, base + count - first));
  Atomics.store(words, l + L_IN_TAIL, (tail + count) | 0);
  if (Atomics.exchange(words, l + L_IN_WANT, 0) !== 0) k.mailbox.wakeHost();
  return count;
}

/** Sleep until a line has input or an event. A hangup is told only once all input before it was taken. */
function waitInput(k: HostKernel, line: number, buf: number, len: number): { count: number; events: number } {
  const l = k.mailbox.line(line);
  for (;;) {
    const seq = Atomics.load(k.words, l + L_IN_SEQ);
    const pending = Atomics.load(k.words, l + L_EVENTS);
    const count = takeInput(k, line, buf, len);
    const told = count > 0 ? pending & ~LE_HANGUP : pending;
    Atomics.and(k.words, l + L_EVENTS, ~told);
    const events = told | (count > 0 ? LE_DATA : 0);
    if (events !== 0) return { count, events };
    Atomics.wait(k.words, l + L_IN_SEQ, seq);
  }
}

/** Input of a line for the host's own pumps. */
export function lineRead(k: HostKernel, line: number, buf: number, len: number): { bytes: number; end: boolean } {
  const { count, events } = waitInput(k, line, buf, len);
  return { bytes: count, end: (events & LE_HANGUP) !== 0 };
}

/** Write to a line's output ring, sleeping while it is full. Returns false when the line was closed. */
export function lineWrite(k: HostKernel, line: number, data: Uint8Array): boolean {
  if (k.onLine !== undefined) {
    k.onLine(line, data.slice());
    return true;
  }
  const { words, bytes } = k.mailbox;
  const l = k.mailbox.line(line);
  const base = k.mailbox.lineOut(line);
  lockEnter(words, l + L_OUT_LOCK);
  let done = 0;
  while (done < data.length && Atomics.load(words, l + L_CLOSED) === 0) {
    const space = Atomics.load(words, l + L_OUT_SPACE);
    const head = words[l + L_OUT_HEAD] as number;
    const room = LINE_OUT_BYTES - ((head - Atomics.load(words, l + L_OUT_TAIL)) >>> 0);
    if (room === 0) {
      Atomics.wait(words, l + L_OUT_SPACE, space);
      continue;
    }
    const at = (head >>> 0) % LINE_OUT_BYTES;
    const count = Math.min(room, data.length - done, LINE_OUT_BYTES - at);
    bytes.set(data.subarray(done, done + count), base + at);
    Atomics.store(words, l + L_OUT_HEAD, (head + count) | 0);
    done += count;
    k.mailbox.wakeHost();
  }
  lockExit(words, l + L_OUT_LOCK);
  return done === data.length;
}

export function rumpcompCons(
  k: HostKernel,
): Pick<RumpcompImports, 'rumpcomp_cons_read' | 'rumpcomp_cons_write' | 'rumpcomp_cons_winsize'> {
  return {
    /**
     * Wait for input or an event of a line.
     * @param line    line number
     * @param buf     where to
     * @param len     room in bytes
     * @param retp    out: bytes stored, may be 0 with an event
     * @param eventp  out: 1 data, 2 window size changed, 4 hangup
     * @returns 0, or ENXIO for a line that does not exist
     * @blocks yes
     * @context untouched: the caller gave up its CPU
     * @worker any but the page
     */
    rumpcomp_cons_read(line, buf, len, retp, eventp) {
      if (!validLine(k, line)) return ENXIO;
      const { count, events } = waitInput(k, line, buf, len);
      k.memory.setI32(retp, count);
      k.memory.setI32(eventp, events);
      return 0;
    },
    /**
     * Write to a line.
     * @param line  line number
     * @param buf   bytes
     * @param len   how many
     * @returns 0, or ENXIO for a line that does not exist
     * @blocks yes - while the ring is full
     * @context untouched: the caller gave up its CPU
     * @worker any but the page
     */
    rumpcomp_cons_write(line, buf, len) {
      if (!validLine(k, line)) return ENXIO;
      lineWrite(k, line, k.memory.bytes(buf, len));
      return 0;
    },
    /**
     * Window size of a line.
     * @param rows, cols  out: uint16_t
     * @returns 0, or ENXIO
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpcomp_cons_winsize(line, rows, cols) {
      if (!validLine(k, line)) return ENXIO;
      const l = k.mailbox.line(line);
      k.memory.setU16(rows, Atomics.load(k.words, l + L_ROWS));
      k.memory.setU16(cols, Atomics.load(k.words, l + L_COLS));
      return 0;
    },
  };
}
